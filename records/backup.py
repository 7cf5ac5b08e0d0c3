"""Makes a sealed copy of all records each night, proves that it opens, and puts one back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from records import snapshot
from records.backup_plan import STAMP, Plan, listed, prune
from records.backup_seal import BackupError, read_header, seal, unseal
from records.database import Database
from records.keyring import KeyRing
from records.keystore import DataKey
from records.models import Base, Contact, Fact, Message
from records.vault import Vault

VERIFIED = "verified_backup"
#: A text under way while the picture was taken may bear an earlier time than the picture.
SETTLED = timedelta(minutes=1)
PROBES = 10
SHAPES = {"records": Base.metadata, "keys": DataKey.metadata}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """What one run left behind. `at`: everything stored before it stands in `path`."""

    path: Path
    keys_path: Path
    at: datetime
    rows: int
    probed: int
    deleted: int


def make(
    database: Database, vault: Vault, plan: Plan, now: datetime, tell: Tell = lambda _: None
) -> Made:
    """Copies records and key store, proves the copy, says so in a Fact, deletes what is old.

    Raises BackupError (cannot be written, or the copy does not open) and SchemaError; what
    was backed up before stays, and the Fact still names the newest copy that was proven.
    """
    _refuse_one_folder(plan)
    at = now - SETTLED
    try:
        for folder in (plan.folder, plan.keys_folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, keys_path = (_path(plan, kind, now) for kind in SHAPES)
        with scratch(plan.folder) as room:
            tell("taking a picture of the records")
            counted = _sealed(database, room, path, vault.keys.ring, "records", at)
            tell("proving that it opens")
            probed = prove(path, vault, counted, room)
            tell("copying the key store")
            _sealed(vault.keys.database, room, keys_path, vault.keys.ring, "keys", at)
    except OSError as error:
        where = error.filename or plan.folder
        raise BackupError(f"the backup cannot be written to {where}: {error.strerror}.") from error
    write_down(database, path.name, at)
    deleted = prune(plan, now)
    return Made(path, keys_path, at, sum(counted.values()), probed, deleted)


def _refuse_one_folder(plan: Plan) -> None:
    if plan.folder.resolve() == plan.keys_folder.resolve():
        raise BackupError(
            "BACKUP_DIR and KEY_BACKUP_DIR must be two folders: whoever takes one "
            "must not get the other."
        )


def _path(plan: Plan, kind: str, now: datetime) -> Path:
    return plan.folder_of(kind) / f"{kind}-{now.strftime(STAMP)}.backup"


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A private folder on the same disk, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as room:
        yield Path(room)


def _sealed(
    database: Database, room: Path, path: Path, ring: KeyRing, kind: str, at: datetime
) -> dict[str, int]:
    picture = room / f"{kind}.db"
    snapshot.take(database, picture, SHAPES[kind])
    counted = {}
    if kind == "records":
        copy = Database(f"sqlite:///{picture}")
        counted = snapshot.counts(copy)
        snapshot.fold_in(copy)
        copy.close()
    seal(picture, path, ring, kind, at)
    picture.unlink()
    return counted


def prove(path: Path, vault: Vault, counted: dict[str, int], room: Path) -> int:
    """Opens a backup in a blank place, checks every page and count, and reads some words.

    Returns how many sealed texts were opened. Raises BackupError and what the vault raises.
    """
    blank = room / "proof.db"
    unseal(path, blank, vault.keys.ring)
    copy = Database(f"sqlite:///{blank}")
    try:
        check_whole(copy, path)
        if snapshot.counts(copy) != counted:
            raise BackupError(f"{path} does not hold as many rows as were there: take another.")
        return _probe(copy, vault)
    finally:
        copy.close()
        for beside in room.glob("proof.db*"):
            beside.unlink()


def check_whole(copy: Database, path: Path) -> None:
    """Raises BackupError unless the opened picture is a sound database."""
    try:
        with copy.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    except DatabaseError as error:
        raise BackupError(f"{path} holds no sound database: take another backup.") from error
    if found != "ok":
        raise BackupError(f"{path} holds a damaged database: take another backup.")


def _probe(copy: Database, vault: Vault) -> int:
    with copy.read() as session:
        texts = session.execute(
            select(Message.id, Message.body_sealed, Contact.data_key)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Message.body_sealed.is_not(None), Contact.erased_at.is_(None))
            .order_by(func.random())
            .limit(PROBES)
        ).all()
    for message_id, sealed, ref in texts:
        vault.open(ref, f"message.body:{message_id}", bytes(sealed or b""))
    return len(texts)


def write_down(database: Database, name: str, at: datetime) -> None:
    """Says in the records that everything before `at` stands in a second, proven place."""
    with database.write() as session:
        fact = session.get(Fact, VERIFIED, with_for_update=True)
        if fact is None:
            session.add(Fact(name=VERIFIED, value=name, at=at))
        elif fact.at < at:
            fact.value, fact.at = name, at


def sealed_with(plan: Plan) -> dict[str, list[Path]]:
    """Which backups need which master key to be opened."""
    needed: dict[str, list[Path]] = {}
    for path in (path for kind in SHAPES for path in listed(plan, kind)):
        try:
            needed.setdefault(read_header(path).key_id, []).append(path)
        except BackupError:
            continue  # nobody can open it anyway
    return needed
