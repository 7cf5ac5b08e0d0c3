"""An erased person is nowhere: not in the files, their log, a backup, or at the carrier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import rights
from bot.outbox.blank import blank
from bot.people import locked
from records import backup
from records.audit import note
from records.backup_plan import Plan
from records.database import Database
from records.errors import ErasedError
from records.keystore import BELIEVED_SECONDS, KeyStore
from records.models import Contact, Message
from records.vault import Vault
from tests.stage import Stage

WORDS = "zebra pyjamas of my aunt"
#: Said in the other test: what a server's log once held stays in it.
OTHER_WORDS = "walrus slippers of my uncle"
NUMBER = "6135550177"


def files(database: Database, folder: Path) -> Iterator[Path]:
    """Every file in which the database keeps something, its log too, and those of `folder`."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
            server.exec_driver_sql("CHECKPOINT")
            data = Path(server.exec_driver_sql("SHOW data_directory").scalar_one())
        yield from (path for name in ("base", "pg_wal") for path in (data / name).rglob("*"))
    yield from folder.rglob("*")


def held(database: Database, folder: Path, words: str) -> list[Path]:
    """The files that hold these words."""
    found = (path for path in files(database, folder) if path.is_file())
    return [path for path in found if words.encode() in path.read_bytes()]


def test_nothing_of_an_erased_person_is_found_anywhere(records: Database, tmp_path: Path) -> None:
    stage = Stage(database=records)
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
    names = [path.name for path in files(records, tmp_path) if path.is_file()]
    assert any(name.endswith("-wal") or len(name) == 24 for name in names), "a log was searched"
    assert any(name.startswith("records-") for name in names)
    assert held(records, tmp_path, WORDS) == held(records, tmp_path, NUMBER) == []
    assert [one.body for one in stage.network.messages if one.body] == []
    with pytest.raises(ErasedError):  # the row of the old backup cannot be opened either
        line.vault.open(contact.data_key, where, sealed.body_sealed or b"")


def test_another_process_that_had_the_key_in_memory_reads_nothing_five_minutes_later(
    records: Database,
) -> None:
    stage = Stage(database=records)
    line, phone = stage.line, stage.phone("0177")
    phone.texts(WORDS).ignores()
    passed = [0.0]
    keys = line.vault.keys
    second = replace(
        line, vault=Vault(KeyStore(keys.database, keys.ring, line.now, lambda: passed[0]))
    )
    with second.database.read() as session:
        contact = session.scalars(select(Contact)).one()
        sealed = session.scalars(select(Message).where(Message.direction == "inbound")).one()

    def read_by_the_second() -> str:
        where = f"message.body:{sealed.id}"
        return second.vault.open(contact.data_key, where, sealed.body_sealed or b"")

    assert read_by_the_second() == WORDS
    with line.database.write() as session:
        rights.confirm(session, locked(session, contact.id), 7, "voice", line.now())
    stage.later(days=7, minutes=2)
    passed[0] = BELIEVED_SECONDS - 1
    assert read_by_the_second() == WORDS  # no look at the key store: what is used daily costs none
    passed[0] = BELIEVED_SECONDS
    with pytest.raises(ErasedError):
        read_by_the_second()
    passed[0] += 1
    with pytest.raises(ErasedError):
        read_by_the_second()
    phone.ignores()


def test_the_search_would_find_words_that_are_there(records: Database, tmp_path: Path) -> None:
    stage = Stage(database=records)
    with records.write() as session:
        note(session, stage.line.now(), "line", OTHER_WORDS)
    assert held(records, tmp_path, OTHER_WORDS) != []
