"""A hundred thousand contacts and a million messages, stored in a minute or two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import String, cast, insert, literal, select, text, update

from bot import names
from bot.line import Line
from records import migrate
from records.database import Database
from records.models import (
    Acknowledgement,
    Address,
    Appointment,
    AuditEntry,
    CheckIn,
    CheckPlan,
    Consent,
    Contact,
    Conversation,
    Escalation,
    Message,
    NameMark,
    Note,
    Occurrence,
    QueueItem,
)
from service import seed
from tests.bench.flat_bench import line_on
from tests.bench.places import Places

TEXTS, BUSY_TEXTS = 10, 3_000
NAMED, READABLE = 5, 40
WORDS = "hi, can you call me"
FIRST_NAMES = ("Mary", "Leah", "Aliqa", "Susie", "Jeannie", "Pitseolak", "Annie", "Oolootie")
CHUNK = 5_000


def public_id(number: int) -> str:
    return f"bench{number:019d}"


def store(found: Places, kind: str, contacts: int, readable: int = READABLE) -> Line:
    database = Database(found.url(kind, "panel"))
    migrate.upgrade(database)
    line = line_on(database, found.folder / "panel-keys.db")
    seed.seed(line)
    ref = line.vault.keys.new_ref()
    for rows in _people(line, ref, contacts):
        with database.write() as session:
            for model, values in rows.items():
                if values:
                    session.execute(insert(model), values)
    for seq in range(1, TEXTS + 1):
        _texts(line, seq)
    _busy(line, ref)
    _work(line, contacts)
    _seal(line, ref, readable)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return line


def _people(line: Line, ref: str, contacts: int) -> Iterator[dict[type, list[dict[str, Any]]]]:
    """Contacts who last texted a minute apart; every NAMEDth has a short name."""
    now, seal, index = line.now(), line.vault.seal, line.vault.index
    for first in range(1, contacts + 1, CHUNK):
        rows: dict[type, list[dict[str, Any]]] = {
            model: [] for model in (Contact, Address, Conversation, NameMark)
        }
        for n in range(first, min(contacts, first + CHUNK - 1) + 1):
            number, at = f"+1613{5_000_000 + n:07d}", now - timedelta(minutes=n)
            rows[Contact].append({"id": n, "public_id": public_id(n), "data_key": ref,
                "created_at": at, "last_inbound_at": at, "next_seq": TEXTS + 1,
                "safe_to_text": "yes", "introduced_at": at})  # fmt: skip
            rows[Address].append({"id": n, "contact_id": n, "channel": "sms",
                "identifier_index": index("address.sms", number),
                "identifier_sealed": seal(ref, f"address.identifier:{n}", number),
                "created_at": at, "proven_at": at})  # fmt: skip
            rows[Conversation].append({"contact_id": n,
                "handed_off_at": at if n % 500 == 0 else None,
                "handed_off_to": n % 7 + 1 if n % 500 == 0 else None})  # fmt: skip
            if n % NAMED == 0:
                name = f"{FIRST_NAMES[n % len(FIRST_NAMES)]} {n:x}"
                rows[NameMark] += [{"contact_id": n, "mark": index("name.beginning", one)}
                                   for one in names.beginnings(name)]  # fmt: skip
        yield rows


def _rows(model: Any, fixed: dict[str, Any]) -> list[Any]:
    return [literal(value, model.__table__.c[key].type) for key, value in fixed.items()]


def _texts(line: Line, seq: int) -> None:
    """The `seq`th text of everybody, in and out by turns."""
    is_in, at = seq % 2 == 1, line.now() - timedelta(days=TEXTS - seq + 1)
    fixed = {
        "seq": seq, "direction": "inbound" if is_in else "outbound", "channel": "sms",
        "purpose": "inbound" if is_in else "reply", "state": "received" if is_in else "delivered",
        "body_sealed": b"\x00" * 90, "created_at": at, "final_at": at, "carrier_blanked_at": at,
        "sent_at": at, "lane": 1, "attempts": 1, "media_count": 0, "is_late": False,
        "level": "routine" if is_in else None,
    }  # fmt: skip
    row_id = Contact.id + literal(seq * 1_000_000)
    source = select(
        row_id,
        Contact.id,
        Contact.id,
        literal("SMb") + cast(row_id, String),
        *_rows(Message, fixed),
    ).where(Contact.public_id.like("bench%"))
    columns = ["id", "contact_id", "address_id", "carrier_sid", *fixed]
    with line.database.write() as session:
        session.execute(insert(Message).from_select(columns, source))


def _busy(line: Line, ref: str) -> None:
    """The client of whom pages are shown has written and been answered for years."""
    now, rows = line.now(), []
    for n in range(TEXTS + 1, BUSY_TEXTS):
        is_in = n % 2 == 1
        rows.append({"id": 90_000_000 + n, "contact_id": 1, "seq": n, "address_id": 1,
            "direction": "inbound" if is_in else "outbound", "purpose": "reply",
            "state": "received" if is_in else "delivered", "created_at": now, "final_at": now,
            "body_sealed": line.vault.seal(ref, f"message.body:{90_000_000 + n}", "ᖁᔭᓐᓇᒦᒃ"),
            "level": "routine"})  # fmt: skip
    with line.database.write() as session:
        session.execute(insert(Message), rows)
        session.get_one(Contact, 1).next_seq = BUSY_TEXTS


def _work(line: Line, contacts: int) -> None:
    """What workers did, and what waits: more than an office of ten could have."""
    now, many = line.now(), range(1, min(contacts, 20_000) + 1)
    tables: dict[type, list[dict[str, Any]]] = {
        Consent: [{"contact_id": n, "purpose": p, "given": True, "version": "1", "language": "en",
                   "how": "text", "at": now} for n in many for p in ("reminders", "check_ins")],
        # A look each minute, day and night, for ten weeks: 200 a day for each of seven workers.
        AuditEntry: [{"at": now - timedelta(minutes=5 * n + k), "actor": f"staff:{n % 7}",
                      "act": "read_conversation", "contact_id": n} for n in many for k in range(5)],
        QueueItem: [{"kind": ("not_understood", "not_delivered", "no_answer")[n % 3],
                     "contact_id": n, "opened_at": now, "taken_by": n % 7,
                     "resolved_at": None if n % 40 == 0 else now} for n in many],
        Escalation: [{"id": n, "number": n + 1000, "contact_id": n, "level": "urgent",
                      "kind": "wants_out", "ladder_at": now, "opened_at": now - timedelta(hours=n),
                      "message_id": n, "state": "open" if n % 200 == 0 else "resolved"}
                     for n in many],
        Acknowledgement: [{"escalation_id": n, "staff_id": n % 7 + 1, "how": "panel",
                           "at": now - timedelta(hours=n - 0.1), "ended_at": now} for n in many],
        Note: [{"contact_id": 1, "staff_id": 1, "body_sealed": b"\x00" * 60, "at": now}
               for _ in range(200)],
        CheckPlan: [{"id": 1, "contact_id": 1, "kind": "how", "every": "week",
                     "anchor_on": now.date(), "at_minute": 780, "agreed_at": now}],
        CheckIn: [{"plan_id": 1, "contact_id": 1, "meant_at": now - timedelta(days=7 * n),
                   "state": "answered", "answer": "ok", "at": now} for n in range(100)],
    }  # fmt: skip
    with line.database.write() as session:
        for model, rows in tables.items():
            session.execute(insert(model), rows)
        dates = session.scalars(select(Occurrence.id)).all()
        booked = [{"occurrence_id": date, "contact_id": n, "booked_at": now, "state": "booked"}
                  for date in dates for n in range(1, 100)]  # fmt: skip
        session.execute(insert(Appointment), booked)


def _seal(line: Line, ref: str, readable: int) -> None:
    """Real words where they are read: the texts of the newest contacts."""
    wanted = select(Message.id).where(Message.contact_id <= readable, Message.seq <= TEXTS)
    with line.database.write() as session:
        for ids in session.scalars(wanted).partitions(CHUNK):
            rows = [
                {"id": n, "body_sealed": line.vault.seal(ref, f"message.body:{n}", WORDS)}
                for n in ids
            ]
            session.execute(update(Message), rows)
        for contact in session.query(Contact).filter(Contact.id <= min(readable, READABLE)):
            contact.name_sealed = line.vault.seal(ref, f"contact.name:{contact.id}", "Mary K")
