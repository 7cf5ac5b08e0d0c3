"""Makes a backup when the operator asks, and puts one back after everything has stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from records import backup, migrate, snapshot
from records.backup_seal import BackupError
from records.clock import SystemClock
from records.database import Database
from records.errors import BusyError
from records.keyring import KeyRing
from records.models import Heartbeat
from records.restore import Place, restore
from records.restored import Restored
from service import compose
from service.settings import Settings, backup_plan, present

Tell = Callable[[str], None]
ALIVE = timedelta(seconds=60)


def make(settings: Settings, folder: Path | None, tell: Tell) -> None:
    """Backs up now, while the line runs. Raises MendableError."""
    present(settings)
    clock = SystemClock()
    plan = backup_plan(settings)
    if folder is not None:
        plan = type(plan)(folder, plan.keys_folder, plan.kept)
    database = Database(settings.database_url)
    try:
        migrate.check(database)
        vault = compose.vault_for(settings, clock)
        made = backup.make(database, vault, plan, clock.now(), tell)
    finally:
        database.close()
    size = made.path.stat().st_size
    tell(f"{made.path}: {made.rows} rows, {size} bytes; opened again and {made.probed} texts read")
    tell(f"{made.keys_path}: the key store; keep it apart from the other, 7 days at most")
    if made.deleted:
        tell(f"{made.deleted} old files deleted")


def put_back(
    settings: Settings,
    records: Path | None,
    keys: Path | None,
    *,
    force: bool,
    tell: Tell,
) -> None:
    """Restores into the places that the settings name. Raises MendableError."""
    if records is None and keys is None:
        raise BackupError("name a backup: 'alluriarniq restore FILE', or --with-keys FILE.")
    ring = KeyRing.parse(settings.sealing_keys.get_secret_value())
    now = SystemClock().now()
    place = Place(Database(settings.database_url), Database(settings.key_store_url))
    try:
        _refuse_running(place.database)
        done = restore(place, ring, now, records=records, keys=keys, force=force, tell=tell)
    finally:
        place.database.close()
        place.keys.close()
    for line in report(done):
        tell(line)


def _refuse_running(database: Database) -> None:
    """On PostgreSQL no lock tells who serves; a fresh heartbeat does."""
    if database.is_sqlite or snapshot.is_empty(database):
        return
    with database.read() as session:
        ticked = session.scalar(select(func.max(Heartbeat.ticked_at)))
    if ticked is not None and SystemClock().now() - ticked < ALIVE:
        raise BusyError(
            "a scheduler was alive on this database less than a minute ago: stop every "
            "process of the line first. Nothing was changed."
        )


def report(done: Restored) -> list[str]:
    """What the operator must know, a line each."""
    lines = [f"what was there before stands in {name}" for name in done.moved]
    if done.keys:
        lines.append(f"{done.keys} data keys are back")
    if done.at is None:
        return lines
    lines.append(f"{done.rows} rows are back, as they were at {done.at.isoformat()}")
    if done.unclear:
        lines.append(f"{done.unclear} texts may have gone out since: the carrier is asked first")
    if done.held:
        lines.append(f"{done.held} texts are held for a person to decide: see the queue")
    if done.erased:
        lines.append(f"{done.erased} contacts were erased since: their words stay unreadable")
    if done.unreadable:
        lines.append(
            f"NO KEY of {done.unreadable} contacts is in the key store: their words cannot be "
            "read. Put the key store back with --with-keys while its backup is under 7 days old."
        )
    lines.append("now start the line: it fetches from the carrier what arrived meanwhile")
    return lines
