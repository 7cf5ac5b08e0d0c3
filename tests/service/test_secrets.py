"""What clients and staff entrust to the line is nowhere to be found in its files."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.line import LineConfig
from records import backup, migrate
from records.backup_plan import Plan, listed
from records.database import Database
from records.errors import ErasedError
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.models import Contact, Message
from records.restore import Place, restore
from records.vault import Vault
from service import logs
from service.rehearsal import ZONE, Rehearsal, stage_config
from service.seed import STAFF, seed

START = datetime(2026, 11, 30, 9, tzinfo=ZONE)
PHONE = "+16135557319"
TEXTS = (
    "circle",
    "Quviasuktuq Zebedeeqatsiaq here, my man Brewstertonworth is on Zzyzxboulevard",
    "ᓇᓂᖅᐱᑕ ᓯᓚᑦᑎᐊᕙᖕᒥ ᖃᐅᔨᔭᐅᔪᒪᙱᑦᑐᖓ",
    "he has a knife outside apartment 90210 xylophonewords",
    "STOP",
)
SECRETS = (
    "Zebedeeqatsiaq",
    "Brewstertonworth",
    "Zzyzxboulevard",
    "xylophonewords",
    "ᓯᓚᑦᑎᐊᕙᖕᒥ",
    "6135557319",
    "613-555-7319",
    "613 555 7319",
    "(613) 555-7319",
    "5557319",
    "555-7319",
    *(name for _, name, _, _ in STAFF),
    *(phone[2:] for *_, phone in STAFF if phone),
)


@pytest.fixture
def log(own_logging: None) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.start(stream)
    # Everything that any library would say, down to the last detail.
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
    yield stream
    logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)


@pytest.fixture
def stage(tmp_path: Path, log: io.StringIO) -> Iterator[Rehearsal]:
    """A line whose records and keys are files, with people who text it."""
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    migrate.upgrade(database)
    plan = Plan(tmp_path / "backups", tmp_path / "key-backups")
    config = LineConfig(**{**vars(stage_config()), "backups": plan})
    made = Rehearsal(START, database=database, config=config)
    store = Database(f"sqlite:///{tmp_path / 'keys.db'}")
    keys = KeyStore(store, KeyRing.parse(KeyRing.new_part("k1")), made.clock.now)
    keys.create_tables()
    made.line.vault = Vault(keys)
    seed(made.line, START.date())
    for words in TEXTS:
        made.texts(PHONE, words)
        made.advance_to(made.clock.now() + timedelta(minutes=1))
    made.texts("+16135550188", "circle")
    made.network.set_fault("refuse", code=500, count=3)
    made.texts("+16135550188", "narcan")
    made.advance_to(made.clock.now() + timedelta(minutes=5))
    yield made
    database.close()
    store.close()


def holds(path: Path, secrets: tuple[str, ...]) -> list[str]:
    words = path.read_bytes().lower()
    forms = {
        secret: (secret.lower().encode(), secret.lower().encode("utf-16-le"), escaped(secret))
        for secret in secrets
    }
    return [secret for secret, shapes in forms.items() if any(shape in words for shape in shapes)]


def escaped(secret: str) -> bytes:
    """As JSON would write it."""
    return secret.encode("ascii", "backslashreplace").lower()


def test_no_secret_is_in_any_file(stage: Rehearsal, tmp_path: Path, log: io.StringIO) -> None:
    line = stage.line
    assert line.config.backups is not None
    backup.make(line.database, line.vault, line.config.backups, stage.clock.now())
    (tmp_path / "line.log").write_text(log.getvalue())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"line.db", "line.db-wal", "keys.db", "line.log"} <= names
    assert len(listed(line.config.backups, "records")) >= 1
    assert len(listed(line.config.backups, "keys")) >= 1
    found = {path.name: held for path in files if (held := holds(path, SECRETS))}
    assert found == {}
    assert log.getvalue().count("\n") > 0


def test_the_search_itself_would_find_them(stage: Rehearsal, tmp_path: Path) -> None:
    opened = []
    with stage.line.database.read() as session:
        rows = session.execute(
            select(Message.id, Message.body_sealed, Contact.data_key)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Message.direction == "inbound", Message.body_sealed.is_not(None))
        ).all()
    for message_id, sealed, ref in rows:
        opened.append(stage.line.vault.open(ref, f"message.body:{message_id}", sealed or b""))
    assert set(TEXTS) <= set(opened)
    plain = tmp_path / "plain.txt"
    plain.write_text("\n".join([*opened, PHONE]))
    assert {"Zebedeeqatsiaq", "ᓯᓚᑦᑎᐊᕙᖕᒥ", "6135557319"} <= set(holds(plain, SECRETS))


def test_an_old_backup_cannot_show_an_erased_person(stage: Rehearsal, tmp_path: Path) -> None:
    line = stage.line
    assert line.config.backups is not None
    made = backup.make(line.database, line.vault, line.config.backups, stage.clock.now())
    with line.database.read() as session:
        refs = {row.id: row.data_key for row in session.scalars(select(Contact))}
        zebedee = session.scalars(
            select(Message.contact_id).where(Message.direction == "inbound").order_by(Message.id)
        ).first()
    assert zebedee is not None
    line.vault.keys.destroy(refs[zebedee])
    fresh = Vault(KeyStore(line.vault.keys.database, line.vault.keys.ring, line.now))
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    restore(
        Place(old, line.vault.keys.database), fresh.keys.ring, stage.clock.now(), records=made.path
    )
    with old.read() as session:
        messages = session.scalars(
            select(Message).where(Message.body_sealed.is_not(None), Message.contact_id.is_not(None))
        ).all()
    assert {row.contact_id for row in messages} == set(refs)
    for row in messages:
        assert row.contact_id is not None
        where, sealed = f"message.body:{row.id}", row.body_sealed or b""
        if row.contact_id == zebedee:
            with pytest.raises(ErasedError):
                fresh.open(refs[row.contact_id], where, sealed)
        else:
            assert fresh.open(refs[row.contact_id], where, sealed)
    old.close()
