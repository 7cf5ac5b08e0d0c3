"""Prints what was measured as tables, and at the end whether each claim held."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

BUSY = 0.3


@dataclass(frozen=True)
class Bar:
    """One claim: what was measured, what is asked, and whether it held."""

    name: str
    measured: str
    asked: str
    held: bool


@dataclass
class Report:
    """Collects the claims of all parts. `quick` makes every part short and rough."""

    quick: bool = False
    bars: list[Bar] = field(default_factory=list)

    def bar(self, name: str, measured: str, asked: str, held: bool) -> None:
        self.bars.append(Bar(name, measured, asked, held))

    def least(self, name: str, value: float, asked: float, unit: str = "") -> None:
        """The value must be at least `asked`."""
        self.bar(name, f"{value:.2f}{unit}", f">= {asked:g}{unit}", value >= asked)

    def most(self, name: str, value: float, asked: float, unit: str = "") -> None:
        """The value must be at most `asked`."""
        self.bar(name, f"{value:.2f}{unit}", f"<= {asked:g}{unit}", value <= asked)

    @property
    def held(self) -> bool:
        return all(bar.held for bar in self.bars)

    def show(self) -> None:
        rows = [(b.name, b.measured, b.asked, "held" if b.held else "MISSED") for b in self.bars]
        table("Summary", ("claim", "measured", "bar", ""), rows)


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table; the first column is words, the others are set to the right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    print(f"\n{title}")
    for n, row in enumerate(cells):
        first, *rest = row
        padded = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        print("  ".join([first.ljust(widths[0]), *padded]).rstrip())
        if n == 0:
            print("  ".join("-" * width for width in widths))


def machine() -> None:
    """Prints on what and when this was measured, and warns when others are at work."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {cores} cores, load {load:.1f}"
    )
    if load > BUSY * cores:
        print(f"WARNING: the machine is busy (load {load:.1f}): read ratios, not absolute figures")
