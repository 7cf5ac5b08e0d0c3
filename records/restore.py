"""Puts a backup back so that nothing sent is sent again and nobody erased can be read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from records import migrate, snapshot
from records.backup import check_whole, scratch
from records.backup_plan import KEYS_KEPT
from records.backup_seal import BackupError, Header, read_header, unseal
from records.database import Database
from records.keyring import KeyRing
from records.keystore import DataKey
from records.models import Contact
from records.restored import Restored, made_ready, refs_in

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Place:
    """Where the records and the key store are to stand."""

    database: Database
    keys: Database


def restore(
    place: Place,
    ring: KeyRing,
    now: datetime,
    *,
    records: Path | None,
    keys: Path | None = None,
    force: bool = False,
    tell: Tell = lambda _: None,
) -> Restored:
    """Puts the backup `records`, and the key store `keys` if given, in their places.

    Everything is opened and made ready beside them first, so that a failure changes nothing.
    A place that is not empty is refused unless `force`; what is there is then moved aside.
    Raises BackupError, KeyMissingError, SealBrokenError, SchemaError.
    """
    _refuse_full(place, records, keys, force=force)
    home = _room_for(place, records or keys)
    with scratch(home) as room:
        store = _opened_keys(keys, room, ring, now, place, tell) if keys else None
        done = Restored(None)
        picture = room / "records.db"
        if records:
            header = _opened_records(records, picture, ring, tell)
            done = made_ready(picture, header, records, refs_in(store or place.keys), now)
        return _put(place, picture if records else None, store, done, now, tell)


def _refuse_full(place: Place, records: Path | None, keys: Path | None, *, force: bool) -> None:
    wanted = [(place.database, records, None), (place.keys, keys, DataKey.metadata)]
    for database, path, shape in wanted:
        is_empty = snapshot.is_empty(database, shape) if shape else snapshot.is_empty(database)
        if path and not force and not is_empty:
            raise BackupError(
                f"{snapshot.shown(database)} is not empty. Add --force to move what is there "
                "aside (it is not deleted). Nothing was changed."
            )


def _room_for(place: Place, path: Path | None) -> Path:
    # The last step must be a rename, which only works within one disk.
    home = place.database.path or place.keys.path
    folder = home.parent if home else (path or Path()).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _opened_records(path: Path, picture: Path, ring: KeyRing, tell: Tell) -> Header:
    _refuse_kind(path, "records")
    header = unseal(path, picture, ring, _percent(tell, f"opening {path.name}"))
    copy = Database(f"sqlite:///{picture}")
    try:
        tell("checking that it is whole")
        check_whole(copy, path)
        if migrate.current(copy) is None:
            raise BackupError(f"{path} does not say which program made its tables.")
        migrate.upgrade(copy)
    finally:
        copy.close()
    return header


def _refuse_kind(path: Path, kind: str) -> None:
    found = read_header(path).kind
    if found != kind:
        raise BackupError(f"{path} holds {found}, not {kind}: give the other file.")


def _percent(tell: Tell, what: str) -> Callable[[int, int], None]:
    shown = -1

    def say(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // max(total, 1)
        if percent >= shown + 10:
            shown = percent
            tell(f"{what}: {percent} %")

    return say


def _opened_keys(
    path: Path, room: Path, ring: KeyRing, now: datetime, place: Place, tell: Tell
) -> Database:
    _refuse_kind(path, "keys")
    age = now - read_header(path).taken_at
    if age > KEYS_KEPT:
        raise BackupError(
            f"{path} is {age.days} days old: keys are put back for 7 days only, so that an "
            "erased person stays erased. Nothing was changed."
        )
    picture = room / "keys.db"
    unseal(path, picture, ring, _percent(tell, f"opening {path.name}"))
    store = Database(f"sqlite:///{picture}")
    check_whole(store, path)
    with store.write() as session:
        session.execute(delete(DataKey).where(DataKey.ref.in_(_destroyed(place))))
    return store


def _destroyed(place: Place) -> set[str]:
    """Keys that must not come back, as far as the present records and key store can tell."""
    try:
        if snapshot.is_empty(place.database):
            return set()
        with place.database.read() as session:
            contacts = session.execute(select(Contact.data_key, Contact.erased_at)).all()
        there = refs_in(place.keys)
    except SQLAlchemyError:
        return set()
    # A key store with no contact's key at all was lost; that is no erasure.
    is_lost = not there & {ref for ref, _ in contacts}
    return {ref for ref, erased_at in contacts if erased_at or not (is_lost or ref in there)}


def _put(
    place: Place,
    picture: Path | None,
    store: Database | None,
    done: Restored,
    now: datetime,
    tell: Tell,
) -> Restored:
    moved: list[str | None] = []
    keys = 0
    if store is not None and store.path is not None:
        tell("putting the key store in place")
        with store.read() as session:
            keys = session.scalar(select(func.count()).select_from(DataKey)) or 0
        snapshot.fold_in(store)
        store.close()
        moved.append(snapshot.put_in_place(store.path, place.keys, now, DataKey.metadata))
    if picture is not None:
        tell("putting the records in place")
        moved.append(snapshot.put_in_place(picture, place.database, now))
    return replace(done, keys=keys, moved=tuple(name for name in moved if name))
