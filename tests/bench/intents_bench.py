"""How often a plain sentence starts the right conversation, measured on labelled texts."""

from __future__ import annotations

import hashlib
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot import intents
from tests.bench.intervals import wilson

DATA = Path(__file__).parents[1] / "data" / "intents.tsv"
NONE = "none"


@dataclass(frozen=True)
class Labelled:
    """One text and the flow it asks for, or none."""

    flow: str
    text: str

    @property
    def is_test(self) -> bool:
        """Half of the texts, chosen by a hash of the text, is never looked at for the rules."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


def labelled() -> tuple[Labelled, ...]:
    """All labelled texts, in the order of the file."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    return tuple(Labelled(*line.split("\t")) for line in lines if line and line[0] != "#")


def lock(rows: Iterable[Labelled]) -> str:
    """A fingerprint of labelled texts, so that the test half cannot change unnoticed."""
    body = "\n".join(f"{row.flow}\t{row.text}" for row in rows)
    return hashlib.sha256(body.encode()).hexdigest()


@dataclass(frozen=True)
class Score:
    """Hits, misses and false starts of a flow, or of all flows together."""

    hits: int
    said: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.hits / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.wanted if self.wanted else 1.0


def score(rows: Iterable[Labelled]) -> dict[str, Score]:
    """Scores by flow; "all" sums every flow. Texts of no flow count as false starts only."""
    hits: Counter[str] = Counter()
    said: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for row in rows:
        found = intents.match(row.text)
        name = found.flow if found else NONE
        said[name] += 1
        wanted[row.flow] += 1
        hits[name] += name == row.flow
    flows = sorted((said | wanted).keys() - {NONE})
    scores = {flow: Score(hits[flow], said[flow], wanted[flow]) for flow in flows}
    scores["all"] = Score(
        sum(hits[f] for f in flows), sum(said[f] for f in flows), sum(wanted[f] for f in flows)
    )
    return scores


def report(rows: tuple[Labelled, ...]) -> str:
    """A table with precision and recall by flow, each with its Wilson interval."""
    lines = [f"{'flow':16}{'n':>5}  precision             recall"]
    for flow, found in score(rows).items():
        precision = _cell(found.hits, found.said, found.precision)
        recall = _cell(found.hits, found.wanted, found.recall)
        lines.append(f"{flow:16}{found.wanted:5}  {precision}  {recall}")
    return "\n".join(lines)


def _cell(hits: int, of: int, share: float) -> str:
    low, high = wilson(hits, of)
    return f"{share:.3f} ({low:.3f}-{high:.3f})"


def errors(rows: Iterable[Labelled]) -> str:
    """The texts that were read wrongly, for work on the rules."""
    wrong = []
    for row in rows:
        found = intents.match(row.text)
        if (found.flow if found else NONE) != row.flow:
            wrong.append(f"{row.flow:16} {found.flow if found else NONE:16} {row.text}")
    return "\n".join(wrong)


def main() -> None:
    rows = labelled()
    train = tuple(row for row in rows if not row.is_test)
    test = tuple(row for row in rows if row.is_test)
    if "--errors" in sys.argv:
        print(errors(train))
    print(f"train half, {len(train)} texts\n{report(train)}\n")
    if "--train" in sys.argv:
        return
    started = time.perf_counter()
    print(f"test half, {len(test)} texts\n{report(test)}")
    each = (time.perf_counter() - started) / max(1, len(test))
    print(f"{each * 1e6:.0f} microseconds a text")


if __name__ == "__main__":
    main()
