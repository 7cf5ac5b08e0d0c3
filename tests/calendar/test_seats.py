"""Seats are rows: nobody gets two, no seat goes to two, and a freed one goes down the list."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.calendar import dates
from bot.calendar.booking import Came
from bot.calendar.offers import BATCH
from bot.calendar.seats import held
from records.models import Appointment, Conversation
from tests.conversations.dates import BY, MONDAY, THURSDAY, Calendar, at, days

EVENING = at(THURSDAY, 18)


def seats(calendar: Calendar, row_id: int) -> list[tuple[str, int | None]]:
    with calendar.line.database.read() as session:
        rows = session.scalars(
            select(Appointment).where(Appointment.occurrence_id == row_id).order_by(Appointment.id)
        )
        return [(row.state, row.seat) for row in rows]


def at_once(count: int, act: object) -> None:
    """Runs `act(n)` in so many threads that start together; their errors are the test's."""
    gate, errors = threading.Barrier(count), []

    def run(n: int) -> None:
        gate.wait()
        try:
            act(n)
        except Exception as error:  # shown by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_eight_ask_at_once_for_three_seats(calendar: Calendar) -> None:
    numbers = [f"01{n}" for n in range(41, 49)]
    for number in numbers:
        calendar.client(number)
    (row_id,) = calendar.event(EVENING, capacity=3)
    came: list[Came] = []
    at_once(8, lambda n: came.append(calendar.book(numbers[n], row_id)))
    assert Counter(came) == {Came.BOOKED: 3, Came.FULL: 5}
    assert sorted(seats(calendar, row_id)) == [("booked", 1), ("booked", 2), ("booked", 3)]


@pytest.mark.parametrize("capacity", [None, 5])
def test_one_who_asks_eight_times_at_once_has_one_seat(
    calendar: Calendar, capacity: int | None
) -> None:
    calendar.client()
    (row_id,) = calendar.event(EVENING, capacity=capacity)
    came: list[Came] = []
    at_once(8, lambda n: came.append(calendar.book("0141", row_id)))
    assert Counter(came) == {Came.BOOKED: 1, Came.ALREADY: 7}
    assert len(seats(calendar, row_id)) == 1 and len(calendar.due("0141")) == 2


def test_booking_and_cancelling_at_once_leaves_no_seat_at_a_date_that_is_off(
    calendar: Calendar,
) -> None:
    numbers = [f"01{n}" for n in range(41, 45)]
    phones = [calendar.client(number) for number in numbers]
    (row_id,) = calendar.event(EVENING)

    def act(n: int) -> None:
        if n == 4:
            calendar.cancel_now(row_id)
        else:
            calendar.book(numbers[n], row_id)

    at_once(5, act)
    calendar.stage.later(seconds=1)
    assert {state for state, _ in seats(calendar, row_id)} <= {"cancelled"}
    for phone in phones:
        phone.ignores()
    calendar.stage.at(EVENING)
    for phone in phones:
        phone.hears_nothing()


def test_a_freed_seat_is_offered_to_one_after_the_other(calendar: Calendar) -> None:
    has, first, second = (calendar.client(n) for n in ("0141", "0142", "0143"))
    (row_id,) = calendar.event(EVENING, capacity=1)
    assert calendar.book("0141", row_id) is Came.BOOKED
    assert calendar.book("0142", row_id) is Came.FULL
    assert calendar.wait("0142", row_id) and calendar.wait("0143", row_id)
    calendar.give_up("0141")
    first.hears("2026-12-03 18:00 (Thu): there is room now. Want it? 1 yes 2 no", "13:00")
    second.hears_nothing()
    assert calendar.book("0141", row_id) is Came.FULL, "who waits comes first"
    calendar.stage.at(at(MONDAY, 12, 59))
    second.hears_nothing()
    calendar.stage.later(minutes=2)
    second.hears("there is room now").hears_nothing()
    first.hears_nothing()
    calendar.stage.at(at(MONDAY, 15, 2))
    assert calendar.waits() == ["lapsed", "lapsed"]
    assert calendar.book("0141", row_id) is Came.BOOKED
    calendar.stage.at(EVENING)
    has.ignores()
    for phone in (first, second):
        phone.hears_nothing()


def test_an_offer_waits_for_the_clients_own_hours(calendar: Calendar) -> None:
    calendar.client("0141")
    waits = calendar.client("0142")
    calendar.safe_hours("0142", 16 * 60, 18 * 60)
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.give_up("0141")
    waits.hears_nothing()
    calendar.stage.at(at(MONDAY, 15, 59))
    waits.hears_nothing()
    calendar.stage.at(at(MONDAY, 16))
    waits.hears("there is room now").hears_nothing()


def test_an_offer_ends_three_hours_before_the_start_and_then_the_seat_is_anybodys(
    calendar: Calendar,
) -> None:
    calendar.client("0141").ignores()
    waits = calendar.client("0142")
    (row_id,) = calendar.event(at(MONDAY, 15), capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.give_up("0141")
    waits.hears("there is room now", "2026-11-30 12:00").hears_nothing()
    calendar.stage.at(at(MONDAY, 12, 1))
    assert calendar.waits() == ["lapsed"] and calendar.book("0141", row_id) is Came.BOOKED
    calendar.give_up("0141")
    calendar.wait("0142", row_id)
    calendar.stage.at(at(MONDAY, 15))
    waits.hears_nothing()


def test_who_is_busy_is_passed_over_and_keeps_their_place(calendar: Calendar) -> None:
    calendar.client("0141").ignores()
    busy, second = calendar.client("0142"), calendar.client("0143")
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.wait("0143", row_id)
    talks(calendar, "0142", with_whom=BY)
    calendar.give_up("0141")
    second.hears("there is room now").texts("2").hears("free again").hears_nothing()
    busy.hears_nothing()
    assert calendar.waits() == ["waiting", "declined"]
    talks(calendar, "0142", with_whom=None)
    calendar.stage.later(minutes=10)
    busy.hears("there is room now").texts("1").hears("your place is kept").ignores()
    second.hears_nothing()


def test_who_leaves_the_list_holds_up_nobody_with_their_hours(calendar: Calendar) -> None:
    calendar.client("0141").ignores()
    slow, second = calendar.client("0142"), calendar.client("0143")
    calendar.safe_hours("0142", 16 * 60, 18 * 60)
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.wait("0143", row_id)
    calendar.give_up("0141")
    second.hears_nothing()
    slow.texts("mine").ignores().texts("2").hears("no more texts about")
    second.hears("there is room now").hears_nothing()


def test_an_offer_that_never_left_takes_nobody_off_the_list(calendar: Calendar) -> None:
    calendar.client("0141").ignores()
    phone = calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.stage.network.set_fault("refuse", code=503)
    calendar.give_up("0141")
    calendar.stage.later(hours=2, minutes=30)
    phone.hears_nothing()
    assert calendar.waits() == ["offered"], "offered anew, first in line as before"
    calendar.stage.network.clear_fault()
    calendar.stage.later(minutes=5)
    phone.hears("there is room now", "15:00").hears_nothing()
    phone.texts("1").hears("your place is kept").ignores()


@contextmanager
def unchanging(calendar: Calendar, digits: str) -> Iterator[None]:
    """A database that changes no seat of this client."""
    database, whose = calendar.line.database, calendar.ids[digits]
    if database.is_sqlite:
        make = (
            f"CREATE TRIGGER no BEFORE UPDATE ON appointment WHEN OLD.contact_id = {whose} "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        drop = "DROP TRIGGER no"
    else:
        make = (
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no'; END $$; "
            "CREATE TRIGGER no BEFORE UPDATE ON appointment FOR EACH ROW "
            f"WHEN (OLD.contact_id = {whose}) EXECUTE FUNCTION no()"
        )
        drop = "DROP TRIGGER no ON appointment; DROP FUNCTION no()"
    with database.engine.begin() as connection:
        connection.execute(text(make))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(drop))


def test_offers_that_cannot_be_taken_back_hold_up_no_other(calendar: Calendar) -> None:
    """More than one tick takes: the next in line for another date hears of it all the same."""
    for digits in ("0141", "0142", "0143"):
        calendar.client(digits)
    *many, row_id = (calendar.event(EVENING, capacity=1)[0] for _ in range(BATCH + 1))
    assert calendar.book("0142", row_id) is Came.BOOKED and calendar.wait("0143", row_id)
    ends_at = calendar.line.now() + timedelta(hours=1)
    with calendar.line.database.write() as session:
        offered = {"seat": 1, "state": "held", "how": "offer", "booked_at": calendar.line.now()}
        for date_id in many:
            session.add(
                Appointment(
                    occurrence_id=date_id, contact_id=calendar.ids["0141"],
                    held_until_at=ends_at, **offered,
                )
            )  # fmt: skip
        theirs = session.get_one(Appointment, calendar.seat("0142").id)
        theirs.state, theirs.held_until_at = "held", ends_at + timedelta(seconds=1)
    with unchanging(calendar, "0141"):
        calendar.stage.at(ends_at + timedelta(seconds=30))
        calendar.stage.phone("0143").hears("there is room now").hears_nothing()
        assert {seats(calendar, date_id)[0][0] for date_id in many} == {"held"}
    calendar.stage.later(minutes=2)
    assert {seats(calendar, date_id)[0][0] for date_id in many} == {"lapsed"}
    for digits in ("0141", "0142", "0143"):
        calendar.stage.phone(digits).hears_nothing()


def test_a_room_that_became_smaller_gives_no_seat_before_enough_are_given_up(
    calendar: Calendar,
) -> None:
    numbers = [f"01{n}" for n in range(41, 45)]
    for number in numbers:
        calendar.client(number)
    (row_id,) = calendar.event(EVENING, capacity=3)
    for number in numbers[:3]:
        calendar.book(number, row_id)
    set_seats(calendar, row_id, 2)
    calendar.give_up("0141")
    assert calendar.book("0144", row_id) is Came.FULL
    calendar.give_up("0142")
    assert calendar.book("0144", row_id) is Came.BOOKED
    calendar.stage.phone("0144").ignores()


def test_seats_that_are_counted_only_later_count_who_has_one_already(calendar: Calendar) -> None:
    for number in ("0141", "0142", "0143"):
        calendar.client(number)
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.book("0142", row_id)
    set_seats(calendar, row_id, 2)
    assert seats(calendar, row_id) == [("booked", 1), ("booked", 2)]
    assert calendar.book("0143", row_id) is Came.FULL


def set_seats(calendar: Calendar, row_id: int, number: int) -> None:
    with calendar.line.database.write() as session:
        dates.set_capacity(session, row_id, number, BY, calendar.line.now())


def talks(calendar: Calendar, digits: str, *, with_whom: int | None) -> None:
    """A worker has this client's conversation, or gives it back."""
    with calendar.line.database.write() as session:
        row = session.get_one(Conversation, calendar.ids[digits])
        row.handed_off_at = calendar.line.now() if with_whom else None
        row.handed_off_to = with_whom


def test_another_day_gives_the_old_seat_to_who_waits(calendar: Calendar) -> None:
    calendar.client("0141")
    waits = calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    (other,) = calendar.event(EVENING + days(1), capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    old = calendar.seat("0141").id
    assert calendar.book("0141", other, instead_of=old) is Came.BOOKED
    assert calendar.row(old).state == "moved"
    assert calendar.row(old).moved_to_id == calendar.seat("0141").id
    calendar.stage.later(seconds=1)
    waits.hears("there is room now").hears_nothing()


def test_nothing_is_booked_at_a_date_that_is_over_or_off(calendar: Calendar) -> None:
    calendar.client()
    (row_id,) = calendar.event(at(MONDAY, 12))
    (off,) = calendar.event(EVENING)
    calendar.cancel(off)
    assert calendar.book("0141", off) is Came.OVER
    calendar.stage.at(at(MONDAY, 12))
    assert calendar.book("0141", row_id) is Came.OVER
    assert calendar.book("0141", 12345) is Came.OVER


# On SQLite there is one writer at a time.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_two_who_swap_their_days_do_not_wait_for_each_other(calendar: Calendar) -> None:
    """The other one holds the first date just now, and comes to the second one next."""
    calendar.client("0141")
    (first,), (second,) = calendar.event(EVENING), calendar.event(EVENING + days(1))
    calendar.book("0141", first)
    seat_id, came = calendar.seat("0141").id, list[Came]()
    swap = threading.Thread(
        target=lambda: came.append(calendar.book("0141", second, instead_of=seat_id))
    )
    with calendar.line.database.write() as session:
        assert held(session, first) is not None
        swap.start()
        while swap.is_alive() and not somebody_waits(calendar):
            pass
        assert held(session, second) is not None
    swap.join()
    assert came == [Came.BOOKED]
    assert seats(calendar, first) == [("moved", None)]


def somebody_waits(calendar: Calendar) -> bool:
    """Does a transaction wait for what another holds?"""
    with calendar.line.database.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
