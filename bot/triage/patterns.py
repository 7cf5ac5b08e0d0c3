"""Finds a rule's patterns in the words of a text, however long the text is, without getting slow.

A pattern is words in a row: `a|b` either word, `<class>` any word of that class, `word?` may be
missing, `..` up to three other words, `..5` up to five, `^` and `$` the ends of a sentence, `?`
the end of a question. Other words never reach over the end of a sentence, nor over "not".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ENDS = frozenset({".", "?"})
NEGATORS = frozenset({"not", "never", "without"})
BARRIERS = ENDS | NEGATORS
DEFAULT_GAP = 3

Owner = TypeVar("Owner")


@dataclass(frozen=True)
class Part:
    """One place of a pattern: the words that fit it and how many others may stand before it."""

    words: frozenset[str]
    optional: bool
    gap: int


@dataclass(frozen=True)
class Found(Generic[Owner]):
    """A pattern found: its owner and the half-open range of words, `start` to `end`."""

    owner: Owner
    start: int
    end: int


def parse(pattern: str, classes: Mapping[str, frozenset[str]]) -> tuple[Part, ...]:
    """The parts of a written pattern. Raises ValueError for an unknown class or no word at all."""
    parts: list[Part] = []
    gap = 0
    for item in pattern.split():
        if item.startswith(".."):
            gap = int(item[2:] or DEFAULT_GAP)
            continue
        optional = item.endswith("?") and len(item) > 1
        parts.append(Part(_words(item.rstrip("?") if optional else item, classes), optional, gap))
        gap = 0
    if gap or all(part.optional for part in parts):
        raise ValueError(
            f"a pattern needs a word that must be there, and one after its last gap: {pattern!r}"
        )
    return tuple(parts)


def _words(item: str, classes: Mapping[str, frozenset[str]]) -> frozenset[str]:
    words: set[str] = set()
    for choice in item.split("|"):
        if choice != "?" and ("?" in choice or not choice):
            raise ValueError(f"a choice is one word or one class: {item!r}")
        if choice in {"^", "$"}:
            words |= ENDS
        elif choice.startswith("<"):
            name = choice.strip("<>")
            if name not in classes:
                raise ValueError(f"no word class is called {name!r}")
            words |= classes[name]
        else:
            words.add(choice)
    return frozenset(words)


class Finder(Generic[Owner]):
    """Many patterns, each with an owner, looked up by the part with the fewest common words."""

    def __init__(
        self, patterns: Iterable[tuple[Owner, tuple[Part, ...]]], common: frozenset[str]
    ) -> None:
        self._by_word: dict[str, list[tuple[Owner, tuple[Part, ...], int]]] = {}
        for owner, parts in patterns:
            anchor = _anchor(parts, common | ENDS)
            for word in parts[anchor].words:
                self._by_word.setdefault(word, []).append((owner, parts, anchor))

    @property
    def vocabulary(self) -> frozenset[str]:
        """The words by which patterns are looked up."""
        return frozenset(self._by_word)

    def find(self, words: Sequence[str]) -> list[Found[Owner]]:
        """Every pattern that fits, in the order of its rarest word. Time grows with the words."""
        found: list[Found[Owner]] = []
        by_word = self._by_word
        for place, word in enumerate(words):
            for owner, parts, anchor in by_word.get(word, ()):
                end = _ahead(words, parts, anchor + 1, place + 1)
                if end < 0:
                    continue
                start = _back(words, parts, anchor, place)
                if start >= 0:
                    found.append(Found(owner, start, end))
        return found


def _anchor(parts: tuple[Part, ...], common: frozenset[str]) -> int:
    def cost(index: int) -> tuple[int, int]:
        words = parts[index].words
        return len(words & common), len(words)

    needed = [index for index, part in enumerate(parts) if not part.optional]
    return min(needed, key=cost)


def _ahead(words: Sequence[str], parts: tuple[Part, ...], first: int, place: int) -> int:
    """The end of the longest fit of parts[first:] from `place` on, or -1."""
    reach = {place}
    for part in parts[first:]:
        after = set(reach) if part.optional else set()
        for begin in reach:
            for at in range(begin, min(begin + part.gap + 1, len(words))):
                if words[at] in part.words:
                    after.add(at + 1)
                if words[at] in BARRIERS:
                    break
        if not after:
            return -1
        reach = after
    return max(reach)


def _back(words: Sequence[str], parts: tuple[Part, ...], anchor: int, place: int) -> int:
    """The start of the longest fit of parts[:anchor] that ends at `place`, or -1."""
    reach = {place}
    for index in range(anchor, 0, -1):
        part, gap = parts[index - 1], parts[index].gap
        after = set(reach) if part.optional else set()
        for end in reach:
            for at in range(end - 1, max(end - gap - 2, -1), -1):
                if words[at] in part.words:
                    after.add(at)
                if words[at] in BARRIERS:
                    break
        if not after:
            return -1
        reach = after
    return min(reach)
