"""Understands a whole message that is one short answer: yes, no, thanks, a digit and the like."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from bot.language.fold import fold


class AnswerKind(StrEnum):
    """What a short answer means; STOP is for showing to a person, the ledger has its own list."""

    YES = "yes"
    NO = "no"
    DIGIT = "digit"
    THANKS = "thanks"
    GREETING = "greeting"
    STOP = "stop"
    HELP = "help"
    TOMORROW = "tomorrow"
    TODAY = "today"
    WHO = "who"
    WHERE = "where"


@dataclass(frozen=True)
class Answer:
    """A short answer; `digit` is "0" to "10" when it is one, spelled out or not."""

    kind: AnswerKind
    digit: str | None = None


_DIGIT = re.compile(r"[#(\[]?\s*(10|[0-9])\s*[.)\]!]*")
#: "2 no", "no 2", "1. yes", "2 please": as the question itself said it.
_DIGIT_FIRST = re.compile(r"([12])[\s.)\-:=,]+(\D+)")
_DIGIT_LAST = re.compile(r"(\D+?)[\s.(\-:=,]+([12])[.)!]*")
_LONGEST = 40  # characters of a digit with its word
_POLITE = frozenset({"please", "pls", "plz", "i think", "i guess", "svp"})
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")
_PICTURE_VARIANT = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_HELD = re.compile(r"([^\W\d_])\1\1+")
_SPACES = re.compile(r"[\s,]+")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4\u0060", "'''''")
_ENDS = re.compile(r"^[\W_]+|[\W_]+$")
_NAUK = frozenset({"nauk", "ᓇᐅᒃ"})
_AS_WRITTEN = "="


def _listed(name: str) -> list[tuple[str, Answer]]:
    found: list[tuple[str, Answer]] = []
    text = (files(__package__) / "data" / name).read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            means, words = line.split("\t")[:2]
            found += [(each.strip(), _answer(means)) for each in words.split(",")]
    return found


def _answer(means: str) -> Answer:
    return Answer(AnswerKind.DIGIT, means) if means.isdigit() else Answer(AnswerKind(means))


@cache
def _as_written() -> dict[str, Answer]:
    marked = [(words[1:], answer) for words, answer in _inuktitut_list() if words[0] == _AS_WRITTEN]
    return dict(_listed("answers_fr.tsv") + _listed("answers_en.tsv") + marked)


@cache
def _folded() -> dict[str, Answer]:
    return {fold(words): answer for words, answer in _inuktitut_list() if words[0] != _AS_WRITTEN}


@cache
def _inuktitut_list() -> list[tuple[str, Answer]]:
    return _listed("answers_iu.tsv")


def understand(text: str) -> Answer | None:
    """The short answer a whole message amounts to, after folding, or None.

    A bare `nauk?` asks where; without the mark it is a Kivalliq no. `asu` and `taima` are no
    answer: they mean "really?" and "so then" as often as anything. A picture alone (thumbs up)
    counts as its word. One letter, alone or held down, is not a short or long `ii` or `aa`.
    """
    bare = unicodedata.normalize("NFKC", _KEYCAP.sub(r"\1", text)).translate(_APOSTROPHES).strip()
    if match := _DIGIT.fullmatch(bare):
        return Answer(AnswerKind.DIGIT, str(int(match[1])))
    if (said := _digit_and_word(bare)) is not None:
        return said
    shown = _SPACES.sub(" ", _PICTURE_VARIANT.sub("", bare).casefold()).strip()
    whole = _ENDS.sub("", shown) or _one_of(shown)
    if whole in _NAUK:
        return Answer(AnswerKind.WHERE if "?" in bare else AnswerKind.NO)
    if not whole:
        return None
    for written in (whole, _HELD.sub(r"\1", whole), _HELD.sub(r"\1\1", whole)):
        if written in _as_written():
            return _as_written()[written]
    cry = whole.isascii() and len(set(whole)) == 1 and whole not in ("ii", "aa")
    return None if cry or " " in whole else _folded().get(fold(bare))


def _digit_and_word(bare: str) -> Answer | None:
    """1 with a yes, 2 with a no, as nearly every question offers them, or with a please."""
    if len(bare) > _LONGEST:
        return None  # longer ones would be searched for long
    if match := _DIGIT_FIRST.fullmatch(bare):
        digit, word = match[1], match[2]
    elif match := _DIGIT_LAST.fullmatch(bare):
        digit, word = match[2], match[1]
    else:
        return None
    if word.casefold().strip(" .!") in _POLITE:
        return Answer(AnswerKind.DIGIT, digit)
    meant = understand(word)
    wanted = AnswerKind.YES if digit == "1" else AnswerKind.NO
    return Answer(AnswerKind.DIGIT, digit) if meant is not None and meant.kind is wanted else None


def _one_of(pictures: str) -> str:
    """One of several like pictures in a row; anything else as it is."""
    return pictures[0] if len(set(pictures)) == 1 else pictures
