"""Reads a text as people write on a phone: short forms, misspellings, emoji, spaced letters."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.triage.patterns import ENDS

RULES = Path(__file__).parent / "rules"
LONGEST = 20_000  # characters read of one text; ten times the longest that a carrier delivers
_TOKEN = re.compile(r"[^\W_]+(?:['*@$+]+[^\W_]+)*|[.!?;\n]+|&")
_SPACED = re.compile(r"(?<![^\W_])(?:[a-z](?:[ .\-_*]{1,2}[a-z]){2,14}|o\.d)(?![^\W_])")
_REPEAT = re.compile(r"([^\W\d_])\1{2,}")
_TRIPLE = re.compile(r"([^\W\d_])\1\1")
_MASK = re.compile(r"[*@$+']")
_LEET = str.maketrans("013457@$", "oieastas")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "…": ".."})


@dataclass(frozen=True)
class Reading:
    """A text as words: "." or "?" stands at both ends and between sentences.

    `jokes` are the places in `words` where laughter stood; `fresh` is the first word of the
    newest text when earlier ones are read with it.
    """

    words: tuple[str, ...]
    jokes: tuple[int, ...] = ()
    fresh: int = 0


@dataclass(frozen=True)
class Lexicon:
    """The short forms, fillers, laughter and emoji of rules/spellings.toml, and what we know."""

    written: dict[str, tuple[str, ...]]
    jokes: frozenset[str]
    fillers: frozenset[str]
    just_before: frozenset[str]
    will_before: frozenset[str]
    emoji: dict[int, str]
    known: frozenset[str]
    near: dict[str, str]
    masks: dict[int, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    data = tomllib.loads((RULES / "spellings.toml").read_text(encoding="utf-8"))
    classes = word_classes()
    written = {
        typed: tuple(meant.split())
        for meant, ways in data["written"].items()
        for typed in ways.split()
    }
    crucial = frozenset(" ".join(data["crucial"]).split())
    known = frozenset(word for words in classes.values() for word in words)
    known |= frozenset(" ".join(data["innocent"]).split()) | crucial | frozenset(written)
    known |= {word for words in written.values() for word in words}
    masks: dict[int, list[str]] = {}
    for word in sorted(crucial):
        masks.setdefault(len(word), []).append(word)
    return Lexicon(
        written=written,
        jokes=frozenset(data["jokes"].split()),
        fillers=frozenset(data["fillers"].split()),
        just_before=frozenset(data["just_before"].split()),
        will_before=frozenset(data["will_before"].split()),
        emoji={ord(sign): f" {n} " for n, signs in data["emoji"].items() for sign in signs.split()},
        known=known,
        near=_near(crucial, known),
        masks={length: tuple(words) for length, words in masks.items()},
    )


@cache
def word_classes() -> dict[str, frozenset[str]]:
    """The word classes of rules/words.toml; a class may name others as `<name>`."""
    data = tomllib.loads((RULES / "words.toml").read_text(encoding="utf-8"))
    classes: dict[str, frozenset[str]] = {}
    for name, text in data.items():
        words: set[str] = set()
        for word in text.split():
            words |= classes[word.strip("<>")] if word.startswith("<") else {word}
        classes[name] = frozenset(words)
    return classes


def _near(crucial: Iterable[str], known: frozenset[str]) -> dict[str, str]:
    """Spellings one letter short of a crucial word, or without its vowels, to that word."""
    near: dict[str, str] = {}
    for word in sorted(crucial, key=len, reverse=True):
        for cut in _cuts(word):
            near[cut] = word
        bare = word[0] + re.sub("[aeiou]", "", word[1:])
        if len(bare) >= 3 and bare not in known:
            near[bare] = word
    return {**near, **{word: word for word in crucial}}


def _cuts(word: str) -> list[str]:
    """The word with each one of its letters left out; short words are never guessed at."""
    return [word[:i] + word[i + 1 :] for i in range(len(word))] if len(word) >= 5 else []


def read(text: str, earlier: Iterable[str] = (), *, apart: bool = False) -> Reading:
    """The words of `text`, with those of `earlier` texts before it so that split messages meet.

    Each goes on where the one before stopped; `apart`, `text` begins a sentence of its own.
    """
    words: list[str] = ["."]
    jokes: list[int] = []
    for old in earlier:
        _read_one(old, words, jokes)
        if words[-1] in ENDS and len(words) > 1:
            words.pop()
    if apart and words[-1] not in ENDS:
        words.append(".")
    fresh = len(words)
    jokes = [place for place in jokes if place >= fresh]
    _read_one(text, words, jokes)
    if words[-1] not in ENDS:
        words.append(".")
    return Reading(tuple(words), tuple(jokes), fresh)


def plain(text: str) -> str:
    """Lower case, marks and fancy letters taken off, emoji named, spaced letters joined."""
    text = text[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
        text = "".join(c for c in text if not unicodedata.combining(c) and c not in "\u200d\u200b")
        text = text.translate(lexicon().emoji)
    return _SPACED.sub(_join_spaced, text.lower())


def _join_spaced(match: re.Match[str]) -> str:
    joined = re.sub(r"[ .\-_*]", "", match[0])
    return joined if joined in lexicon().known or joined in lexicon().jokes else match[0]


def _read_one(text: str, words: list[str], jokes: list[int]) -> None:
    lex = lexicon()
    tokens = _TOKEN.findall(plain(text))
    for place, written in enumerate(tokens):
        if not (written[0].isalnum() or written == "&"):
            _end_sentence(written, words)
            continue
        for word in _spell(written, lex):
            if word in lex.jokes:
                jokes.append(len(words))
            elif not _skipped(word, tokens, place, lex):
                words.append(word)


def _end_sentence(token: str, words: list[str]) -> None:
    if token in {"..", "..."} or words[-1] in ENDS:
        if "?" in token and len(words) > 1 and words[-1] == ".":
            words[-1] = "?"
        return
    words.append("?" if "?" in token else ".")


def _skipped(word: str, tokens: list[str], place: int, lex: Lexicon) -> bool:
    """Fillers are passed over, but "just took" means now."""
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    if word == "just":
        return following not in lex.just_before
    return word in lex.fillers


def _spell(token: str, lex: Lexicon) -> tuple[str, ...]:
    """The words that a token stands for."""
    if token in lex.written:
        return lex.written[token]
    if token in lex.known:
        return (token,)
    if _TRIPLE.search(token):
        return _spell_repeats(token, lex)
    return _spell_strange(token, lex)


def _spell_repeats(token: str, lex: Lexicon) -> tuple[str, ...]:
    for keep in (r"\1", r"\1\1"):
        shorter = _REPEAT.sub(keep, token)
        if shorter in lex.written:
            return lex.written[shorter]
        if shorter in lex.known or shorter in lex.jokes:
            return (shorter,)
    return _spell_strange(_REPEAT.sub(r"\1", token), lex)


def _spell_strange(token: str, lex: Lexicon) -> tuple[str, ...]:
    if "*" in token:
        return (_unmask(token, lex),)
    bare = _MASK.sub("", token)
    if bare != token and bare in lex.written:
        return lex.written[bare]
    letters = token.translate(_LEET) if not token.isdigit() else token
    letters = _MASK.sub("", letters)
    if letters in lex.known:
        return lex.written.get(letters, (letters,))
    return (_mend(letters, lex),)


def _unmask(token: str, lex: Lexicon) -> str:
    """A word with letters hidden by stars, as in r*ped."""
    for word in lex.masks.get(len(token), ()):
        if all(have in {"*", want} for have, want in zip(token, word, strict=True)):
            return word
    return token.replace("*", "")


def _mend(token: str, lex: Lexicon) -> str:
    """The crucial word one letter away from an unknown one, else the word as it is."""
    if token.endswith("in") and token + "g" in lex.known:
        return token + "g"
    if len(token) < 4 or len(token) > 20:
        return lex.near.get(token, token) if len(token) == 3 else token
    if lex.near.get(token, "")[:1] == token[0]:
        return lex.near[token]
    for cut in _cuts(token):
        # People keep a word's first letter even when the rest goes wrong.
        if lex.near.get(cut, "")[:1] == token[0]:
            return lex.near[cut]
    return token
