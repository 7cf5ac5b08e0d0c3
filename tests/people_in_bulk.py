"""Makes many clients at once, each with a phone that texted in and a yes to reminders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from bot.line import Line
from records.ids import new_id
from records.models import Address, Consent, Contact, Conversation

BATCH = 5000


def number_of(n: int) -> str:
    return f"+1613{2_000_000 + n:07d}"


def clients(line: Line, count: int, now: datetime) -> list[int]:
    """So many contacts; their ids, in order of their numbers. They share one key."""
    ref, made = line.vault.keys.new_ref(), []
    for start in range(0, count, BATCH):
        rows = [_one(line, ref, n, now) for n in range(start, min(start + BATCH, count))]
        with line.database.write() as session:
            for model in (Contact, Conversation, Address, Consent):
                session.execute(insert(model), [row[model] for row in rows])
        made += [row[Contact]["id"] for row in rows]
    return made


def _one(line: Line, ref: str, n: int, now: datetime) -> dict[type, dict[str, object]]:
    contact_id, address_id, number = new_id(), new_id(), number_of(n)
    where = f"address.identifier:{address_id}"
    return {
        Contact: {
            "id": contact_id, "data_key": ref, "created_at": now, "safe_to_text": "yes",
            "safe_asked_at": now, "introduced_at": now, "last_inbound_at": now,
        },
        Conversation: {"contact_id": contact_id, "offered_at": now},
        Address: {
            "id": address_id, "contact_id": contact_id, "proven_at": now, "created_at": now,
            "identifier_index": line.vault.index("address.sms", number),
            "identifier_sealed": line.vault.seal(ref, where, number),
        },
        Consent: {
            "contact_id": contact_id, "purpose": "reminders", "given": True, "version": "test",
            "language": "en", "how": "text", "at": now,
        },
    }  # fmt: skip
