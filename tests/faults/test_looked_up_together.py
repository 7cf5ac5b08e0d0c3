"""What texts of one round look up at once stays each sender's own, and ends with the round."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from bot import inbound, together
from bot.opening import Inbound
from records.database import Database
from records.models import AuditEntry
from tests.bench.load import WORDS
from tests.conversations.dates import THURSDAY, Calendar, at, days

EVENING = at(THURSDAY, 18)


def round_of(calendar: Calendar, **said: str) -> list[bool]:
    """These phones' texts in one round; which were taken in it. The others follow alone."""
    line = calendar.line
    texts = [
        Inbound(
            f"SM{digits[1:]}{line.now():%d%H%M%S}", f"+1613555{digits[1:]}", "", words, line.now()
        )
        for digits, words in said.items()
    ]
    kept = together.take(line, texts)
    for one, message_id in zip(texts, kept, strict=True):
        if message_id is None:
            inbound.receive(line, one)
    calendar.stage.later(seconds=10)
    return [message_id is not None for message_id in kept]


def booked(calendar: Calendar) -> int:
    """How many times the audit says that a seat was given."""
    with calendar.line.database.read() as session:
        return len(session.scalars(select(AuditEntry).where(AuditEntry.act == "booked")).all())


def test_a_digit_is_about_its_own_senders_date(calendar: Calendar) -> None:
    anna, ben = calendar.client("0141"), calendar.client("0142")
    calendar.book("0141", calendar.event(EVENING)[0])
    calendar.stage.at(at(THURSDAY - days(2), 18))
    anna.hears("1 yes 2 no")
    ben.texts("menu").hears("1")
    calendar.stage.later(seconds=10)
    assert round_of(calendar, _0141="1", _0142="1")[1]
    anna.hears("OK, noted: 2026-12-03 18:00")
    ben.hears("weekly get-together")
    assert calendar.seat("0141").rsvp == "yes"


def test_a_lone_digit_gets_its_own_senders_list_again(calendar: Calendar) -> None:
    anna, ben, carl = (calendar.client(digits) for digits in ("0141", "0142", "0143"))
    anna.texts("health").ignores(), ben.texts("menu").ignores()
    calendar.stage.later(hours=23)
    carl.texts("theres a man with a knife outside my door").ignores()
    with calendar.line.database.write() as session:
        session.execute(text("UPDATE escalation SET state = 'resolved', next_at = NULL"))
    calendar.stage.later(hours=2)  # nobody's question is open any more
    for phone in (anna, ben, carl):
        phone.ignores()
    for words in ("qwx zzt", "vbn mmm"):
        assert round_of(calendar, _0141="2", _0142=words, _0143="2") == [True] * 3
    anna.hears("No question is open now", "1 nurse or doctor")
    ben.hears("A person will look").hears("People are reading now")
    carl.hears("A person will look")  # it may be about what they were asked in danger
    for phone in (anna, ben, carl):
        phone.ignores()


def test_a_seat_others_wait_for_is_free_to_the_one_who_waits(calendar: Calendar) -> None:
    anna, ben = calendar.client("0141"), calendar.client("0142")
    calendar.client("0143")
    occurrence = calendar.event(EVENING, capacity=1)[0]
    calendar.book("0143", occurrence)
    assert calendar.wait("0141", occurrence)
    with calendar.line.database.write() as session:
        # Free again, and not yet offered.
        session.execute(text("UPDATE appointment SET seat = NULL, state = 'given_up'"))
    assert round_of(calendar, _0141="circle", _0142="circle") == [True, True]
    anna.hears("1 2026-12-03 18:00").ignores()
    assert "1 2026-12-03 18:00" not in " ".join(ben.unread)
    ben.ignores()


def test_seats_at_one_date_are_booked_in_one_round(calendar: Calendar) -> None:
    anna, ben = calendar.client("0141"), calendar.client("0142")
    calendar.event(EVENING)
    assert round_of(calendar, _0141="circle", _0142="circle") == [True, True]
    anna.hears("1 2026-12-03 18:00"), ben.hears("1 2026-12-03 18:00")
    assert round_of(calendar, _0141="1", _0142="1") == [True, True]
    anna.hears("2026-12-03 18:00"), ben.hears("2026-12-03 18:00")
    for digits in ("0141", "0142"):
        seat = calendar.seat(digits)
        assert (seat.state, seat.how, seat.seat) == ("booked", "text", None)
        assert [step for step, *_ in calendar.reminders(digits)] == ["2880", "180"]
    assert booked(calendar) == 2
    # Asked again, each is told of the seat they have, and gets no second one.
    round_of(calendar, _0141="circle", _0142="circle")
    assert round_of(calendar, _0141="1", _0142="1") == [True, True]
    assert booked(calendar) == 2
    for phone in (anna, ben):
        phone.hears("1 2026-12-03 18:00").hears("You have a place already: 2026-12-03 18:00")


def test_of_two_dates_one_is_booked_in_the_round_and_one_after_it(calendar: Calendar) -> None:
    """Two transactions that each hold one date and want the other would wait for ever."""
    anna, ben = calendar.client("0141"), calendar.client("0142")
    first, second = calendar.event(EVENING)[0], calendar.event(EVENING + days(1))[0]
    round_of(calendar, _0141="circle", _0142="circle")
    anna.hears("2 2026-12-04 18:00"), ben.hears("2 2026-12-04 18:00")
    assert round_of(calendar, _0141="1", _0142="2") == [True, False]
    anna.hears("your place is kept: 2026-12-03"), ben.hears("your place is kept: 2026-12-04")
    assert calendar.seat("0141").occurrence_id == first
    assert calendar.seat("0142").occurrence_id == second


def test_seats_that_are_counted_are_given_one_by_one(calendar: Calendar) -> None:
    anna, ben = calendar.client("0141"), calendar.client("0142")
    calendar.event(EVENING, capacity=1)
    round_of(calendar, _0141="circle", _0142="circle")
    anna.hears("1 2026-12-03 18:00"), ben.hears("1 2026-12-03 18:00")
    assert round_of(calendar, _0141="1", _0142="1") == [False, False]
    anna.hears("your place is kept")
    assert calendar.seat("0141").seat == 1
    ben.hears("1 yes 2 no")


def test_whatever_the_bench_sends_is_taken_in_rounds(calendar: Calendar) -> None:
    """A text that goes alone is right as well, but three times as dear: only this would tell."""
    anna, ben = calendar.client("0141"), calendar.client("0142")
    calendar.event(EVENING)
    for words in WORDS * 3:
        assert round_of(calendar, _0141=words, _0142=words) == [True, True], words
        assert sorted(anna.unread) == sorted(ben.unread), words
        anna.ignores(), ben.ignores()


# SQLite has no such settings.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_plans_are_kept_for_one_transaction_only(database: Database) -> None:
    seen = text("SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan')")
    with database.write() as session:
        database.keep_plans(session)
        assert tuple(session.execute(seen).one()) == ("force_generic_plan", "off")
    for _ in range(3):
        with database.write() as session:
            assert tuple(session.execute(seen).one()) == ("auto", "on")
