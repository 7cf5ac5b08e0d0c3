"""An item as its rows stand, for tests of who has it and how it grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation import holding
from records.models import Acknowledgement, AuditEntry, Conversation, Escalation, QueueItem, Staff
from tests.conversations.urgent.cast import KNIFE, Cast


class Desk:
    """The item of a client who has just texted, and the workers' row ids."""

    def __init__(self, cast: Cast, words: str = KNIFE) -> None:
        cast.client.texts(words)
        cast.ignore()
        self.cast, self.line, self.id = cast, cast.stage.line, cast.alert().id
        self.ann, self.ben = cast.staff_id(cast.on_call), cast.staff_id(cast.second)

    @property
    def now(self) -> datetime:
        return self.line.now()

    def does(self, act: Callable[[Session, Escalation], object]) -> object:
        with self.line.database.write() as session:
            return act(session, holding.held(session, self.id))

    def worker(self, session: Session) -> Staff:
        """The first on call."""
        return session.get_one(Staff, self.ann)

    def alert(self, session: Session) -> Escalation:
        return session.get_one(Escalation, self.id)

    def takes(self, staff_id: int, how: str = "panel") -> object:
        return self.does(lambda s, a: holding.take(s, self.line, a, staff_id, how, self.now))

    def acks(self) -> list[tuple[int, str, datetime | None, str | None]]:
        with self.line.database.read() as session:
            rows = session.scalars(select(Acknowledgement).order_by(Acknowledgement.id))
            return [(row.staff_id, row.how, row.ended_at, row.ended_by) for row in rows]

    def audited(self, count: int = 1) -> list[tuple[str, str, str | None]]:
        """(actor, act, detail) of the newest entries about this item, the oldest first."""
        with self.line.database.read() as session:
            rows = session.scalars(
                select(AuditEntry)
                .where(AuditEntry.subject == f"escalation:{self.id}")
                .order_by(AuditEntry.id.desc())
                .limit(count)
            )
            return [(row.actor, row.act, row.detail) for row in rows][::-1]

    def item(self) -> QueueItem:
        with self.line.database.read() as session:
            return session.scalars(select(QueueItem).where(QueueItem.kind == "urgent")).one()

    def hands_off_to(self, staff_id: int) -> None:
        """The client's conversation is with this worker."""
        contact_id = self.cast.alert().contact_id
        with self.line.database.write() as session:
            conversation = session.get_one(Conversation, contact_id)
            conversation.handed_off_at, conversation.handed_off_to = self.line.now(), staff_id

    def conversation(self) -> Conversation:
        contact_id = self.cast.alert().contact_id
        with self.line.database.read() as session:
            return session.get_one(Conversation, contact_id)
