"""Dates that repeat, move and are called off, a whole series at once, and holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.calendar import after, calling_off, dates, repeating
from bot.calendar.calling_off import TooLateError
from bot.people import locked
from records.database import Database
from records.models import Event, Occurrence
from service.rehearsal import ZONE, stage_config
from tests.conversations.dates import BY, MONDAY, THURSDAY, Calendar, at, days, wall

EVENING = at(THURSDAY, 18)
WEEKLY = "FREQ=WEEKLY"


def planned(calendar: Calendar) -> list[datetime]:
    """The planned dates on the wall clock."""
    with calendar.line.database.read() as session:
        rows = session.scalars(
            select(Occurrence.starts_at)
            .where(Occurrence.state == "planned")
            .order_by(Occurrence.starts_at)
        )
        return [at_.astimezone(ZONE) for at_ in rows]


def event_id(calendar: Calendar) -> int:
    with calendar.line.database.read() as session:
        return session.scalars(select(Event.id)).one()


def test_a_series_is_made_a_quarter_ahead_and_goes_on_by_itself(calendar: Calendar) -> None:
    calendar.event(EVENING, rule=WEEKLY)
    assert len(planned(calendar)) == 13
    calendar.stage.at(at(MONDAY + days(28), 11))
    found = planned(calendar)
    assert len(found) == 17 and found[-1] == at(THURSDAY + days(7 * 16), 18)
    assert {local.hour for local in found} == {18}, "also after the clocks changed in March"


def test_a_moved_date_is_not_made_again(calendar: Calendar) -> None:
    first, *_ = calendar.event(EVENING, rule=WEEKLY)
    calendar.move(first, EVENING + days(1))
    with calendar.line.database.write() as session:
        repeating.make_dates(session, session.scalars(select(Event)).one(), calendar.line.now())
    assert planned(calendar)[0] == EVENING + days(1) and len(planned(calendar)) == 13


def test_a_whole_series_moves_with_its_people_who_hear_of_it_once(calendar: Calendar) -> None:
    phone = calendar.client()
    _, second, *_ = calendar.event(EVENING, rule=WEEKLY)
    calendar.book("0141", second)
    with calendar.line.database.write() as session:
        to = wall(at(THURSDAY + days(8), 17))
        repeating.move_series(
            session, calendar.line, event_id(calendar), wall(EVENING + days(7)), to, BY,
            calendar.line.now(),
        )  # fmt: skip
    calendar.stage.later(seconds=1)
    phone.hears("has moved to 2026-12-11 17:00 (Fri)").hears_nothing()
    found = planned(calendar)
    assert found[:3] == [EVENING, at(THURSDAY + days(8), 17), at(THURSDAY + days(15), 17)]
    calendar.stage.at(at(MONDAY + days(5), 11))
    assert len(set(planned(calendar))) == len(planned(calendar))


def test_a_series_moves_again_and_again_also_past_what_was_left_over(calendar: Calendar) -> None:
    calendar.event(EVENING, rule="FREQ=WEEKLY;UNTIL=20261231T235959")
    first = EVENING
    for to in (EVENING + days(7), EVENING, EVENING + timedelta(hours=1)):
        with calendar.line.database.write() as session:
            repeating.move_series(
                session, calendar.line, event_id(calendar), wall(first), wall(to), BY,
                calendar.line.now(),
            )  # fmt: skip
        first = to
    assert planned(calendar) == [first + days(7 * n) for n in range(5)]


def test_a_series_ends_and_who_had_a_place_is_told(calendar: Calendar) -> None:
    phone = calendar.client()
    first, second, *_ = calendar.event(EVENING, rule=WEEKLY)
    calendar.book("0141", first)
    calendar.book("0141", second)
    with calendar.line.database.write() as session:
        repeating.end_series(
            session, calendar.line, event_id(calendar), wall(EVENING + days(7)), "other", BY,
            calendar.line.now(),
        )  # fmt: skip
    calendar.stage.later(seconds=1)
    phone.hears("2026-12-10 18:00 (Thu) is off").hears_nothing()
    calendar.stage.at(at(MONDAY + days(1), 11))
    assert planned(calendar) == [EVENING]


def test_a_series_that_cannot_be_made_on_holds_up_no_other(calendar: Calendar) -> None:
    calendar.event(at(THURSDAY, 9), rule=WEEKLY)
    with calendar.line.database.write() as session:
        session.scalars(select(Event)).one().rule = "FREQ=WEEKLY;BYDAY=XX"
    calendar.event(EVENING, rule=WEEKLY)
    calendar.stage.at(at(MONDAY + days(28), 11))
    assert planned(calendar)[-1] == at(THURSDAY + days(7 * 16), 18)


# Nearly every day of the month, said in as many letters as a rule may have.
LONG = "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(str(day) for day in (*range(1, 32), *range(-31, 0)))


def test_a_long_rule_ends_too_and_its_other_dates_stay(calendar: Calendar) -> None:
    rule = LONG[:225].rpartition(",")[0]
    *_, last = calendar.event(EVENING, rule=rule)
    with calendar.line.database.write() as session:
        end = session.get_one(Occurrence, last).wall
        repeating.end_series(
            session, calendar.line, event_id(calendar), end, "other", BY, calendar.line.now()
        )
    before = planned(calendar)
    assert before[0] == EVENING and wall(before[-1]) < end and len(before) > 60
    calendar.stage.at(at(MONDAY + days(28), 11))
    with calendar.line.database.write() as session:
        repeating.make_dates(session, session.scalars(select(Event)).one(), calendar.line.now())
    assert planned(calendar) == before


def test_on_a_holiday_nothing_takes_place_but_what_says_so(calendar: Calendar) -> None:
    phone = calendar.client()
    first, *_ = calendar.event(EVENING, rule=WEEKLY)
    calendar.event(at(THURSDAY, 12), kind="peer", on_holidays=True)
    calendar.book("0141", first)
    with calendar.line.database.write() as session:
        repeating.set_holiday(session, calendar.line, THURSDAY, "A day", BY, calendar.line.now())
    calendar.stage.later(seconds=1)
    phone.hears("is off").hears_nothing()
    assert planned(calendar)[:2] == [at(THURSDAY, 12), EVENING + days(7)]
    with calendar.line.database.write() as session:
        repeating.set_holiday(session, calendar.line, date(2026, 12, 24), "", BY, MONDAY_NOW)
    calendar.event(at(date(2026, 12, 24), 9), kind="group", rule=WEEKLY)
    assert at(date(2026, 12, 24), 9) not in planned(calendar)
    with calendar.line.database.write() as session:
        repeating.drop_holiday(session, calendar.line, THURSDAY, BY, calendar.line.now())
    assert EVENING in planned(calendar)
    calendar.stage.later(seconds=1)
    phone.hears("2026-12-03 18:00 (Thu) is on after all. 1 yes 2 no 3 other day").hears_nothing()


def holiday(calendar: Calendar, *, drops: bool = False) -> None:
    """Thursday becomes a holiday, or a day like any other again; what follows comes later."""
    line = calendar.line
    with line.database.write() as session:
        if drops:
            repeating.drop_holiday(session, line, THURSDAY, BY, line.now())
        else:
            repeating.set_holiday(session, line, THURSDAY, "A day", BY, line.now())


def test_a_holiday_taken_back_gives_every_place_back_and_the_list_its_order(
    calendar: Calendar,
) -> None:
    has, late, waits = (calendar.client(n) for n in ("0141", "0142", "0143"))
    (row_id,) = calendar.event(EVENING, capacity=2)
    calendar.book("0141", row_id)
    calendar.book("0142", row_id)
    calendar.wait("0143", row_id)
    calendar.stage.at(at(MONDAY, 22))
    holiday(calendar)
    calendar.stage.later(minutes=1)
    holiday(calendar, drops=True)
    calendar.stage.at(at(MONDAY + days(1), 11))
    for phone in (has, late, waits):
        phone.hears_nothing()  # quiet hours: nobody had heard that it was off
    assert {calendar.seat(n).seat for n in ("0141", "0142")} == {1, 2}
    assert calendar.waits() == ["waiting"]
    assert calendar.due("0141") == [at(THURSDAY - days(2), 18), at(THURSDAY, 15)]
    holiday(calendar)
    calendar.stage.later(seconds=1)
    has.hears("is off").texts("2").hears("Text MENU").hears_nothing()
    late.hears("is off").hears_nothing()
    waits.hears("is off, so no place will come free").hears_nothing()
    holiday(calendar, drops=True)
    calendar.stage.later(seconds=1)
    has.hears("is on after all").texts("2").hears("free again").hears_nothing()
    late.hears("is on after all").hears_nothing()
    waits.hears("is on after all. No place yet: you are on the list again")
    waits.hears("there is room now").texts("1").hears("your place is kept").ignores()
    assert calendar.seat("0142").state == calendar.seat("0143").state == "booked"
    calendar.stage.at(at(THURSDAY - days(2), 18))
    late.hears("2026-12-03 18:00 (Thu). 1 yes").hears_nothing()
    waits.hears("2026-12-03 18:00 (Thu). 1 yes").hears_nothing()
    has.hears_nothing()


MONDAY_NOW = at(MONDAY, 11)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "party"}, "kind"),
        ({"name": " "}, "name"),
        ({"minutes": 0}, "minutes"),
        ({"capacity": 0}, "capacity"),
        ({"first_wall": "tomorrow"}, "when"),
        ({"rule": "FREQ=HOURLY"}, "rule"),
        ({"zone": "Mars/One"}, "zone"),
        ({"reminder_plan": "soon"}, "plan"),
    ],
)
def test_an_event_that_cannot_be_is_refused_and_nothing_kept(
    calendar: Calendar, change: dict[str, object], problem: str
) -> None:
    terms = replace(dates.Terms("circle", "One", wall(EVENING)), **change)
    assert terms.problem() == problem
    with pytest.raises(ValueError, match=problem), calendar.line.database.write() as session:
        dates.add_event(session, terms, BY, calendar.line.now())
    assert planned(calendar) == []


def test_a_date_does_not_move_into_the_past_nor_once_it_has_begun(calendar: Calendar) -> None:
    (row_id,) = calendar.event(EVENING)
    with pytest.raises(ValueError, match="past"):
        calendar.move(row_id, at(MONDAY, 10))
    calendar.stage.at(EVENING)
    with pytest.raises(ValueError, match="begun"):
        calendar.cancel(row_id)


def test_more_seats_are_offered_to_who_waits(calendar: Calendar) -> None:
    calendar.client("0141")
    waits = calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    with calendar.line.database.write() as session:
        dates.set_capacity(session, row_id, 2, BY, calendar.line.now())
    calendar.stage.later(seconds=1)
    waits.hears("there is room now").hears_nothing()


def test_another_plan_of_reminders_holds_at_once_without_a_word(calendar: Calendar) -> None:
    phone = calendar.client()
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    terms = dates.Terms("circle", "One", wall(EVENING), reminder_plan="1440,180")
    with calendar.line.database.write() as session:
        dates.edit_event(session, calendar.line, event_id(calendar), terms, BY, calendar.line.now())
    assert calendar.due("0141") == [EVENING - days(1), at(THURSDAY, 15)]
    phone.hears_nothing()


def test_weather_two_taps_and_who_said_yes_knows(calendar: Calendar) -> None:
    phone = calendar.client()
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    line = calendar.line
    with line.database.write() as session:
        notice = calling_off.weigh(session, line, row_id, line.now())
        assert notice.people == 1 and notice.is_in_time
        calling_off.call_off(session, line, row_id, "weather", BY, line.now())
    calendar.stage.later(seconds=1)
    phone.hears("2026-12-03 18:00 (Thu) is off").hears_nothing()


def test_what_would_be_told_too_late_is_refused_and_people_are_called(database: Database) -> None:
    config = replace(stage_config(), send_rate=0.001)
    calendar = Calendar(database, config=config)
    phone = calendar.client()
    (row_id,) = calendar.event(at(MONDAY, 12))
    calendar.book("0141", row_id)
    line = calendar.line
    calendar.stage.at(at(MONDAY, 11, 20))
    with pytest.raises(TooLateError), line.database.write() as session:
        calling_off.call_off(session, line, row_id, "weather", BY, line.now())
    assert planned(calendar) == [at(MONDAY, 12)]
    with line.database.write() as session:
        calling_off.call_off(session, line, row_id, "weather", BY, line.now(), anyway=True)
    assert planned(calendar) == []
    phone.ignores()


def test_who_came_and_what_reminders_did_is_counted(calendar: Calendar) -> None:
    numbers = ("0141", "0142", "0143", "0144")
    phones = [calendar.client(number) for number in numbers]
    (row_id,) = calendar.event(EVENING)
    for number in numbers:
        calendar.book(number, row_id)
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phones[0].texts("1")
    phones[1].texts("2")
    calendar.stage.at(at(THURSDAY, 20))
    for number, came in (("0141", True), ("0142", None), ("0143", False), ("0144", True)):
        if came is not None:
            calendar.marks(number, attended=came)
    with calendar.line.database.read() as session:
        (effect,) = after.effects(session, at(MONDAY, 0), at(THURSDAY, 23))
    assert effect.kind == "circle" and effect.missed == 1
    assert effect.share("yes") == (1, 1) and effect.share("silent") == (1, 2)
    assert effect.seats["no", None] == 1
    for phone in phones:
        phone.ignores()


def test_who_walks_in_is_counted_without_a_seat(calendar: Calendar) -> None:
    phone = calendar.client()
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.stage.at(at(THURSDAY, 20))
    with calendar.line.database.write() as session:
        contact = locked(session, calendar.ids["0141"])
        after.walked_in(session, contact, row_id, BY, calendar.line.now())
    assert calendar.seat("0141").how == "walk_in" and calendar.seat("0141").attended
    phone.hears_nothing()
