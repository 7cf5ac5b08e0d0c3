"""Looks at everything the line needs to live, and says for each failure how to mend it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bot.escalation import roster, rota
from bot.line import Line
from bot.outbox import rate
from records import backup
from records.clock import Clock, OffsetClock
from records.database import Database
from records.errors import MendableError
from records.keystore import DataKey, KeyStore
from records.models import Contact, Fact
from service import compose, doctor_clock, doctor_database, keys, outside, simulated
from service import settings as settings_of
from service.findings import Finding
from service.line_config import line_config
from service.settings import Settings

TICK_MOST = 30.0
DUE_MOST = 60.0
DISK_LEAST = 1024**3
BACKUP_MOST = timedelta(hours=27)
URGENT_SECONDS = 10
SAMPLE = 20
ROTA_AHEAD = timedelta(days=7)


@dataclass
class Patient:
    """What the checks look at."""

    settings: Settings
    clock: Clock
    database: Database


Check = Callable[[Patient], Iterator[Finding]]


def examine(checks: tuple[Check, ...] | None = None) -> list[Finding]:
    """Runs every check; one that fails to run is itself a finding."""
    try:
        settings = settings_of.load()
        settings_of.present(settings)
    except MendableError as error:
        return [Finding("settings", False, "cannot go on", str(error))]
    findings = [Finding("settings", True, "complete")]
    with _patient(settings) as patient:
        for check in checks or CHECKS:
            findings.extend(_run(check, patient))
    return findings


@contextmanager
def _patient(settings: Settings) -> Iterator[Patient]:
    database = Database(settings.database_url)
    clock = compose.clock_of(database)
    if settings.is_simulated:
        url = settings.twilio_api_url or f"http://127.0.0.1:{settings.port + 1}"
        settings.twilio_api_url = url
        offset = simulated.offset_at(url) or timedelta()
        clock = OffsetClock(lambda: offset)
    try:
        yield Patient(settings, clock, database)
    finally:
        database.close()


def _run(check: Check, patient: Patient) -> list[Finding]:
    name = check.__name__.strip("_").replace("_", " ")
    try:
        return list(check(patient))
    except MendableError as error:
        return [Finding(name, False, "cannot be used", str(error))]
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        why = type(error).__name__
        return [Finding(name, False, f"cannot be looked at ({why})", "mend what fails above")]


def master_keys(patient: Patient) -> Iterator[Finding]:
    """Does the ring open what is in the key store?"""
    store = compose.vault_for(patient.settings, patient.clock).keys
    try:
        used = keys.check(store)
        missing = _without_key(patient, store)
    finally:
        store.database.close()
    yield Finding("keys", True, f"{used} in use, all in SEALING_KEYS")
    what = f"{missing} of the newest {SAMPLE} contacts have no key" if missing else "is there"
    mend = "put it back: 'alluriarniq restore --with-keys FILE --force' (backups up to 7 days old)"
    yield Finding("key store", not missing, what, mend)


def _without_key(patient: Patient, store: KeyStore) -> int:
    newest = select(Contact.data_key).where(Contact.erased_at.is_(None))
    with patient.database.read() as session:
        refs = session.scalars(newest.order_by(Contact.id.desc()).limit(SAMPLE)).all()
    with store.database.read() as session:
        there = session.scalars(select(DataKey.ref).where(DataKey.ref.in_(refs))).all()
    return len(set(refs) - set(there))


def database(patient: Patient) -> Iterator[Finding]:
    """Does it answer, has it this program's tables, is it sound?"""
    yield from doctor_database.look(patient.database)
    yield from doctor_clock.look(patient.database)


def work(patient: Patient) -> Iterator[Finding]:
    """Does the scheduler tick, does anything wait too long?"""
    with _line(patient) as line:
        seen = outside.figures(line)
    age = seen["tick_age_seconds"]
    what = "has never ticked" if age is None else f"ticked {age:.0f} s ago"
    mend = "start the line: 'alluriarniq run', or web and scheduler"
    yield Finding("scheduler", age is not None and age <= TICK_MOST, what, mend)
    due = seen["oldest_due_seconds"] or 0.0
    what = f"the oldest text that is due waits {due:.0f} s"
    mend = "look at the carrier's checks below and at the queue's alarms"
    yield Finding("outbox", due <= DUE_MOST, what, mend)


@contextmanager
def _line(patient: Patient) -> Iterator[Line]:
    line = compose.build(patient.settings, patient.clock)
    try:
        yield line
    finally:
        line.database.close()
        line.vault.keys.database.close()


def on_call(patient: Patient) -> Iterator[Finding]:
    """Is somebody on call at every moment of the next days?"""
    now = patient.clock.now()
    with _line(patient) as line, line.database.read() as session:
        entered = roster.load(session, line, now)
    if entered.is_empty:
        what, mend = "no rota is entered", "enter shifts in the panel: urgent texts page everyone"
        yield Finding("on call", patient.settings.is_simulated, what, mend)
        return
    holes = rota.gaps(entered, now, now + ROTA_AHEAD)
    what = f"{len(holes)} gaps in the next {ROTA_AHEAD.days} days"
    if holes:
        what += f", the first from {line.local(holes[0][0]).strftime('%Y-%m-%d %H:%M')}"
    yield Finding("on call", not holes, what, "fill it in the panel's rota")


def urgent_rate(patient: Patient) -> Iterator[Finding]:
    """How many urgent replies can leave within 10 seconds?"""
    config = line_config(patient.settings)
    fit = int(rate.capacity(config.send_rate) + URGENT_SECONDS * config.send_rate)
    what = f"{fit} urgent replies fit in {URGENT_SECONDS} s at {config.send_rate:g} texts a second"
    mend = "set SEND_RATE to what your number may send, or use a Messaging Service"
    yield Finding("urgent replies", fit >= 2, what, mend)


def disk(patient: Patient) -> Iterator[Finding]:
    """Is there room for the records and for backups?"""
    seen: set[int] = set()
    folders = [Path(patient.settings.backup_dir), Path(patient.settings.key_backup_dir)]
    if patient.database.path:
        folders.insert(0, patient.database.path.parent)
    for folder in folders:
        there = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        free = shutil.disk_usage(there).free
        what = f"{free / DISK_LEAST:.1f} GB free at {folder}"
        yield Finding("disk", free >= DISK_LEAST, what, "make room: the line stops when it is full")


def told(patient: Patient) -> Iterator[Finding]:
    """Who hears of it when the line itself is in trouble?"""
    from service import doctor_told

    yield from doctor_told.look(patient.settings, patient.database)


def proven_backup(patient: Patient) -> Iterator[Finding]:
    """How old is the newest backup that was opened again?"""
    with patient.database.read() as session:
        fact = session.get(Fact, backup.VERIFIED)
    if fact is None:
        yield Finding("backup", False, "there is none", "run 'alluriarniq backup'")
        return
    age = patient.clock.now() - fact.at
    what = f"{fact.value}, {age.total_seconds() / 3600:.0f} h old"
    mend = "run 'alluriarniq backup' and see why the nightly one failed"
    yield Finding("backup", age <= BACKUP_MOST, what, mend)


def public_address(patient: Patient) -> Iterator[Finding]:
    """Is the line's own address safe to call?"""
    from service import doctor_address

    yield from doctor_address.look(patient.settings, patient.clock.now())


def carrier(patient: Patient) -> Iterator[Finding]:
    """What the phone company says of our account and number."""
    from service import doctor_carrier

    yield from doctor_carrier.look(patient.settings, patient.clock)


#: In this order; what later ones need comes first.
CHECKS: tuple[Check, ...] = (
    database,
    master_keys,
    work,
    on_call,
    public_address,
    carrier,
    urgent_rate,
    told,
    proven_backup,
    disk,
)
