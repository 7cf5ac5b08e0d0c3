"""Says a text of the catalogues to a client, in the language they read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot import outbox
from bot.case import add_item, locale_of
from bot.engine import Text
from bot.line import Line
from records.models import Contact
from records.models.messages import Lane
from records.rows import Kept


def say_to(
    session: Session,
    line: Line,
    contact: Contact,
    address_id: int | None,
    text: Text,
    now: datetime,
    *,
    purpose: str,
    lane: Lane,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> list[Kept]:
    """Queues the text, a row for each part it takes: one at least. `due_at` and `expires_at` as
    in the outbox.

    Where English has to stand in for their language, an item says so to whoever translates.
    """
    sent, locale = [], locale_of(contact)
    for part in line.texts.render(text, locale, line.config.inuktitut_drafts):
        if part.is_fallback:
            subject = f"{part.text_id} {locale}"
            key = f"text:{part.text_id}:{locale}"[:80]
            add_item(session, now, "unreviewed_text", subject=subject, dedupe_key=key)
        row = outbox.enqueue(
            session, line, contact=contact, address_id=address_id, body=part.body,
            purpose=purpose, lane=lane, now=now, due_at=due_at, expires_at=expires_at,
            text_id=part.text_id, language=part.locale,
        )  # fmt: skip
        sent.append(row)
    return sent
