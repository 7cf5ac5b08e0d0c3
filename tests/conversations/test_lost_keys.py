"""One client's key is lost, as with an older key store put back: all others are served as ever."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from bot import people
from bot.broadcasts import sending as broadcasts
from bot.checkins import plans
from bot.inbound import Inbound, receive
from bot.line import Line
from bot.people import locked
from bot.reminders.sending import BATCH
from bot.reports import keeping, sharing
from records.keystore import DataKey
from records.models import (
    Broadcast,
    BroadcastText,
    CheckIn,
    Contact,
    Message,
    Report,
    Staff,
)
from service.seed import seed
from tests.conversations.check_ins import HOW
from tests.conversations.dates import BY, MONDAY, THURSDAY, Calendar, at, days
from tests.stage import Phone

ROOM = "there is room now"


def lose_key(calendar: Calendar, digits: str) -> None:
    calendar.line.vault.keys.destroy(ref_of(calendar, digits))


def ref_of(calendar: Calendar, digits: str) -> str:
    with calendar.line.database.read() as session:
        return session.get_one(Contact, calendar.ids[digits]).data_key


def lock_key(calendar: Calendar, digits: str, sealed_by: str = "away") -> str:
    """The sealing key that opens theirs is not among the settings; which one it was."""
    keys, ref = calendar.line.vault.keys, ref_of(calendar, digits)
    with keys.database.write() as session:
        known = session.get_one(DataKey, ref).wrapped_by
        session.execute(update(DataKey).where(DataKey.ref == ref).values(wrapped_by=sealed_by))
    keys._cache.clear()
    return known


def begin(calendar: Calendar, words: str, date_id: int | None = None) -> int:
    """A worker sends news to all who want it, or who have a place at a date."""
    with calendar.line.database.read() as session:
        count = session.scalar(select(func.count(Broadcast.id)))
    if not count:
        seed(calendar.line, MONDAY)
    with calendar.line.database.write() as session:
        now = calendar.line.now()
        staff_id = session.scalars(select(Staff.id)).first() or 0
        row = broadcasts.begin(
            session, calendar.line, token=str(count), occurrence_id=date_id, body=words,
            inuktitut=None, expected=2, useful_until=now + timedelta(days=1),
            staff_id=staff_id, now=now,
        )  # fmt: skip
        return row.id


@pytest.fixture
def full(calendar: Calendar) -> list[int]:
    """Two dates with one place each: 0141 and 0144 have them, 0142 then 0143 wait for the first,
    0145 for the second."""
    for digits in ("0141", "0142", "0143", "0144", "0145"):
        calendar.client(digits)
    ids = [
        *calendar.event(at(THURSDAY, 18), capacity=1),
        *calendar.event(at(THURSDAY, 19), capacity=1),
    ]
    for digits, row_id in zip(("0141", "0144"), ids, strict=True):
        calendar.book(digits, row_id)
    for digits, row_id in (("0142", ids[0]), ("0143", ids[0]), ("0145", ids[1])):
        assert calendar.wait(digits, row_id)
    return ids


def test_the_next_in_line_and_the_other_date_hear_the_offer(
    calendar: Calendar, full: list[int]
) -> None:
    lose_key(calendar, "0142")
    calendar.give_up("0141")
    calendar.give_up("0144")
    for digits in ("0143", "0145"):
        calendar.stage.phone(digits).hears(ROOM, "1 yes 2 no").hears_nothing()
    assert calendar.waits() == ["lapsed", "offered", "offered"]
    calendar.stage.phone("0143").texts("1").hears("your place is kept")
    calendar.stage.phone("0145").texts("1").hears("your place is kept")
    calendar.stage.later(hours=5)
    for digits in ("0141", "0142", "0143", "0144", "0145"):
        calendar.stage.phone(digits).hears_nothing()
    assert calendar.waits() == ["lapsed", "taken", "taken"]


def test_whoever_cannot_be_looked_at_just_now_is_passed_over_and_keeps_their_turn(
    calendar: Calendar, full: list[int]
) -> None:
    """Their key is there, but the sealing key that opens it is not among the settings."""
    known = lock_key(calendar, "0142")
    calendar.give_up("0141")
    calendar.stage.phone("0143").hears(ROOM).hears_nothing()
    calendar.give_up("0144")
    calendar.stage.phone("0145").hears(ROOM).hears_nothing()
    assert calendar.waits() == ["waiting", "offered", "offered"]
    lock_key(calendar, "0142", known)
    calendar.stage.phone("0143").texts("2").ignores()
    calendar.stage.later(minutes=11)
    calendar.stage.phone("0142").hears(ROOM).hears_nothing()
    calendar.stage.phone("0145").ignores()


def test_reminders_and_news_of_a_date_reach_the_others(calendar: Calendar, full: list[int]) -> None:
    lose_key(calendar, "0141")
    calendar.book("0143", *calendar.event(at(THURSDAY, 20)))
    calendar.stage.at(at(THURSDAY, 12))
    calendar.stage.phone("0144").hears("2026-12-03 19:00").ignores()
    calendar.stage.phone("0143").hears("2026-12-03 20:00").ignores()
    calendar.cancel(full[0])
    calendar.stage.phone("0143").hears("18:00", "is off").hears_nothing()
    calendar.stage.phone("0142").hears("18:00", "is off").hears_nothing()
    calendar.stage.phone("0141").hears_nothing()
    said = calendar.reminders("0141")
    assert {state for _, state, _ in said} == {"dropped"}
    assert {reason for _, _, reason in said} >= {"key_lost"}
    assert "not_told" in calendar.items()


def test_many_who_cannot_be_looked_at_do_not_crowd_out_who_comes_after_them(
    calendar: Calendar,
) -> None:
    """More than one tick takes: they wait, and are reminded once their key can be read."""
    many = [f"{number:04}" for number in range(201, 201 + BATCH)]
    (date_id,) = calendar.event(at(THURSDAY, 18))
    for digits in (*many, "0141"):
        calendar.client(digits)
        calendar.book(digits, date_id)
    due_at = calendar.due("0141")[0]
    calendar.stage.at(due_at - timedelta(seconds=1))
    for digits in (*many, "0141"):
        calendar.stage.phone(digits).ignores()
    known = [lock_key(calendar, digits) for digits in many]
    calendar.stage.later(seconds=30)
    calendar.stage.phone("0141").hears("2026-12-03 18:00").hears_nothing()
    for digits, key in zip(many, known, strict=True):
        calendar.stage.phone(digits).hears_nothing()
        lock_key(calendar, digits, key)
    calendar.stage.later(minutes=3)
    for digits in many:
        calendar.stage.phone(digits).hears("2026-12-03 18:00").hears_nothing()


def test_check_ins_go_on_for_the_others_and_a_birthday_that_cannot_be_read_is_left_out(
    calendar: Calendar,
) -> None:
    for digits in ("0141", "0142"):
        calendar.client(digits)
        calendar.says(digits, "check_ins")
        with calendar.line.database.write() as session:
            contact = locked(session, calendar.ids[digits])
            terms = plans.Terms("how", "week", MONDAY + days(1), birthday="12-04")
            plans.agree(session, calendar.line, contact, terms, calendar.line.now())
    lose_key(calendar, "0141")
    calendar.stage.at(at(MONDAY + days(1), 20))
    calendar.stage.phone("0142").hears(HOW).hears_nothing()
    calendar.stage.phone("0141").hears_nothing()
    with calendar.line.database.read() as session:
        found = session.scalars(select(CheckIn).order_by(CheckIn.contact_id)).all()
    assert [(row.state, row.reason) for row in found] == [("dropped", "key_lost"), ("sent", None)]


def test_a_broadcast_goes_on_behind_them(calendar: Calendar) -> None:
    two = _who_want(calendar, "broadcasts")
    lose_key(calendar, "0141")
    begin(calendar, "The office is closed")
    calendar.stage.later(minutes=2)
    two.hears("The office is closed").hears_nothing()
    with calendar.line.database.read() as session:
        assert session.scalars(select(Broadcast.state)).all() == ["done"]
        why = session.scalars(select(BroadcastText.reason).order_by(BroadcastText.contact_id)).all()
    assert why == ["key_lost", None]


def test_broadcasts_go_on_behind_who_cannot_be_looked_at_just_now(calendar: Calendar) -> None:
    two = _who_want(calendar, "broadcasts")
    lock_key(calendar, "0141")
    begin(calendar, "The office is closed")
    begin(calendar, "Storm: stay in")
    calendar.stage.later(minutes=2)
    two.hears("The office is closed").hears("Storm: stay in").hears_nothing()
    calendar.stage.phone("0141").hears_nothing()
    with calendar.line.database.read() as session:
        found = session.execute(select(Broadcast.state, Broadcast.queued, Broadcast.dropped))
        assert found.all() == [("done", 1, 1)] * 2
        why = session.scalars(select(BroadcastText.reason).order_by(BroadcastText.contact_id)).all()
    assert why == ["key_missing", "key_missing", None, None]
    assert calendar.items() == ["not_delivered"]


def test_news_of_a_date_that_they_have_a_place_at_is_told_by_a_person(calendar: Calendar) -> None:
    (date_id,) = calendar.event(at(THURSDAY, 18))
    for digits in ("0141", "0142"):
        calendar.client(digits)
        calendar.book(digits, date_id)
    lock_key(calendar, "0141")
    begin(calendar, "Bring a coat", date_id)
    calendar.stage.later(minutes=2)
    calendar.stage.phone("0142").hears("Bring a coat").hears_nothing()
    assert calendar.items() == ["not_told"]


def test_a_broadcast_whose_words_cannot_be_opened_holds_up_no_other(calendar: Calendar) -> None:
    two = _who_want(calendar, "broadcasts")
    broken = begin(calendar, "The office is closed")
    with calendar.line.database.write() as session:
        row = session.get_one(Broadcast, broken)
        whole, row.body_sealed = row.body_sealed, row.body_sealed[:-1]
    begin(calendar, "Storm: stay in")
    calendar.stage.later(minutes=10)
    two.hears("Storm: stay in").hears_nothing()
    with calendar.line.database.write() as session:
        session.get_one(Broadcast, broken).body_sealed = whole
    calendar.stage.later(minutes=15)
    two.hears("The office is closed").hears_nothing()
    calendar.stage.phone("0141").hears("Storm").hears("The office is closed").hears_nothing()


def test_what_is_new_of_safety_is_released_to_the_others(calendar: Calendar) -> None:
    two, line = _who_want(calendar, "safety_notes"), calendar.line
    lose_key(calendar, "0141")
    with line.database.write() as session:
        keeping.file(session, line, {"words": "grey van"}, MONDAY)
        report = session.scalars(select(Report)).one()
        keeping.set_words(line, report, "Grey van")
        session.flush()
        batch = sharing.release(session, line, [report.id], BY, line.now())
        assert batch is not None and batch.told == 1
    calendar.stage.later(seconds=1)
    two.hears("New safety note").hears_nothing()


# On SQLite there is one writer at a time: the second finds what the first has made.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_texts_at_once_make_one_new_record(calendar: Calendar) -> None:
    line, number = calendar.line, calendar.client("0141").number
    lose_key(calendar, "0141")
    food = Inbound("SM" + "b" * 32, number, "", "food", line.now())
    second = threading.Thread(target=receive, args=(line, food))
    with line.database.write() as session:
        first = people.who_speaks(session, line, "sms", number, line.now())
        assert first is not None and first.contact.id != calendar.ids["0141"]
        second.start()
        while second.is_alive() and not _somebody_waits(line):
            pass
        assert second.is_alive(), "it waits for the first"
    second.join()
    with line.database.read() as session:
        known = session.scalars(select(Contact.id).order_by(Contact.id)).all()
        assert known == [calendar.ids["0141"], first.contact.id]
        (kept,) = session.scalars(select(Message).where(Message.carrier_sid == food.sid))
        assert kept.contact_id == first.contact.id
    calendar.stage.later(seconds=5)
    calendar.stage.phone("0141").ignores()


def _somebody_waits(line: Line) -> bool:
    """Does a transaction wait for what another holds?"""
    with line.database.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def _who_want(calendar: Calendar, purpose: str) -> Phone:
    """0141 and 0142, who said yes to it; the second's phone."""
    for digits in ("0141", "0142"):
        calendar.client(digits)
        calendar.says(digits, purpose)
    return calendar.stage.phone("0142")
