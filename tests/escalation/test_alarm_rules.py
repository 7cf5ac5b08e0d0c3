"""When an alarm opens and closes, whom it is told to by what, and when it is told anew."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.case import add_item
from bot.escalation import alarms
from bot.law import DECIDE_WITHIN
from bot.mail import SmtpMailer
from records.keystore import SYSTEM
from records.models import (
    DutyFlag,
    Heartbeat,
    Message,
    Page,
    QueueItem,
    Rotation,
    RotationMember,
    Staff,
)
from records.models.messages import Lane, State
from tests.conversations.urgent.cast import Cast
from tests.escalation.item import Desk


class Alarms:
    """The line looks at itself, at moments that a test names."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.line, self.start = cast, cast.stage.line, cast.stage.line.now()

    def at(self, **after: float) -> datetime:
        return self.start + timedelta(**after)

    def look(self, **after: float) -> list[str]:
        """What is wrong at that moment."""
        with self.line.database.write() as session:
            alarms.look(session, self.line, self.at(**after))
        return [one or "" for one in self.cast.alarms()]

    def opens(self, subject: str, kind: str = "alarm") -> int:
        with self.line.database.write() as session:
            add_item(session, self.start, kind, "urgent", dedupe_key=subject, subject=subject)
            return session.scalars(select(QueueItem.id).order_by(QueueItem.id.desc())).first() or 0

    def tells(self, **after: float) -> list[tuple[int, str, str]]:
        """Tells of all that is untold: (worker, channel, words) of each new page."""
        now = self.at(**after)
        with self.line.database.write() as session:
            alarms.tell_all(session, self.line, now)
        with self.line.database.read() as session:
            found = select(Page, Message).join(Message, Message.id == Page.message_id)
            rows = session.execute(found.where(Page.created_at == now).order_by(Page.id)).all()
            return [
                (page.staff_id, page.channel, self.line.vault.open(
                    SYSTEM, f"message.body:{message.id}", message.body_sealed))
                for page, message in rows
            ]  # fmt: skip

    def loses(self, state: State, **after: float) -> None:
        """All pages were in vain, as is known from that moment on."""
        with self.line.database.write() as session:
            session.execute(update(Message).values(state=state, final_at=self.at(**after)))

    def untold(self, **after: float) -> list[int]:
        with self.line.database.read() as session:
            return [item.id for item in alarms.untold(session, self.at(**after))]

    def item(self, subject: str) -> QueueItem:
        with self.line.database.read() as session:
            found = select(QueueItem).where(QueueItem.subject == subject)
            return session.scalars(found.order_by(QueueItem.id.desc())).first() or pytest.fail()


@pytest.fixture
def alarmed(cast: Cast) -> Alarms:
    return Alarms(cast)


def test_nothing_is_wrong_with_a_full_rota_and_an_empty_queue(alarmed: Alarms) -> None:
    assert alarmed.look() == []


@pytest.mark.parametrize(("days", "found"), [(6, ["rota_gap"]), (8, [])])
def test_a_gap_is_one_within_seven_days(alarmed: Alarms, days: int, found: list[str]) -> None:
    day = alarmed.line.local(alarmed.start).date() + timedelta(days=days)
    with alarmed.line.database.write() as session:
        session.execute(update(Rotation).values(until_on=day))
    assert alarmed.look() == found


def test_nobody_on_call_is_wrong_now_and_closes_when_somebody_is(alarmed: Alarms) -> None:
    day = alarmed.line.local(alarmed.start).date() - timedelta(days=1)
    with alarmed.line.database.write() as session:
        session.execute(update(Rotation).values(until_on=day))
    assert alarmed.look() == ["nobody_on_call", "rota_gap"]
    item = alarmed.item("nobody_on_call")
    assert (item.kind, item.level, item.dedupe_key) == ("alarm", "urgent", "alarm:nobody_on_call")
    assert item.opened_at == alarmed.start
    assert alarmed.look(minutes=1) == ["nobody_on_call", "rota_gap"]  # each once
    other = alarmed.opens("carrier_account")
    with alarmed.line.database.write() as session:
        session.execute(update(Rotation).values(until_on=None))
    assert alarmed.look(minutes=2) == ["carrier_account"] and other
    item = alarmed.item("nobody_on_call")
    assert (item.resolved_at, item.outcome) == (alarmed.at(minutes=2), "mended")
    alarmed.look(minutes=3)
    assert alarmed.item("nobody_on_call").resolved_at == alarmed.at(minutes=2)


def test_a_rota_that_nobody_made_is_no_alarm_of_its_own_and_closes_once_made(
    alarmed: Alarms,
) -> None:
    with alarmed.line.database.write() as session:
        kept = [(row.id, row.slot) for row in session.scalars(select(Rotation))]
        session.execute(delete(RotationMember))
        session.execute(delete(Rotation))
        add_item(session, alarmed.start, "alarm", "urgent", dedupe_key="alarm:no_rota",
            subject="no_rota")  # fmt: skip
    assert kept and alarmed.look() == ["no_rota"]
    with alarmed.line.database.write() as session:
        session.execute(update(Staff).values(phone_sealed=None))
    assert alarmed.look() == []


def due(alarmed: Alarms, **change: object) -> None:
    """An item's first page, as if it had not left yet."""
    with alarmed.line.database.write() as session:
        page = session.scalars(select(Message).where(Message.purpose == "page")).first()
        assert page is not None
        values = {"state": State.QUEUED, "attempts": 0, "final_at": None, **change}
        for name, value in values.items():
            setattr(page, name, value)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"lane": Lane.REPLY, "due_at": 600}, []),
        ({"lane": Lane.REPLY, "due_at": 601}, ["queue_growing"]),
        ({"lane": Lane.URGENT, "due_at": 60}, []),
        ({"lane": Lane.URGENT, "due_at": 61}, ["queue_growing"]),
        ({"lane": Lane.URGENT, "due_at": 0, "created_at": 61}, []),
        ({"lane": Lane.URGENT, "due_at": 0, "created_at": 61, "attempts": 1}, ["queue_growing"]),
        ({"lane": Lane.URGENT, "due_at": 0, "created_at": 60, "attempts": 9}, []),
        ({"lane": Lane.REPLY, "due_at": 0, "created_at": 900, "attempts": 9}, []),
        ({"lane": Lane.URGENT, "due_at": 900, "channel": "email"}, []),
        ({"lane": Lane.URGENT, "due_at": 900, "state": State.SENT}, []),
    ],
)
def test_what_has_been_due_for_too_long_is_a_growing_queue(
    cast: Cast, change: dict[str, float], found: list[str]
) -> None:
    Desk(cast)
    alarmed = Alarms(cast)
    ago = {"due_at", "created_at"}
    given = {k: alarmed.at(seconds=-v) if k in ago else v for k, v in change.items()}
    due(alarmed, **given)
    assert alarmed.look() == found


@pytest.mark.parametrize(
    ("ticks", "found"),
    [
        ({"here:1": 120}, []),
        ({"here:1": 121}, ["machine_stopped"]),
        ({"here:1": 500, "here:2": 5}, []),
        ({"here:2": 5, "here:1": 500}, []),
        ({"here:1": 5, "there:1": 500}, ["machine_stopped"]),
        ({"alone": 500}, ["machine_stopped"]),
        ({"a:b:1": 500, "a:b:2": 1}, []),
        ({"a:b:1": 500, "a:c:2": 1}, ["machine_stopped"]),
    ],
)
def test_a_host_that_has_not_ticked_for_two_minutes_has_stopped(
    alarmed: Alarms, ticks: dict[str, float], found: list[str]
) -> None:
    with alarmed.line.database.write() as session:
        session.execute(delete(Heartbeat))
        for machine, ago in ticks.items():
            at = alarmed.at(seconds=-ago)
            session.add(Heartbeat(machine=machine, version="1", ticked_at=at))
    assert alarmed.look() == found


@pytest.mark.parametrize(("early", "found"), [(1, []), (0, ["duty_waits"])])
def test_a_report_that_nobody_decided_on_in_time_waits(
    cast: Cast, early: float, found: list[str]
) -> None:
    desk = Desk(cast)
    alarmed = Alarms(cast)
    contact_id = desk.cast.alert().contact_id
    with alarmed.line.database.write() as session:
        opened_at = alarmed.start + timedelta(seconds=early) - DECIDE_WITHIN
        flag = {"contact_id": contact_id, "message_id": 1, "kind": "child"}
        session.add(DutyFlag(opened_at=opened_at, **flag))
        long_ago = opened_at - timedelta(days=9)
        session.add(DutyFlag(opened_at=long_ago, decided_at=alarmed.start, **flag))
    assert alarmed.look() == found


def gives_mail(alarmed: Alarms) -> None:
    line = alarmed.line
    line.mailer = SmtpMailer("smtp://127.0.0.1:9")
    with line.database.write() as session:
        for staff in session.scalars(select(Staff)):
            where = f"staff.email:{staff.id}"
            staff.email_sealed = line.vault.seal(SYSTEM, where, f"{staff.id}@example.org")


def who(alarmed: Alarms) -> tuple[int, int, int]:
    ann, ben, boss = (alarmed.cast.staff_id(phone) for phone in alarmed.cast.workers)
    return ann, ben, boss


@pytest.mark.parametrize(
    "subject", ["nobody_on_call", "no_page_arrives", "nobody_to_page", "not_digested"]
)
def test_what_everybody_must_know_is_texted_to_all(alarmed: Alarms, subject: str) -> None:
    alarmed.opens(subject, "not_digested" if subject == "not_digested" else "alarm")
    told = alarmed.tells()
    assert {one for one, _, _ in told} >= set(who(alarmed))
    assert {channel for _, channel, _ in told} == {"sms"}
    assert len({words for _, _, words in told}) == 1 and "Alarm: " in told[0][2]


@pytest.mark.parametrize("subject", ["rota_gap", "staff_phone_stopped", "drill_missed"])
def test_what_a_supervisor_can_mend_is_texted_to_them(alarmed: Alarms, subject: str) -> None:
    alarmed.opens(subject)
    ann, ben, boss = who(alarmed)
    assert [one for one, _, _ in alarmed.tells()] == [boss]
    with alarmed.line.database.write() as session:
        session.execute(update(Staff).where(Staff.id == boss).values(role="caseworker"))
        session.execute(delete(Page))
    assert {one for one, _, _ in alarmed.tells(minutes=1)} >= {ann, ben, boss}


def test_all_else_is_mailed_to_operators_and_supervisors_and_texted_to_nobody(
    alarmed: Alarms,
) -> None:
    alarmed.opens("carrier_account")
    assert alarmed.tells() == []
    gives_mail(alarmed)
    ann, ben, boss = who(alarmed)
    with alarmed.line.database.write() as session:
        session.execute(update(Staff).where(Staff.id == ann).values(role="operator"))
        session.execute(update(Staff).where(Staff.role == "admin").values(is_active=False))
    told = alarmed.tells(minutes=1)
    assert {(one, channel) for one, channel, _ in told} >= {(ann, "email"), (boss, "email")}
    assert ben not in {one for one, _, _ in told}
    assert {channel for _, channel, _ in told} == {"email"}


def test_who_is_texted_is_mailed_too_and_who_left_is_neither(alarmed: Alarms) -> None:
    gives_mail(alarmed)
    ann, ben, boss = who(alarmed)
    with alarmed.line.database.write() as session:
        session.execute(update(Staff).where(Staff.id == ben).values(is_active=False))
    alarmed.opens("nobody_on_call")
    told = {(one, channel) for one, channel, _ in alarmed.tells()}
    assert {(ann, "sms"), (ann, "email"), (boss, "sms"), (boss, "email")} <= told
    assert not any(one == ben for one, _ in told)


def test_each_alarm_has_its_words_and_one_without_has_others(alarmed: Alarms) -> None:
    alarmed.opens("nobody_on_call")
    assert "nobody is on call" in alarmed.tells()[0][2]
    alarmed.opens("no_page_arrives")
    assert "no page reaches anyone" in alarmed.tells(seconds=1)[0][2]
    gives_mail(alarmed)
    alarmed.opens("carrier_whatever")
    (first, *_) = alarmed.tells(seconds=2)
    assert "Alarm: " in first[2] and "carrier" not in first[2]


def test_an_alarm_is_told_once_and_a_page_names_it(alarmed: Alarms) -> None:
    item = alarmed.opens("nobody_on_call")
    assert alarmed.untold() == [item]
    assert alarmed.tells()
    with alarmed.line.database.read() as session:
        page = session.scalars(select(Page)).first()
        assert page is not None and (page.queue_item_id, page.escalation_id) == (item, None)
        message = session.get_one(Message, page.message_id)
        assert (message.text_id, message.lane, message.purpose) == ("page.alarm", 0, "page")
    assert alarmed.untold(days=1) == [] and alarmed.tells(days=1) == []


def test_only_what_is_open_and_an_alarm_is_told(alarmed: Alarms) -> None:
    for kind in ("urgent", "not_delivered", "unclear"):
        alarmed.opens(kind, kind)
    closed = alarmed.opens("nobody_on_call")
    with alarmed.line.database.write() as session:
        session.get_one(QueueItem, closed).resolved_at = alarmed.start
    assert alarmed.untold() == []
    later, sooner = alarmed.opens("no_page_arrives"), alarmed.opens("x", "not_digested")
    with alarmed.line.database.write() as session:
        session.get_one(QueueItem, sooner).opened_at -= timedelta(seconds=1)
    assert alarmed.untold() == [sooner, later]


@pytest.mark.parametrize(
    ("state", "lost_after", "again_after"),
    [
        (State.FAILED, 0, 5),
        (State.UNDELIVERED, 4, 9),
        (State.EXPIRED, 60, 120),
        (State.FAILED, 600, 840),
    ],
)
def test_an_alarm_whose_pages_were_all_lost_is_told_anew_after_as_long_as_it_stands(
    alarmed: Alarms, state: State, lost_after: float, again_after: float
) -> None:
    item = alarmed.opens("nobody_on_call")
    alarmed.tells()
    alarmed.loses(state, minutes=lost_after)
    assert alarmed.untold(minutes=again_after, seconds=-1) == []
    assert alarmed.untold(minutes=again_after) == [item]
    with alarmed.line.database.write() as session:
        one = session.scalars(select(Message)).first()
        assert one is not None
        one.state = State.SENT
    assert alarmed.untold(minutes=again_after) == []
