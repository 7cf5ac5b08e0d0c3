"""What the line's processes hold at a moment, and whether that grew over a long time."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text

from tests.chaos.figures import share
from tests.chaos.guard import Guard
from tests.chaos.world import World

GROWTH_MOST = 1.05
#: A pool opens another connection, with its files, when a busy moment wants one more than any
#: before; so many of a counted thing are no leak.
SLACK = 4
MEMORY = "memory, MB"
_CLIENTS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)

#: The name of what was weighed, and how much it was.
Weight = dict[str, float]


def family(guard: Guard) -> list[Path]:
    """The process folders of a guard's process and its children."""
    own = Path(f"/proc/{guard.pid}")
    children = (own / "task" / str(guard.pid) / "children").read_text().split()
    return [own, *(Path(f"/proc/{pid}") for pid in children)]


def weigh_all(world: World) -> tuple[Weight, set[int]]:
    """What each process holds and how many connections the database has; the process ids."""
    weight: Weight = {"database connections": 0}
    pids: set[int] = set()
    for guard in world.guards:
        with contextlib.suppress(OSError):  # it ended a moment ago: its successor has another id
            for folder in family(guard):
                pids.add(int(folder.name))
                _add(weight, guard.name, folder)
    if not world.line.database.is_sqlite:
        with world.line.database.read() as session:
            weight["database connections"] = session.scalar(_CLIENTS) or 0
    return weight, pids


def _add(weight: Weight, name: str, folder: Path) -> None:
    status = (folder / "status").read_text()
    files = [_target(one) for one in (folder / "fd").iterdir()]
    found = {
        f"{name}: {MEMORY}": int(status.split("VmRSS:")[1].split()[0]) / 1024,
        f"{name}: threads": int(status.split("Threads:")[1].split()[0]),
        f"{name}: open files": len(files),
        "database connections": sum(one.endswith(".db") for one in files),
    }
    for what, much in found.items():
        weight[what] = weight.get(what, 0) + much


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:
        return ""  # closed while we looked


def growth(weights: Sequence[Weight]) -> dict[str, tuple[float, float]]:
    """The median of the second quarter and of the last, for each thing: the first warms up."""
    quarter = max(1, len(weights) // 4)
    before, after = weights[quarter : 2 * quarter] or weights, weights[-quarter:]
    names = weights[-1] if weights else ()
    return {name: (_median(before, name), _median(after, name)) for name in names}


def _median(weights: Sequence[Weight], name: str) -> float:
    return share(sorted(one.get(name, 0) for one in weights), 0.5)


def grown(weights: Sequence[Weight]) -> list[str]:
    """What grew by more than GROWTH_MOST (and, where it is counted, by more than SLACK)."""
    return [
        f"{name} grew from {before:.0f} to {after:.0f}"
        for name, (before, after) in growth(weights).items()
        if after > before * GROWTH_MOST + (0 if name.endswith(MEMORY) else SLACK)
    ]
