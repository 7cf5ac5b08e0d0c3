"""Measures the urgency check on the labelled texts: what it sees, what it raises for nothing.

Use: python -m tests.bench.triage_bench [folder]
The words-like layer is measured on development texts by models that never saw the text
(cross-validation); the held-out ones and those of OTHERS.md by the shipped model, unprinted. Real
ordinary texts (tests/data/triage/REAL.md) are among the development ones and have their own lines.
Intervals are Wilson's at 95 % (E. B. Wilson 1927, doi:10.2307/2276774).
"""

from __future__ import annotations

import hashlib
import math
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from bot.triage import Level
from bot.triage.decide import judge
from bot.triage.train import Example, example, fold_models, texts_of, thresholds
from bot.triage.words_like import weights
from tests.bench.intervals import wilson

FOLDER = Path(__file__).parents[1] / "data" / "triage"
OWN = Path(__file__).parents[1] / "triage"
MUST_SEE = {"emergency", "urgent"}
LONG = 250  # characters: about where a text becomes a post
Scored = tuple[str, str, str, Level]  # label, kind, text, verdict


def line(name: str, outcomes: Iterable[bool]) -> str:
    """One line of the report: a share with its count and interval."""
    counted = list(outcomes)
    hits, total = sum(counted), len(counted)
    low, high = wilson(hits, total)
    share = hits / total if total else 0.0
    return f"  {name:<42}{share:7.2%}  ({hits}/{total}; {low:.2%} to {high:.2%})"


def report(title: str, scored: list[Scored]) -> None:
    """Prints every figure of one set of texts."""
    by_level: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        by_level[one[0]].append(one)
    seen = [one for one in scored if one[0] in MUST_SEE]
    print(f"{title}: {len(scored)} texts")
    print(line("recall, texts a person must see", map(raised, seen)))
    print(line("  ... of which posts", [raised(one) for one in seen if len(one[2]) > LONG]))
    print(line("emergencies that reach emergency", map(top, by_level["emergency"])))
    print(line("urgent texts called an emergency", map(top, by_level["urgent"])))
    print(line("ordinary texts raised", map(raised, by_level["ordinary"])))
    print(line("ordinary texts called an emergency", map(top, by_level["ordinary"])))
    real = [one for one in by_level["ordinary"] if one[2] in real_texts()]
    print(line("  ... raised, of real ones", map(raised, real)))
    print(line("  ... called an emergency, of real ones", map(top, real)))
    print(line("look-alikes raised", map(raised, by_level["lookalike"])))
    kinds: dict[str, list[bool]] = defaultdict(list)
    for one in seen:
        kinds[one[1]].append(raised(one))
    for kind, outcomes in sorted(kinds.items()):
        print(line(f"recall, {kind}", outcomes))


@cache
def real_texts() -> frozenset[str]:
    """The texts of tests/data/triage/REAL.md."""
    return frozenset(text for _, _, text in texts_of(sorted(FOLDER.glob("dev_real_*.tsv"))))


def raised(one: Scored) -> bool:
    """Whether a text was put before a person at all."""
    return one[3] is not Level.ROUTINE


def top(one: Scored) -> bool:
    """Whether a text was called an emergency."""
    return one[3] is Level.EMERGENCY


def cross_validated(rows: list[tuple[str, str, str]]) -> Iterator[Scored]:
    """Each development text judged with a model that was learned without it."""
    examples: list[Example] = [example(*row) for row in rows]
    folds = list(fold_models(examples))
    scores = [(0.0, 0.0)] * len(rows)
    for held, model in folds:
        for at in held:
            scores[at] = model.scores(dict(examples[at].facts))
    limits = thresholds(examples, scores)
    for held, model in folds:
        model = model.speaking_from(*limits)
        for at in held:
            level, kind, text = rows[at]
            yield level, kind, text, judge(text, (), model).level


def speed(rows: list[tuple[str, str, str]]) -> None:
    """Texts a second on one core: a thousand short texts, three times, the best run."""
    short = [text for _, _, text in rows if len(text) <= LONG][:1000]
    model, best = weights(), math.inf
    for _ in range(3):
        begun = time.process_time()
        for text in short:
            judge(text, (), model)
        best = min(best, time.process_time() - begun)
    print(f"speed: {len(short) / best:,.0f} texts a second on one core\n")


def check_lock(folder: Path) -> None:
    """Raises ValueError when a file that is only measured on is not the one that was locked."""
    locks = [lock.read_text(encoding="utf-8") for lock in sorted(folder.glob("*.sha256"))]
    for entry in "".join(locks).splitlines():
        digest, name = entry.split()
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise ValueError(f"{name} is not the text that was locked: its figures mean nothing")


def main(folder: Path) -> None:
    """Prints the figures for both halves of the labelled texts in `folder`."""
    rows = texts_of([*sorted(folder.glob("dev_*.tsv")), *sorted(OWN.glob("learn_*.tsv"))])
    speed(rows)
    report("development texts, cross-validated", list(cross_validated(rows)))
    check_lock(folder)
    for title, pattern in (("held-out texts", "held_out*"), ("by other hands", "others_2")):
        held = texts_of(sorted(folder.glob(f"{pattern}.tsv")))
        report(title, [(*row, judge(row[2], (), weights()).level) for row in held])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
