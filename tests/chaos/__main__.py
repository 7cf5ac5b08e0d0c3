"""python -m tests.chaos --database sqlite|postgresql|pgbouncer|both --texts N --kills K."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from tests.chaos.figures import table
from tests.chaos.run import Plan, run


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql", "pgbouncer", "both"), default="both"
    )
    parser.add_argument("--texts", type=int, default=20_000, help="texts on each database")
    parser.add_argument("--kills", type=int, default=500, help="SIGKILLs on each database")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--rate", type=float, default=20.0, help="texts a second")
    parser.add_argument("--rarer", type=float, default=0.25, help="rarer troubles to a kill")
    parser.add_argument("--strict", action="store_true", help="late pages fail the run too")
    return parser.parse_args()


def main() -> int:
    """0 when nothing was lost, doubled, out of order or left without a page; else 1."""
    given = arguments()
    # Ended from outside, it still takes every process and every mount down with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    both = ("sqlite", "postgresql")
    tables, is_clean = [], True
    for database in both if given.database == "both" else (given.database,):
        plan = Plan(database, given.texts, given.kills, given.seed, given.rate, given.rarer)
        print(f"{database}: {plan.texts} texts, {plan.kills} kills, seed {plan.seed}", flush=True)
        figures = run(plan, lambda words: print(words, flush=True))
        tables.append(table(figures))
        is_clean &= figures.is_clean and (figures.is_quick or not given.strict)
    print("\n\n".join(tables))
    return 0 if is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
