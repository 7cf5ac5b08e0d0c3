"""Reads a worker's short text: taking an item, letting go, answering the client, closing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from bot.keywords import fold
from bot.language.answers import AnswerKind, understand


class Act(Enum):
    """What a worker's text asks for."""

    TAKE = "take"
    TAKE_ANY = "take any"  # a bare yes
    LET_GO = "let go"  # of what was taken last, or of the item with this number
    REPLY = "reply"  # with a colon: words for the client, and the item with them
    WORDS = "words"  # a number and words without a colon: they go to nobody
    CLOSE = "close"
    STOP = "stop"


@dataclass(frozen=True)
class Command:
    """An act, the item's number if one was named, and words for the client.

    `is_confirmed`: "12!: words", sent although it may not be safe. `code`: three digits that
    show whose phone it was ("12 done 347").
    """

    act: Act
    number: int | None = None
    words: str = ""
    is_confirmed: bool = False
    code: str = ""


_MARKS = re.compile(r"[\"'“”„«»‘’`*()\[\]<>]")
_WIDE = str.maketrans("０１２３４５６７８９：", "0123456789:")  # as some keyboards write them
_NUMBERED = re.compile(
    r"(?:urgent\s+)?(?:item\s*)?(?:#|no\.)?\s*([1-9]\d{0,6})(?!\d)(.*)", re.I | re.S
)
_BEFORE = re.compile(r"(\D{2,24}?)\s*(?:item\s*)?#?\s*([1-9]\d{0,6})(?:\s+(\d{3}))?\s*", re.I)
_CODED = re.compile(r"(\D{0,24}?)[\s:,.#-]*(\d{3})")
_CLOCK = re.compile(r":[0-5]\d(?!\d)")
_COLON = re.compile(r"\s*(!?)\s*[:;]\s*(\S.*)", re.S)
_TAKES = frozenset(
    {
        "ok",
        "okay",
        "okey",
        "k",
        "kk",
        "y",
        "yes",
        "yep",
        "yeah",
        "yup",
        "ya",
        "ii",
        "oui",
        "d'accord",
        "ack",
        "ackn",
        "acknowledge",
        "acknowledged",
        "take",
        "takes",
        "taking",
        "taken",
        "took",
        "taker",
        "mine",
        "me",
        "i",
        "i'll",
        "ill",
        "im",
        "i'm",
        "i've",
        "ive",
        "will",
        "have",
        "got",
        "get",
        "it",
        "this",
        "one",
        "on",
        "thanks",
        "received",
        "roger",
        "item",
    }
)
#: Of these one at least must stand after a colon: "11: got it" may be meant for the client.
_CLAIMS = frozenset(
    {"ack", "ackn", "acknowledge", "acknowledged", "mine", "take", "taking", "taken", "took"}
)
#: Beside a number only.
_BESIDE = frozenset({"now", "please", "je", "prends", "pris", "j'ai", "am", "i'd"})
_CLOSES = frozenset(
    {"done", "resolved", "resolve", "close", "closed", "finished", "finish", "over", "solved"}
)
_THANKS = frozenset({"thanks", "thank", "thx", "ty", "merci", "qujannamiik", "nakurmiik"})
_STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})


def read(text: str) -> Command | None:
    """The command that a whole text is; None when it is none."""
    plain = _MARKS.sub("", text.translate(_WIDE)).strip()
    bare = fold(plain)
    if bare in _STOPS:
        return Command(Act.STOP)
    if bare == "0" or _is_not_me(bare):
        return Command(Act.LET_GO)
    if found := _NUMBERED.fullmatch(plain):
        return _numbered(int(found[1]), found[2])
    if found := _BEFORE.fullmatch(plain.rstrip(".!")):
        if _is_not_me(fold(found[1])) or _is_no(found[1]):
            return Command(Act.LET_GO, int(found[2]))
        if act := _act(found[1]):
            return Command(act, int(found[2]), code=found[3] or "")
    if not plain.endswith("?") and (number := _amid(bare)) is not None:
        return Command(Act.TAKE, number)
    if _THANKS.intersection(bare.replace(",", " ").split()):
        return None  # for "it is taken" or "others are being paged": no wish to take anything
    if plain.endswith("?"):
        return None  # "taken?", "got it?": who asks has not taken it
    answer = understand(plain)
    is_yes = answer is not None and answer.kind is AnswerKind.YES
    return Command(Act.TAKE_ANY) if is_yes or _act(bare) is Act.TAKE else None


def _numbered(number: int, rest: str) -> Command:
    if number < 24 and _CLOCK.match(rest):
        return Command(Act.WORDS, number, rest.strip())  # "11:30 is fine" is an hour
    said = _COLON.fullmatch(rest)
    if said and not said[1] and _is_claim(said[2]):
        return Command(Act.TAKE, number)  # "item 11: mine" is for colleagues, not for the client
    if said:
        return Command(Act.REPLY, number, said[2].strip(), bool(said[1]))
    words = rest.strip(" \t\r\n.,!?-–—")
    if not words:
        # "1" is what a client would call yes, and no item is called that.
        return Command(Act.TAKE_ANY) if number == 1 else Command(Act.TAKE, number)
    if (coded := _CODED.fullmatch(words)) and (not coded[1] or _act(coded[1]) is Act.CLOSE):
        return Command(Act.CLOSE, number, code=coded[2])
    if words == "0" or _is_not_me(fold(words)) or _is_no(words):
        return Command(Act.LET_GO, number)
    if rest.rstrip().endswith("?"):
        return Command(Act.WORDS, number, rest.strip())  # who asks has not taken it
    act = Act.TAKE if _is_taking(words) else _act(words)
    return Command(act, number) if act else Command(Act.WORDS, number, rest.strip())


def _is_no(words: str) -> bool:
    answer = understand(words)
    return answer is not None and answer.kind is AnswerKind.NO


def _act(words: str) -> Act | None:
    found = [w.strip(".,!?-") for w in fold(words).split()]
    if found and all(word in _CLOSES for word in found):
        return Act.CLOSE
    yes = understand(words)
    if yes is not None and yes.kind is AnswerKind.YES:
        return Act.TAKE
    return Act.TAKE if found and all(word in _TAKES for word in found) else None


def _amid(bare: str) -> int | None:
    """The item that "taking 11 now" or "je prends 11" takes."""
    found = [word.strip(".,!-#") for word in bare.split()]
    numbers = [int(word) for word in found if word.isdecimal() and 2 <= len(word) <= 7]
    others = " ".join(word for word in found if not word.isdecimal())
    return numbers[0] if len(numbers) == 1 and _is_taking(others) else None


def _is_claim(words: str) -> bool:
    return _is_taking(words) and not _CLAIMS.isdisjoint(fold(words).split())


def _is_taking(words: str) -> bool:
    """Are all these words such as stand beside the number of what is taken?"""
    found = {word.strip(".,!-") for word in fold(words).split()} - {""}
    return bool(found) and found <= _TAKES | _BESIDE


def _is_not_me(bare: str) -> bool:
    return " ".join(bare.replace(",", " ").split()) in {
        "not me",
        "no not me",
        "notme",
        "wasnt me",
        "wasn't me",
        "not mine",
    }
