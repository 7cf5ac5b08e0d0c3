"""Who did what stays linked, whatever runs at once, and a change or a gap shows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from records import audit
from records.database import Database
from records.ids import new_id
from records.models import AuditEntry, Contact

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
WRITERS, EACH, CHAINERS = 4, 25, 2


def write(database: Database, count: int = 10) -> None:
    with database.write() as session:
        for n in range(count):
            audit.note(session, NOW, "line", "seen", contact_id=n, subject=f"message:{n}")


def link(database: Database, token: str = "one") -> int:
    with database.write() as session:
        return audit.chain(session, NOW, token)


def verdict(database: Database) -> audit.Verdict:
    with database.read() as session:
        return audit.verify(session)


def test_many_writers_and_two_who_link(records: Database) -> None:
    done = threading.Event()
    errors: list[Exception] = []

    def writer(name: str) -> None:
        try:
            for n in range(EACH):
                with records.write() as session:
                    audit.note(session, NOW, name, "seen", contact_id=n)
        except Exception as error:
            errors.append(error)

    def linker(token: str) -> None:
        at = NOW
        try:
            while not done.is_set():
                with records.write() as session:
                    # Each round a minute later, so that the duty passes from hand to hand.
                    audit.chain(session, at, token)
                at += timedelta(minutes=1)
        except Exception as error:
            errors.append(error)

    linkers = [threading.Thread(target=linker, args=(f"l{n}",)) for n in range(CHAINERS)]
    writers = [threading.Thread(target=writer, args=(f"w{n}",)) for n in range(WRITERS)]
    for thread in (*linkers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in linkers:
        thread.join()
    assert errors == []
    with records.write() as session:
        audit.chain(session, NOW + timedelta(days=365), "last")
    assert verdict(records) == audit.Verdict(WRITERS * EACH, 0, None)


def test_only_the_holder_of_the_duty_links(records: Database) -> None:
    write(records)
    assert link(records, "one") == 10
    write(records)
    assert link(records, "other") == 0
    assert verdict(records) == audit.Verdict(10, 10, None)
    assert link(records, "one") == 10
    assert verdict(records) == audit.Verdict(20, 0, None)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "staff:1"},
        {"act": "unseen"},
        {"contact_id": None},
        {"subject": "message:99"},
        {"detail": "x"},
        {"at": NOW - timedelta(days=1)},
        {"hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_shows(records: Database, change: dict[str, object]) -> None:
    write(records)
    link(records)
    with records.write() as session:
        session.execute(update(AuditEntry).where(AuditEntry.position == 4).values(**change))
    assert verdict(records).broken_at == 4


def test_a_missing_entry_shows(records: Database) -> None:
    write(records)
    link(records)
    with records.write() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.position == 6))
    assert verdict(records).broken_at == 6


def test_two_entries_that_changed_places_show(records: Database) -> None:
    write(records)
    link(records)
    with records.write() as session:
        third, fourth = session.scalars(
            select(AuditEntry).where(AuditEntry.position.in_([3, 4])).order_by(AuditEntry.position)
        )
        third.position, hash_ = None, third.hash
        session.flush()
        fourth.position, fourth.hash, other = 3, hash_, fourth.hash
        session.flush()
        third.position, third.hash = 4, other
    assert verdict(records).broken_at == 3


def test_the_chain_holds_after_the_contact_is_gone(records: Database) -> None:
    with records.write() as session:
        session.add(Contact(id=7, data_key="k", created_at=NOW))
        audit.note(session, NOW, "client", "opt_out", contact_id=7)
    link(records)
    with records.write() as session:
        session.execute(delete(Contact).where(Contact.id == 7))
        audit.note(session, NOW, "staff:1", "erase", contact_id=7)
    link(records)
    assert verdict(records) == audit.Verdict(2, 0, None)


def test_what_is_committed_later_is_linked_later_though_it_began_first(records: Database) -> None:
    begun = [AuditEntry(id=new_id(), at=NOW, actor="line", act=act) for act in ("slow", "quick")]
    for entry in reversed(begun):
        with records.write() as session:
            session.add(entry)
        link(records)
    with records.read() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.position)).all()
        ids = session.scalars(select(AuditEntry.id).order_by(AuditEntry.position)).all()
    assert acts == ["quick", "slow"] and ids == sorted(ids, reverse=True)
    assert verdict(records) == audit.Verdict(2, 0, None)


def test_an_act_that_was_not_kept_leaves_no_entry(records: Database) -> None:
    with pytest.raises(OSError, match="stopped"), records.write() as session:
        audit.note(session, NOW, "line", "seen")
        session.flush()
        raise OSError("stopped")
    assert verdict(records) == audit.Verdict(0, 0, None)


def test_long_chains_are_walked_in_batches(records: Database) -> None:
    write(records, audit.BATCH + 20)
    assert link(records) == audit.BATCH
    assert verdict(records) == audit.Verdict(audit.BATCH, 20, None)
    assert link(records) == 20
    assert verdict(records) == audit.Verdict(audit.BATCH + 20, 0, None)
