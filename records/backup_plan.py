"""Where backups stand, how they are named, and which are too old to be kept."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

STAMP = "%Y%m%dT%H%M%SZ"
#: Older copies of the key store would bring back the keys of people who were erased.
KEYS_KEPT = timedelta(days=7)

#: Why a text is looked up or held after a backup was put back.
RESTORED = "restored"


@dataclass(frozen=True)
class Plan:
    """Where backups go and how long they stay. The two folders must not be the same."""

    folder: Path
    keys_folder: Path
    kept: timedelta = timedelta(days=30)

    def folder_of(self, kind: str) -> Path:
        return self.keys_folder if kind == "keys" else self.folder


def prune(plan: Plan, now: datetime) -> int:
    """Deletes copies of the records older than `plan.kept` and of keys older than 7 days."""
    deleted = 0
    for kind, kept in (("records", plan.kept), ("keys", KEYS_KEPT)):
        # A copy that would come of age before the next night's run goes now.
        latest = now - kept + (timedelta(days=1) if kind == "keys" else timedelta(0))
        for path in listed(plan, kind):
            if stamp_of(path) < latest:
                path.unlink()
                deleted += 1
    _sweep_up(plan, now - timedelta(days=1))
    return deleted


def _sweep_up(plan: Plan, before: datetime) -> None:
    """What a run left behind that was killed."""
    for folder in (plan.folder, plan.keys_folder):
        for left in (*folder.glob(".backup-*"), *folder.glob("*.backup.part")):
            if left.stat().st_mtime < before.timestamp():
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def listed(plan: Plan, kind: str) -> list[Path]:
    """The backups of one kind, the oldest first; files with other names are not ours."""
    found = plan.folder_of(kind).glob(f"{kind}-*.backup")
    return sorted((path for path in found if _is_stamped(path)), key=stamp_of)


def stamp_of(path: Path) -> datetime:
    """When a backup was made, by its name."""
    stamp = path.name.rsplit(".", 1)[0].partition("-")[2]
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def _is_stamped(path: Path) -> bool:
    try:
        stamp_of(path)
    except ValueError:
        return False
    return True
