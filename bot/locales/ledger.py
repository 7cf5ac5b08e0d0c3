"""Tells for each Inuktitut word of the texts what it means, its parts, and where it was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LEDGER = Path(__file__).parent / "words.tsv"


@dataclass(frozen=True)
class Known:
    """One word; `source` is empty for a word that was found nowhere in print."""

    word: str
    gloss: str = ""
    parts: str = ""
    source: str = ""


def explain(words: Iterable[str]) -> tuple[Known, ...]:
    """Each word once, in order, with what the ledger knows of it."""
    return tuple(_known().get(word, Known(word)) for word in dict.fromkeys(words))


@cache
def _known() -> dict[str, Known]:
    lines = LEDGER.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: Known(*row[:4]) for row in rows[1:]}
