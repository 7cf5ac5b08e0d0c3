"""Looks after the master keys: makes a new one, moves every data key to it, says which can go."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy import select

from records.backup import sealed_with
from records.backup_plan import Plan, stamp_of
from records.database import Database
from records.errors import KeyMissingError, SettingsError
from records.keyring import KeyRing
from records.keystore import DataKey, KeyStore
from records.models import Base
from records.snapshot import is_empty, shown
from service.settings import Settings

NAME = "SEALING_KEYS"
_LINE = re.compile(rf"^(?:export\s+)?{NAME}\s*=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Standing:
    """One master key: is it in the ring, how many data keys and which backups need it."""

    key_id: str
    is_in_ring: bool
    is_newest: bool
    data_keys: int
    backups: tuple[Path, ...]

    @property
    def last_needed_at(self) -> datetime | None:
        """When the newest backup that needs this key was made."""
        return max((stamp_of(path) for path in self.backups), default=None)


def new_part(ring: KeyRing) -> str:
    """A fresh `id:key` whose id no key of the ring has."""
    numbers = [int(key_id[1:]) for key_id, _ in ring.keys if re.fullmatch(r"k\d+", key_id)]
    return KeyRing.new_part(f"k{max(numbers, default=0) + 1}")


def refuse_beside_data(settings: Settings) -> None:
    """Raises SettingsError when records or a key store are there, in a file or on a server.

    What a lost key locked stays locked; a new one in its place would only hide that.
    """
    shapes = {settings.database_url: Base.metadata, settings.key_store_url: DataKey.metadata}
    for url, shape in shapes.items():
        path = Path(url.removeprefix("sqlite:///"))
        if url.startswith("sqlite:") and not (path.exists() and path.stat().st_size):
            continue  # looking must not make a file
        place = Database(url)
        is_there = place.is_sqlite or not is_empty(place, shape)
        place.close()
        if is_there:
            raise SettingsError(
                f"{NAME} is missing but {shown(place)} holds sealed data: put the line back "
                "into .env from your safe copy. Nothing was changed."
            )


def add_first(path: Path, part: str) -> None:
    """Puts a new key before the others in .env, whole or not at all, readable by us alone.

    Raises SettingsError when the keys do not stand in that file: nothing is changed then.
    """
    if os.environ.get(NAME):
        raise SettingsError(
            f"{NAME} comes from the environment, not from {path}: put a new key first there "
            "yourself ('alluriarniq keys new --print' shows one). Nothing was changed."
        )
    text = path.read_text() if path.exists() else ""
    present = dotenv_values(path).get(NAME) if path.exists() else None
    found = list(_LINE.finditer(text))
    if not present or not found:
        raise SettingsError(
            f"{NAME} is not in {path}: put the line back from your safe copy. Only 'make run' "
            "begins a new installation. Nothing was changed."
        )
    KeyRing.parse(present)
    start, end = found[-1].span()
    _replace(path, f"{text[:start]}{NAME}={part},{present}{text[end:]}")


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from error


def standing(keys: KeyStore, plan: Plan) -> list[Standing]:
    """Every master key that is in the ring or needed, newest first."""
    counts, backups = keys.counts(), sealed_with(plan)
    ring = [key_id for key_id, _ in keys.ring.keys]
    others = sorted({*counts, *backups} - set(ring))
    return [
        Standing(
            key_id,
            key_id in ring,
            key_id == keys.ring.newest,
            counts.get(key_id, 0),
            tuple(backups.get(key_id, ())),
        )
        for key_id in (*ring, *others)
    ]


def check(keys: KeyStore) -> int:
    """Opens one data key under each master key; how many master keys are in use.

    Raises KeyMissingError or SealBrokenError: a key is missing, or another key bears its id.
    """
    used = keys.counts()
    missing = sorted(set(used) - {key_id for key_id, _ in keys.ring.keys})
    if missing:
        raise KeyMissingError(
            f"the sealing key '{missing[0]}' is not in {NAME}, and {used[missing[0]]} data keys "
            "need it: put its line back from your safe copy. Nothing was changed."
        )
    for key_id in used:
        with keys.database.read() as session:
            row = session.scalars(
                select(DataKey).where(DataKey.wrapped_by == key_id).limit(1)
            ).first()
        if row is not None:
            keys.ring.unwrap(row.wrapped_by, row.wrapped, row.ref)
    return len(used)


def rotate(keys: KeyStore, tell: Callable[[str], None]) -> None:
    """Locks every data key with the newest master key.

    May be stopped at any moment, and begun again; what is done stays done. Raises
    KeyMissingError or SealBrokenError before anything is changed.
    """
    check(keys)
    newest = keys.ring.newest
    total = sum(keys.counts().values())
    for left in keys.rewrap():
        tell(f"locked with {newest}: {total - left} of {total} data keys")


def advice(one: Standing) -> str:
    """What may be done with this master key."""
    if not one.is_in_ring:
        return "MISSING from SEALING_KEYS: put its line back from your safe copy"
    if one.is_newest:
        return "in use"
    if one.data_keys:
        return "needed: run 'alluriarniq keys rotate'"
    if one.last_needed_at:
        return f"only for backups, the newest of {one.last_needed_at.date()}: keep it while they do"
    return "not needed: may be taken out of SEALING_KEYS"
