"""A client who said yes to being asked, their worker, and what the program keeps of them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.checkins import plans as agreed
from bot.people import locked
from bot.program import asking, plans
from records.database import Database
from records.models import Consent, Contact, Goal, GoalStep, QueueItem, Staff, StageCheck
from tests.stage import Phone, Stage


class Cast:
    """A stage with a client at 0141 who called the phone safe and may be asked things."""

    def __init__(self, database: Database) -> None:
        self.stage = Stage(database=database)
        self.line = self.stage.line
        self.client: Phone = self.stage.phone("0141")
        self.client.texts("hello").ignores()
        self.stage.later(hours=2)
        with self.line.database.write() as session:
            contact = session.scalars(select(Contact)).one()
            self.id = contact.id
            contact.safe_to_text, contact.introduced_at = "yes", self.line.now()
            contact.safe_asked_at = self.line.now()
            session.add(
                Consent(
                    contact_id=contact.id, purpose="check_ins", given=True, version="2026-11",
                    language="en", how="text", at=self.line.now(),
                )
            )  # fmt: skip
            self.worker_id = session.scalars(select(Staff.id).order_by(Staff.id)).first() or 0

    def goal(self, words: str = "a room of my own", area: str = "housing") -> Goal:
        with self.line.database.write() as session:
            contact = locked(session, self.id)
            return plans.add_goal(
                session, self.line, contact, plan=plans.INDIVIDUAL, area=area, words=words,
                by=self.worker_id, now=self.line.now(),
            )  # fmt: skip

    def texted_step(self, words: str) -> GoalStep:
        """A step that the line texts each week from tomorrow on."""
        goal, now = self.goal(), self.line.now()
        with self.line.database.write() as session:
            contact = locked(session, self.id)
            step = plans.add_step(
                session, self.line, contact, session.get_one(Goal, goal.id), words=words,
                who="client", due_on=None, by=self.worker_id, now=now,
            )  # fmt: skip
            tomorrow = self.line.local(now).date() + timedelta(days=1)
            plans.text_step(
                session, self.line, contact, step, every=agreed.WEEK, first_on=tomorrow,
                by=self.worker_id, now=now,
            )  # fmt: skip
            return step

    def check(self, goal: Goal, **later: float) -> StageCheck:
        """The four questions about a goal, agreed for later."""
        now = self.line.now()
        with self.line.database.write() as session:
            contact = locked(session, self.id)
            return asking.agree(
                session, contact, goal.id, now + timedelta(**later), self.worker_id, now
            )

    def kept(self, check: StageCheck) -> StageCheck:
        with self.line.database.read() as session:
            return session.get_one(StageCheck, check.id)

    def items(self) -> list[tuple[str, str]]:
        """Kind and level of every open item about the client."""
        with self.line.database.read() as session:
            rows = session.scalars(
                select(QueueItem)
                .where(QueueItem.resolved_at.is_(None), QueueItem.contact_id == self.id)
                .order_by(QueueItem.id)
            )
            return [(row.kind, row.level) for row in rows]
