"""Finds the signs a reader sees as one, so that a text is never cut inside one of them."""

from bisect import bisect_right
from functools import lru_cache
from importlib.resources import files

_CONTROL = frozenset({"CR", "LF", "Control"})
_HANGUL = frozenset(
    [("L", after) for after in ("L", "V", "LV", "LVT")]
    + [(before, after) for before in ("LV", "V") for after in ("V", "T")]
    + [("LVT", "T"), ("T", "T")]
)
_EMOJI_BASE = frozenset({"E_Base", "E_Base_GAZ"})
_HANGUL_FIRST, _HANGUL_LAST, _HANGUL_BLOCK = 0xAC00, 0xD7A3, 28


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int], list[str]]:
    rows: list[tuple[int, int, str]] = []
    text = (files(__package__) / "data" / "grapheme_break.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, spans = line.split("\t")
        for span in spans.split():
            first, _, last = span.partition("-")
            rows.append((int(first, 16), int(last or first, 16), name))
    rows.sort()
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    code = ord(char)
    if char in "\r\n":
        return "CR" if char == "\r" else "LF"
    if _HANGUL_FIRST <= code <= _HANGUL_LAST:
        return "LV" if (code - _HANGUL_FIRST) % _HANGUL_BLOCK == 0 else "LVT"
    firsts, lasts, names = _ranges()
    place = bisect_right(firsts, code) - 1
    return names[place] if place >= 0 and code <= lasts[place] else "Other"


class _Cluster:
    """What must be remembered of the signs joined so far to decide about the next one."""

    __slots__ = ("before", "extended", "flags", "in_row", "last", "size")

    def __init__(self, kind: str) -> None:
        self.last, self.before, self.size = kind, "", 1
        self.extended = kind == "Extend"
        # Position of the last flag half, and whether only flag halves stand before it.
        self.flags, self.in_row = (0 if kind == "Regional_Indicator" else -1), True

    def add(self, kind: str) -> None:
        if kind == "Regional_Indicator":
            self.in_row = self.flags == self.size - 1 or self.size == 1
            self.flags = self.size
        self.extended = self.extended or kind == "Extend"
        self.before, self.last, self.size = self.last, kind, self.size + 1

    def takes_modifier(self) -> bool:
        if self.extended:
            return self.last == "Extend" and self.before in _EMOJI_BASE
        return self.last in _EMOJI_BASE

    def joins(self, kind: str) -> bool:
        last = self.last
        if self.flags > 0 and self.in_row and last not in ("Prepend", "Regional_Indicator"):
            return False
        if last in _CONTROL or kind in _CONTROL:
            return (last, kind) == ("CR", "LF")
        if (last, kind) in _HANGUL or kind in ("Extend", "ZWJ", "SpacingMark") or last == "Prepend":
            return True
        return self._joins_emoji(kind)

    def _joins_emoji(self, kind: str) -> bool:
        if kind == "E_Modifier":
            return self.takes_modifier()
        if self.last == "ZWJ":
            return kind in ("Glue_After_Zwj", "E_Base_GAZ")
        pair = self.last == kind == "Regional_Indicator"
        return pair and self.flags <= 0


def split(text: str) -> list[str]:
    """The graphemes of `text`, in order; joined they are `text` again.

    The rules are UAX 29 of Unicode 10.0.0 as the library `grapheme-splitter` 1.0.4 reads them,
    because Twilio's calculator counts with it; its departures from the standard are kept.
    """
    found: list[str] = []
    cluster: _Cluster | None = None
    start = 0
    for place, char in enumerate(text):
        kind = _kind(char)
        if cluster is not None and cluster.joins(kind):
            cluster.add(kind)
            continue
        if cluster is not None:
            found.append(text[start:place])
        cluster, start = _Cluster(kind), place
    if text:
        found.append(text[start:])
    return found
