"""An erased person is nowhere: not in the file, its log, a backup, or at the carrier."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import rights
from bot.outbox.blank import blank
from bot.people import locked
from records import backup
from records.backup_plan import Plan
from records.database import Database
from records.errors import ErasedError
from records.models import Base, Contact, Message
from tests.stage import Stage

WORDS = "zebra pyjamas of my aunt"
NUMBER = "6135550177"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A line on a real SQLite file, write-ahead log and all."""
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    Base.metadata.create_all(database.engine)
    return Stage(database=database)


def test_nothing_of_an_erased_person_is_found_anywhere(stage: Stage, tmp_path: Path) -> None:
    line, phone = stage.line, stage.phone("0177")
    phone.texts(WORDS).ignores()
    with line.database.read() as session:
        contact = session.scalars(select(Contact)).one()
        sealed = session.scalars(select(Message).where(Message.direction == "inbound")).one()
    where = f"message.body:{sealed.id}"
    assert line.vault.open(contact.data_key, where, sealed.body_sealed or b"") == WORDS
    plan = Plan(tmp_path / "backups", tmp_path / "keys")
    backup.make(line.database, line.vault, plan, line.now())  # while the words were there
    with line.database.write() as session:
        rights.confirm(session, locked(session, contact.id), 7, "voice", line.now())
    stage.later(days=7, minutes=2)
    blank(line)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    assert any(path.name.startswith("records-") for path in files)
    for path in files:
        held = path.read_bytes()
        assert WORDS.encode() not in held and NUMBER.encode() not in held, path
    assert [one.body for one in stage.network.messages if one.body] == []
    with pytest.raises(ErasedError):  # the row of the old backup cannot be opened either
        line.vault.open(contact.data_key, where, sealed.body_sealed or b"")


def test_the_search_would_find_words_that_are_there(stage: Stage, tmp_path: Path) -> None:
    with stage.line.database.write() as session:
        from records.audit import note

        note(session, stage.line.now() + timedelta(), "line", WORDS)
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert WORDS.encode() in held
