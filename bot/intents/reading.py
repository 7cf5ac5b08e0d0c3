"""Reads a text as it was typed on a phone: short forms, misspellings, and the phrases in it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.language.transliterate import transliterate
from bot.language.words import SYLLABICS

_SYLLABIC = re.compile(f"[{SYLLABICS}]")
_TOKEN = re.compile(r"[^\W_]+|[$&?]")
_APOSTROPHES = re.compile(r"['’‘ʼ´`]")
_LETTERS = re.compile(r"([a-z])\1{2,}")
_QUESTIONS = re.compile(
    r"when|where|what|how|which|who|whos|why|is|are|can|could|do|does|did|any|may|should"
)
#: Shorter words have too many neighbours to guess at.
_SHORTEST_FIXED = 5
_LONGEST_PHRASE = 6


@dataclass(frozen=True)
class Reading:
    """A text's words after short forms are spelled out; is it a question?"""

    tokens: tuple[str, ...]
    is_question: bool


class Words:
    """The phrases we listen for and how to find them in what was typed.

    `concepts`: name -> phrases, a star at the end for any ending. `short`: short form ->
    what it stands for. `not_misspelt`: real words never taken for one of ours.
    """

    def __init__(
        self,
        concepts: Mapping[str, Iterable[str]],
        short: Mapping[str, str],
        not_misspelt: frozenset[str],
    ) -> None:
        self._short = short
        self._phrases: dict[tuple[str, ...], set[str]] = defaultdict(set)
        self._stems: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
        for name, phrases in concepts.items():
            for phrase in phrases:
                self._add(name, phrase)
        known = {word for phrase in self._phrases for word in phrase}
        self._known = known | not_misspelt | set(short)
        self._neighbours = _neighbours(word for word in known if len(word) >= _SHORTEST_FIXED)

    def read(self, text: str) -> Reading:
        """Lower case, short forms spelled out, misspellings put right, syllabics in roman."""
        plain = unicodedata.normalize("NFKC", text)
        if _SYLLABIC.search(plain):
            plain = transliterate(plain, "Latn")
        plain = plain.casefold()
        raw = _TOKEN.findall(_APOSTROPHES.sub("", plain))
        words = [t for t in raw if t != "?"]
        tokens = tuple(w for token in words for w in self._spelled(token))
        asked = "?" in raw or bool(tokens and _QUESTIONS.fullmatch(tokens[0]))
        return Reading(tokens, asked)

    def concepts(self, reading: Reading) -> dict[str, int]:
        """Each concept whose phrase occurs, with the length in words of the longest one."""
        found: dict[str, int] = {}
        for name, _, length in self._met(reading.tokens):
            found[name] = max(found.get(name, 0), length)
        return found

    def are_all(self, reading: Reading, *names: str) -> bool:
        """Does every word belong to a phrase of these concepts?"""
        covered = {
            at + i
            for name, at, length in self._met(reading.tokens)
            if name in names
            for i in range(length)
        }
        return len(covered) == len(reading.tokens)

    def _met(self, tokens: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
        """Each phrase that occurs: its concept, where it starts, how many words it has."""
        for at in range(len(tokens)):
            for length in range(1, min(_LONGEST_PHRASE, len(tokens) - at) + 1):
                for name in self._names(tokens[at : at + length]):
                    yield name, at, length

    def _names(self, gram: tuple[str, ...]) -> Iterator[str]:
        yield from self._phrases.get(gram, ())
        for stem, name in self._stems.get(gram[-1][:3], ()):
            if gram[:-1] == stem[:-1] and gram[-1].startswith(stem[-1]):
                yield name

    def _add(self, name: str, phrase: str) -> None:
        words = tuple(w for token in phrase.split() for w in self._spelled_out(token))
        if phrase.endswith("*"):
            stem = (*words[:-1], words[-1].rstrip("*"))
            self._stems[stem[-1][:3]].add((stem, name))
        else:
            self._phrases[words].add(name)

    def _spelled_out(self, token: str) -> list[str]:
        return self._short.get(token, token).split()

    def _spelled(self, token: str) -> list[str]:
        for form in (token, _LETTERS.sub(r"\1\1", token), _LETTERS.sub(r"\1", token)):
            if form in self._short:
                return self._short[form].split()
            if form in self._known:
                return [form]
        return [self._put_right(_LETTERS.sub(r"\1", token))]

    def _put_right(self, token: str) -> str:
        if len(token) < _SHORTEST_FIXED:
            return token
        near = {word for key in _keys(token) for word in self._neighbours.get(key, ())}
        slips = [(slip, w) for w in near if w[0] == token[0] and (slip := _slip(token, w))]
        return min(slips)[1] if slips else token


def _neighbours(words: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for key in _keys(word):
            found[key].add(word)
    return found


def _keys(word: str) -> set[str]:
    """The word and every form of it with one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _slip(typed: str, word: str) -> int:
    """How `typed` misses `word`, likeliest first: 1 neighbours swapped, 2 a letter left out,
    3 one too many, 4 a wrong one; 0 when it is more than one slip."""
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    a, b = typed[start:], word[start:]
    if len(a) > 1 and a[2:] == b[2:] and a[:2] == b[:2][::-1]:
        return 1
    if a == b[1:]:
        return 2
    if a[1:] == b:
        return 3 if b else 0  # another ending makes another word
    return 4 if a[1:] == b[1:] else 0
