"""Reminders: two before each date, at hours that are theirs, and news when a date changes."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from records.database import Database
from records.models import Escalation, Event, Occurrence
from tests.conversations.dates import MONDAY, THURSDAY, Calendar, at, days
from tests.stage import Phone

EVENING = at(THURSDAY, 18)


def test_two_days_and_three_hours_before_and_nothing_else(calendar: Calendar) -> None:
    phone = calendar.client()
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY - days(2), 17, 59))
    phone.hears_nothing()
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phone.hears("Your date 2026-12-03 18:00 (Thu). 1 yes 2 no 3 other day").hears_nothing()
    calendar.stage.at(at(THURSDAY, 14, 59))
    phone.hears_nothing()
    calendar.stage.at(at(THURSDAY, 15))
    phone.hears("Your date 2026-12-03 18:00 (Thu)").hears_nothing()
    calendar.stage.at(at(THURSDAY + days(3), 12))
    phone.hears_nothing()
    assert calendar.reminders("0141") == [("2880", "sent", None), ("180", "sent", None)]


def test_treatment_is_reminded_of_a_week_and_a_day_before(calendar: Calendar) -> None:
    phone = calendar.client()
    start = at(MONDAY + days(14), 10)
    (row_id,) = calendar.event(start, kind="treatment")
    calendar.book("0141", row_id)
    assert calendar.due("0141") == [start - days(7), start - days(1)]
    calendar.stage.at(start)
    phone.hears("2026-12-14 10:00").hears("2026-12-14 10:00").hears_nothing()


def test_the_clients_own_word_stands_for_what_it_is(calendar: Calendar) -> None:
    phone = calendar.client(cover="cover.tea")
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phone.hears("Tea 2026-12-03 18:00 (Thu). 1 yes 2 no 3 other day").hears_nothing()


def test_who_said_no_to_reminders_gets_none_but_hears_that_a_date_is_off(
    calendar: Calendar,
) -> None:
    phone = calendar.client()
    calendar.says("0141", "reminders", given=False)
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY, 12))
    phone.hears_nothing()
    calendar.cancel(row_id)
    phone.hears("Your date 2026-12-03 18:00 (Thu) is off. Want another day? 1 yes 2 no")
    phone.hears_nothing()
    assert calendar.reminders("0141")[0] == ("2880", "dropped", "no_consent")


def test_in_quiet_hours_it_comes_the_evening_before_and_the_plan_shows_it(
    calendar: Calendar,
) -> None:
    phone = calendar.client()
    (row_id,) = calendar.event(at(THURSDAY, 10, 30))
    calendar.book("0141", row_id)
    assert calendar.due("0141") == [at(THURSDAY - days(2), 10, 30), at(THURSDAY - days(1), 20, 30)]
    assert calendar.reminders("0141")[1] == ("180", "planned", "quiet")
    calendar.stage.at(at(THURSDAY, 12))
    phone.hears("2026-12-03 10:30").hears("2026-12-03 10:30").hears_nothing()


def test_booked_late_it_comes_when_quiet_hours_end_if_an_hour_is_left(calendar: Calendar) -> None:
    phone = calendar.client()
    noon, early = calendar.event(at(THURSDAY, 12))[0], calendar.event(at(THURSDAY, 10, 45))[0]
    calendar.stage.at(at(THURSDAY - days(1), 22))
    calendar.book("0141", noon)
    calendar.book("0141", early)
    assert calendar.due("0141") == [at(THURSDAY, 10)]
    assert ("180", "dropped", "quiet") in calendar.reminders("0141")
    calendar.stage.at(at(THURSDAY, 13))
    phone.hears("2026-12-03 12:00").hears_nothing()


def test_the_clients_own_hours_come_before_the_lines(calendar: Calendar) -> None:
    phone = calendar.client()
    calendar.safe_hours("0141", 9 * 60, 11 * 60)
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    assert calendar.due("0141") == [at(THURSDAY - days(2), 10, 59), at(THURSDAY, 10, 59)]
    assert [moved for _, _, moved in calendar.reminders("0141")] == ["unsafe", "unsafe"]
    calendar.stage.at(EVENING)
    phone.hears("2026-12-03 18:00").hears("2026-12-03 18:00").hears_nothing()


def test_a_moved_date_tells_who_said_yes_once_and_plans_anew(calendar: Calendar) -> None:
    phone, other = calendar.client("0141"), calendar.client("0142")
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phone.hears("2026-12-03 18:00")
    calendar.move(row_id, EVENING + days(7))
    phone.hears("Your date has moved to 2026-12-10 18:00 (Thu). 1 yes 2 no 3 other day")
    calendar.stage.at(at(THURSDAY + days(4), 12))
    phone.hears_nothing()
    calendar.stage.at(EVENING + days(8))
    phone.hears("2026-12-10 18:00").hears("2026-12-10 18:00").hears_nothing()
    other.hears_nothing()
    assert ("180", "dropped", "moved") in calendar.reminders("0141")


def test_a_cancelled_date_tells_who_said_yes_and_nobody_else(calendar: Calendar) -> None:
    yes, no, never = (calendar.client(n) for n in ("0141", "0142", "0143"))
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.book("0142", row_id)
    calendar.give_up("0142")
    calendar.cancel(row_id)
    yes.hears("is off").hears_nothing()
    calendar.stage.at(at(THURSDAY + days(2), 12))
    for phone in (yes, no, never):
        phone.hears_nothing()
    assert calendar.seat("0141").state == "cancelled"


def test_news_in_a_quiet_hour_waits_for_the_morning(calendar: Calendar) -> None:
    phone = calendar.client()
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY - days(2), 22))
    phone.ignores()
    calendar.cancel(row_id)
    phone.hears_nothing()
    calendar.stage.at(at(THURSDAY - days(1), 10))
    phone.hears("is off").hears_nothing()


@pytest.fixture
def in_danger(calendar: Calendar) -> Phone:
    """A client with a place on Thursday at 18:00 who cries for help as they are to be reminded."""
    phone = calendar.client()
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY, 14, 55))
    phone.hears("Your date 2026-12-03 18:00 (Thu)")
    phone.texts("he has a knife and he is outside my door").ignores()
    calendar.stage.at(at(THURSDAY, 15, 30))
    assert not [text for text in phone.unread if "Your date" in text]
    phone.ignores()
    return phone


def test_while_an_alert_is_open_a_reminder_waits_and_comes_after(
    calendar: Calendar, in_danger: Phone
) -> None:
    assert calendar.reminders("0141")[1] == ("180", "planned", None)
    end_alerts(calendar)
    calendar.stage.later(minutes=10)
    in_danger.hears("Your date 2026-12-03 18:00 (Thu)").hears_nothing()


def test_when_the_alert_leaves_no_time_for_it_a_person_tells_them(
    calendar: Calendar, in_danger: Phone
) -> None:
    calendar.stage.at(at(THURSDAY, 16, 45))
    assert "not_told" not in calendar.items()
    calendar.stage.at(at(THURSDAY, 17, 15))
    assert "not_told" in calendar.items()
    assert calendar.reminders("0141")[1] == ("180", "dropped", "alert")
    assert not [text for text in in_danger.unread if "Your date" in text]
    in_danger.ignores()
    end_alerts(calendar)
    calendar.stage.later(minutes=30)
    in_danger.hears_nothing()


def end_alerts(calendar: Calendar) -> None:
    with calendar.line.database.write() as session:
        for alert in session.scalars(select(Escalation)):
            alert.state = "resolved"


def test_a_date_that_cannot_be_planned_holds_up_no_other(calendar: Calendar) -> None:
    other, phone = calendar.client("0141"), calendar.client("0142")
    (broken,), (row_id,) = calendar.event(at(THURSDAY, 17)), calendar.event(EVENING)
    calendar.book("0141", broken)
    calendar.book("0142", row_id)
    calendar.stage.at(at(THURSDAY - days(2), 16, 30))
    with calendar.line.database.write() as session:
        row = session.get_one(Occurrence, broken)
        row.plan_after, row.revision = 0, 1
        session.get_one(Event, row.event_id).zone = "Nowhere"
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phone.hears("Your date 2026-12-03 18:00 (Thu)").hears_nothing()
    other.hears_nothing()
    with calendar.line.database.write() as session:
        row = session.get_one(Occurrence, broken)
        session.get_one(Event, row.event_id).zone = str(EVENING.tzinfo)
    calendar.stage.later(minutes=16)
    other.hears("17:00 (Thu)").ignores()


def test_who_cannot_be_told_in_time_stands_before_a_person(calendar: Calendar) -> None:
    phone = calendar.client()
    calendar.safe_hours("0141", 9 * 60, 11 * 60)
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY, 13))
    phone.ignores()
    calendar.cancel(row_id)
    calendar.stage.at(at(THURSDAY + days(1), 12))
    phone.hears_nothing()
    assert calendar.items() == ["not_told"]
    assert calendar.reminders("0141")[-1][:2] == ("cancelled", "dropped")


def test_six_hours_without_power_send_what_is_of_use_and_say_what_is_not(
    calendar: Calendar,
) -> None:
    phone = calendar.client()
    (soon,) = calendar.event(at(MONDAY, 17))
    (later,) = calendar.event(at(MONDAY + days(2), 14))
    calendar.book("0141", soon)
    calendar.book("0141", later)
    calendar.stage.rehearsal.clock.move_to(at(MONDAY, 20))  # nothing ran since eleven
    calendar.stage.later(seconds=1)
    phone.hears("2026-12-02 14:00").hears_nothing()
    assert ("180", "dropped", "late") in calendar.reminders("0141")


@pytest.mark.parametrize("sunday", [date(2027, 3, 14), date(2026, 11, 1)])
def test_on_a_sunday_when_the_clocks_change_the_wall_time_holds(
    database: Database, sunday: date
) -> None:
    calendar = Calendar(database, at(sunday - days(5), 11))
    phone = calendar.client()
    (row_id,) = calendar.event(at(sunday, 18))
    calendar.book("0141", row_id)
    assert calendar.due("0141") == [at(sunday - days(2), 18), at(sunday, 15)]
    calendar.stage.at(at(sunday + days(1), 12))
    phone.hears(f"{sunday} 18:00 (Sun)").hears(f"{sunday} 18:00 (Sun)").hears_nothing()
