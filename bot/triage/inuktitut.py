"""Looks for Inuktitut words that a person must see; it never clears a worry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from bot.language import fold, fold_doubled
from bot.triage.reading import LONGEST, RULES
from bot.triage.verdict import Signal, Tier

LANGUAGE = "iu"
# The first letters of every stem in any roman spelling; folding all English texts would be slow.
_MAYBE = re.compile(
    r"\b(?:i[mn]?g?m+in|t[uo]+[qk][uo]|[qk]im+i|i[kq]aj|ikay|pi[uo]l|sap[uo]|[qk]ap+i|[sh]iv[uo]"
    r"|i[rqk]?[sh]i|at+a[rn]|anau|una[rt]|tigl|til+u|[qk]u[kq]i|inu|[qk]i[kqhs]?s?a+|[qk]ipin+g"
    r"|auna|pini[rl]|ulur|nangia|[qk]uja[qkt])",
    re.IGNORECASE,
)
# A word with a space after each letter, in either script.
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*]{1,2}[^\W\d_]){3,30}(?![^\W_])")


@dataclass(frozen=True)
class Stem:
    """One stem: a word that starts so, holds one of `has`, none of `lacks`, and ends so.

    `firm` stems are compared with doubled letters kept.
    """

    signal: Signal
    tier: Tier
    firm: bool
    starts: tuple[str, ...]
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    ends: tuple[str, ...]

    def fits(self, firm: str, loose: str) -> bool:
        """Whether a word in its firm and loose spelling is of this stem."""
        word = firm if self.firm else loose
        return (
            word.startswith(self.starts)
            and (not self.has or any(part in word for part in self.has))
            and not any(part in word for part in self.lacks)
            and (not self.ends or word.endswith(self.ends))
        )


@dataclass(frozen=True)
class Pair:
    """Two stems that mean danger only in one message."""

    signal: Signal
    tier: Tier
    one: tuple[str, ...]
    other: tuple[str, ...]


def inuktitut_signals(text: str, earlier: Sequence[str] = ()) -> list[tuple[Tier, Signal]]:
    """The signals of Inuktitut stems in a text; earlier texts count only as one of a pair."""
    new = _words(text)
    if not new:
        return []
    stems, pairs = _rules()
    found = [(s.tier, s.signal) for s in stems if any(s.fits(*word) for word in new)]
    firm = [word for old in (*earlier, text) for word, _ in _words(old)]
    found += [
        (pair.tier, pair.signal)
        for pair in pairs
        if _any_starts(firm, pair.one) and _any_starts(firm, pair.other)
    ]
    return found


def _any_starts(words: Iterable[str], starts: tuple[str, ...]) -> bool:
    return any(word.startswith(starts) for word in words)


def _words(text: str) -> list[tuple[str, str]]:
    """(firm, loose) spellings of the words of a text that may be Inuktitut at all."""
    text = _SPACED.sub(lambda said: re.sub(r"[ .\-_*]", "", said[0]), text[:LONGEST])
    if text.isascii() and not _MAYBE.search(text):
        return []
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return list(zip(fold_doubled(clean).split(), fold(clean).split(), strict=True))


@cache
def _rules() -> tuple[tuple[Stem, ...], tuple[Pair, ...]]:
    data = tomllib.loads((RULES / "inuktitut_stems.toml").read_text(encoding="utf-8"))
    stems = []
    for entry in data["stem"]:
        stems.append(
            Stem(
                signal=_signal(entry),
                tier=Tier(entry["tier"]),
                firm=bool(entry.get("firm")),
                starts=_parts(entry["starts"], data),
                has=_parts(entry.get("has", ""), data),
                lacks=_parts(entry.get("lacks", ""), data),
                ends=_parts(entry.get("ends", ""), data),
            )
        )
    pairs = [
        Pair(
            signal=_signal(entry),
            tier=Tier(entry["tier"]),
            one=_parts(entry["one"], data),
            other=_parts(entry["other"], data),
        )
        for entry in data["pair"]
    ]
    return tuple(stems), tuple(pairs)


def _signal(entry: dict[str, str]) -> Signal:
    weight = {"P0": 1.0, "P1": 0.7, "P2": 0.4}[entry["tier"]]
    return Signal(entry["kind"], entry["name"], LANGUAGE, weight)


def _parts(text: str, data: dict[str, str]) -> tuple[str, ...]:
    named = text.replace("<me>", data["me"]).replace("<to_me>", data["to_me"])
    return tuple(named.split())
