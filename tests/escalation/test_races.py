"""Who has an item, in a thousand random orders of events and with real threads."""

from __future__ import annotations

import itertools
import threading
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select, update

from bot.escalation import codes, holding
from bot.escalation.holding import Taken
from bot.inbound import Inbound, receive
from records.database import Database
from records.ids import new_token
from records.models import Acknowledgement, Escalation, Message, Page, Staff
from records.models.messages import State
from scheduler import escalations
from tests.conversations.urgent.cast import HELP, KNIFE
from tests.stage import Stage

WORKERS = ("+16135550191", "+16135550192", "+16135550193")
#: Nobody has one twice, and none is a worker's.
NUMBERS = itertools.count(2_000_000)


@cache
def shared_stage() -> Stage:
    """One line for all schedules; each has a client of its own."""
    return Stage()


class Schedules(RuleBasedStateMachine):
    """Texts, keys, the panel, time and the client, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = shared_stage()
        self.line = self.stage.line
        self.owner: str | None = None

    @initialize(words=st.sampled_from([KNIFE, HELP]))
    def alert_opens(self, words: str) -> None:
        self.client = f"+1613{next(NUMBERS)}"
        self.text(self.client, words)
        with self.line.database.read() as session:
            alert = session.scalars(select(Escalation).order_by(Escalation.id.desc())).first()
        assert alert is not None
        self.id, self.number = alert.id, alert.number

    def text(self, number: str, words: str) -> None:
        now = self.line.now()
        receive(self.line, Inbound(f"SM{new_token()}", number, "", words, now))

    def alert(self) -> Escalation:
        with self.line.database.read() as session:
            return session.get_one(Escalation, self.id)

    def staff(self, number: str) -> Staff:
        index = self.line.vault.index("address.sms", number)
        with self.line.database.read() as session:
            return session.scalars(select(Staff).where(Staff.phone_index == index)).one()

    def staff_id(self, number: str) -> int:
        return self.staff(number).id

    def last_told(self, number: str) -> str | None:
        staff_id = self.staff_id(number)
        with self.line.database.read() as session:
            return session.scalars(
                select(Message.text_id)
                .where(Message.staff_id == staff_id, Message.direction == "outbound")
                .order_by(Message.id.desc())
            ).first()

    def is_paged(self, number: str) -> bool:
        staff_id = self.staff_id(number)
        with self.line.database.read() as session:
            mine = select(Page.id).where(Page.escalation_id == self.id, Page.staff_id == staff_id)
            return session.scalars(mine).first() is not None

    @rule(number=st.sampled_from(WORKERS), how=st.sampled_from(["{n}", "{n} ok", "take {n}"]))
    def takes_by_text(self, number: str, how: str) -> None:
        before = self.alert()
        self.text(number, how.format(n=self.number))
        after = self.alert()
        if before.state == "resolved":
            assert self.last_told(number) == "page.unknown" or after.state == "resolved"
        elif before.state == "open" and not self.is_paged(number):
            assert after.state == "open"
            assert self.last_told(number) == "page.not_paged"
        elif before.state == "open" or before.acknowledged_by == self.staff_id(number):
            assert after.acknowledged_by == self.staff_id(number)
        else:
            assert after.acknowledged_by == before.acknowledged_by
            assert self.last_told(number) == "page.taken_by_other"

    @rule(number=st.sampled_from(WORKERS), how=st.sampled_from(["voice", "panel"]))
    def takes_otherwise(self, number: str, how: str) -> None:
        staff_id, before = self.staff_id(number), self.alert()
        with self.line.database.write() as session:
            alert = holding.held(session, self.id)
            came = holding.take(session, self.line, alert, staff_id, how, self.line.now())
        expected = {"open": Taken.YOURS, "resolved": Taken.CLOSED}.get(before.state)
        if expected is None:
            is_own = before.acknowledged_by == staff_id
            expected = Taken.YOURS_ALREADY if is_own else Taken.ANOTHERS
        assert came is expected

    @rule(number=st.sampled_from(WORKERS))
    def lets_go(self, number: str) -> None:
        before = self.alert()
        self.text(number, "0")
        if before.acknowledged_by not in (None, self.staff_id(number)):
            assert self.alert().acknowledged_by == before.acknowledged_by

    @rule(number=st.sampled_from(WORKERS))
    def replies(self, number: str) -> None:
        self.text(number, f"{self.number}: we are here")

    @rule(number=st.sampled_from(WORKERS))
    def closes(self, number: str) -> None:
        before = self.alert()
        staff = self.staff(number)
        with self.line.database.read() as session:
            code = codes.code_of(session, self.line, before, staff)
        self.text(number, f"{self.number} done {code}")
        if before.acknowledged_by not in (None, self.staff_id(number)):
            assert self.alert().state == "acknowledged"

    @rule(number=st.sampled_from(WORKERS), words=st.sampled_from(["done", "done 099", "099"]))
    def closes_nothing_without_its_code(self, number: str, words: str) -> None:
        before = self.alert()
        self.text(number, f"{self.number} {words}")
        assert (self.alert().state == "resolved") == (before.state == "resolved")

    @rule(words=st.sampled_from([KNIFE, HELP, "1", "2", "nvm", "hello there"]))
    def client_texts(self, words: str) -> None:
        if self.alert().state != "resolved":
            self.text(self.client, words)

    @rule(seconds=st.sampled_from([1, 30, 61, 125, 301, 901, 1801]))
    def time_passes(self, seconds: int) -> None:
        clock = self.stage.rehearsal.clock
        clock.move_to(clock.now() + timedelta(seconds=seconds))
        for _ in range(2):  # what one run makes due at once, the next ones do
            escalations.run(self.line, self.line.now())

    @invariant()
    def one_person_has_it_or_the_ladder_goes_on(self) -> None:
        if not hasattr(self, "id"):
            return
        alert = self.alert()
        with self.line.database.read() as session:
            holders = session.scalars(
                select(Acknowledgement.staff_id).where(
                    Acknowledgement.escalation_id == self.id, Acknowledgement.ended_at.is_(None)
                )
            ).all()
        if alert.state == "open":
            assert holders == []
            assert alert.next_at is not None
        elif alert.state == "acknowledged":
            assert holders == [alert.acknowledged_by]
            assert alert.next_at is None
            assert (alert.ack_expires_at is not None) or (alert.human_at is not None)
        else:
            assert holders == []
            assert alert.resolved_by is not None

    @invariant()
    def nothing_waits_to_be_paged_once_somebody_has_it(self) -> None:
        if not hasattr(self, "id") or self.alert().state == "open":
            return
        alert = self.alert()
        with self.line.database.read() as session:
            waiting = session.scalars(
                select(Message.text_id)
                .join(Page, Page.message_id == Message.id)
                .where(
                    Page.escalation_id == self.id,
                    Message.state == State.QUEUED,
                    Page.staff_id != (alert.acknowledged_by or 0),
                )
            ).all()
        assert waiting == []

    def teardown(self) -> None:
        with self.line.database.write() as session:
            if hasattr(self, "id"):
                alert = holding.held(session, self.id)
                if alert.state != "resolved":
                    holding.resolve(session, alert, 1, "end of schedule", self.line.now())
            session.execute(update(Page).values(check_at=None))


Schedules.TestCase.settings = settings(
    max_examples=1000,
    stateful_step_count=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSchedules = Schedules.TestCase


def test_of_many_who_press_in_the_same_instant_one_has_it(database: Database) -> None:
    stage = Stage(database=database)
    stage.phone("0141").texts(KNIFE)
    with database.read() as session:
        alert_id = session.scalars(select(Escalation.id)).one()
        staff = list(session.scalars(select(Staff.id)))
    came: list[Taken] = []
    start = threading.Barrier(8)

    def press(staff_id: int) -> None:
        start.wait()
        with database.write() as session:
            alert = holding.held(session, alert_id)
            came.append(
                holding.take(session, stage.line, alert, staff_id, "panel", stage.line.now())
            )

    threads = [threading.Thread(target=press, args=(staff[n % len(staff)],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came.count(Taken.YOURS) == 1
    assert len(came) == 8
    with database.read() as session:
        assert len(session.scalars(select(Acknowledgement)).all()) == 1


@pytest.mark.parametrize("texts", [6])
def test_one_client_in_many_threads_has_one_item(database: Database, texts: int) -> None:
    stage = Stage(database=database)
    start = threading.Barrier(texts)

    def send(n: int) -> None:
        start.wait()
        now = stage.line.now()
        receive(stage.line, Inbound(f"SM{n:032d}", "+16135550141", "", f"{KNIFE} {n}", now))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(texts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        alert = session.scalars(select(Escalation)).one()
        assert alert.texts == texts
        first = session.scalars(select(Message).where(Message.text_id == "urgent.violence")).all()
        assert len(first) == 1
