"""Who waits for a place hears it too when the date moves or is off, once and discreetly."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import insert, select

from bot.calendar import dates, repeating
from bot.outbox import notices
from bot.reminders import sending, waiting
from bot.reminders.waiting import Told
from records.database import Database
from records.ids import new_id
from records.models import Address, Conversation, Escalation, Occurrence, WaitingNews, WaitingPlace
from service.rehearsal import stage_config
from tests.conversations.dates import BY, MONDAY, THURSDAY, Calendar, at, days, wall
from tests.people_in_bulk import clients
from tests.stage import Phone

EVENING = at(THURSDAY, 18)
MOVED = "Your date has moved to 2026-12-10 18:00 (Thu). No place yet: you are still on the list."


@pytest.fixture
def waits(calendar: Calendar) -> Phone:
    """A client at 0142 who waits for the one place of Thursday, which 0141 has."""
    calendar.client("0141")
    phone = calendar.client("0142")
    calendar.book("0141", the_date(calendar))
    calendar.wait("0142", calendar.date_id)
    return phone


def the_date(calendar: Calendar) -> int:
    """Thursday evening with one place."""
    (calendar.date_id,) = calendar.event(EVENING, capacity=1)
    return calendar.date_id


def news(calendar: Calendar) -> list[tuple[str, str, str | None]]:
    """(step, state, reason) of all news to who waits, in order."""
    with calendar.line.database.read() as session:
        rows = session.scalars(select(WaitingNews).order_by(WaitingNews.id)).all()
        return [(row.step, row.state, row.reason) for row in rows]


def told(calendar: Calendar) -> Told:
    with calendar.line.database.read() as session:
        return waiting.told(session, session.get_one(Occurrence, calendar.date_id))


def moved_unseen(calendar: Calendar, to: datetime) -> None:
    """The worker's change is kept, and nothing that follows from it has happened yet."""
    line = calendar.line
    with line.database.write() as session:
        dates.move(session, line, calendar.date_id, wall(to), BY, line.now())


def test_a_moved_date_is_told_to_who_waits_once_with_the_way_off_the_list(
    calendar: Calendar, waits: Phone
) -> None:
    calendar.move(calendar.date_id, EVENING + days(7))
    waits.hears(MOVED, "Text MINE to change it").hears_nothing()
    calendar.stage.phone("0141").hears("has moved to 2026-12-10 18:00", "1 yes 2 no")
    assert told(calendar) == Told(1, 0, [])
    waits.texts("mine").hears("No place yet: 2026-12-10 18:00", "1 yes 2 no")
    waits.texts("2").hears("no more texts about 2026-12-10 18:00")
    calendar.stage.at(EVENING + days(8))
    waits.hears_nothing()
    calendar.stage.phone("0141").ignores()


def test_a_date_that_is_off_is_told_to_who_waits_and_no_place_is_offered(
    calendar: Calendar, waits: Phone
) -> None:
    calendar.cancel(calendar.date_id)
    waits.hears(
        "Your date 2026-12-03 18:00 (Thu) is off, so no place", "Text DATES"
    ).hears_nothing()
    calendar.stage.phone("0141").hears("is off")
    assert calendar.waits() == ["over"] and told(calendar) == Told(1, 0, [])
    waits.texts("mine").hears("No place is kept for you")
    calendar.stage.at(EVENING)
    waits.hears_nothing()


def test_the_clients_own_word_and_hours_hold(calendar: Calendar) -> None:
    calendar.client("0141")
    phone = calendar.client("0142", cover="cover.tea")
    calendar.safe_hours("0142", 16 * 60, 18 * 60)
    calendar.book("0141", the_date(calendar))
    calendar.wait("0142", calendar.date_id)
    calendar.cancel(calendar.date_id)
    calendar.stage.phone("0141").hears("is off")
    phone.hears_nothing()
    assert told(calendar) == Told(0, 1, [])
    calendar.stage.at(at(MONDAY, 16))
    phone.hears("Tea 2026-12-03 18:00 (Thu) is off").hears_nothing()


def test_moved_twice_in_the_night_one_text_says_where_it_stands(
    calendar: Calendar, waits: Phone
) -> None:
    calendar.stage.at(at(MONDAY, 22))
    calendar.move(calendar.date_id, EVENING + days(1))
    calendar.stage.later(minutes=5)
    calendar.move(calendar.date_id, EVENING + days(7))
    waits.hears_nothing()
    calendar.stage.at(at(MONDAY + days(1), 10))
    waits.hears(MOVED).hears_nothing()
    calendar.stage.phone("0141").hears("2026-12-10 18:00").hears_nothing()
    assert news(calendar) == [("moved", "dropped", "moved"), ("moved", "sent", None)]


def test_moved_twice_by_day_each_day_is_told_once(calendar: Calendar, waits: Phone) -> None:
    calendar.move(calendar.date_id, EVENING + days(1))
    waits.hears("has moved to 2026-12-04 18:00 (Fri)").hears_nothing()
    calendar.stage.later(hours=1)
    calendar.move(calendar.date_id, EVENING + days(7))
    waits.hears(MOVED).hears_nothing()
    calendar.cancel(calendar.date_id)
    waits.hears("2026-12-10 18:00 (Thu) is off").hears_nothing()
    calendar.stage.phone("0141").ignores()


def test_a_text_that_the_carrier_has_not_taken_is_not_followed_by_a_second(
    calendar: Calendar, waits: Phone
) -> None:
    """Two changes between two looks of the senders: the first text never leaves."""
    calendar.stage.phone("0141").ignores()
    moved_unseen(calendar, EVENING + days(1))
    sending.run(calendar.line, calendar.line.now())
    assert news(calendar) == [("moved", "sent", None)]
    moved_unseen(calendar, EVENING + days(7))
    calendar.stage.later(seconds=1)
    waits.hears(MOVED).hears_nothing()
    calendar.stage.phone("0141").hears("2026-12-10 18:00").hears_nothing()


@pytest.mark.parametrize("way", ["client", "carrier"])
def test_who_is_first_and_says_stop_keeps_no_place_back_until_their_hours(
    calendar: Calendar, waits: Phone, way: str
) -> None:
    calendar.safe_hours("0142", 16 * 60, 18 * 60)
    next_one = calendar.client("0143")
    calendar.wait("0143", calendar.date_id)
    calendar.give_up("0141")
    calendar.stage.later(minutes=5)
    waits.hears_nothing()
    next_one.hears_nothing()
    if way == "client":
        waits.texts("STOP").hears_nothing()
    else:
        closed_by_carrier(calendar, "0142")
    next_one.hears("there is room now").hears_nothing()
    assert calendar.waits() == ["lapsed", "offered"]
    calendar.stage.at(at(MONDAY, 17))
    waits.hears_nothing()


@pytest.mark.parametrize("way", ["client", "carrier"])
def test_a_place_kept_for_the_answer_of_who_says_stop_goes_to_the_next_at_once(
    calendar: Calendar, waits: Phone, way: str
) -> None:
    next_one = calendar.client("0143")
    calendar.wait("0143", calendar.date_id)
    calendar.give_up("0141")
    waits.hears("there is room now", "1 yes 2 no")
    if way == "client":
        waits.texts("STOP").hears_nothing()
    else:
        closed_by_carrier(calendar, "0142")
    next_one.hears("there is room now", "1 yes 2 no").texts("1").ignores()
    assert calendar.seat("0143").state == "booked"
    assert calendar.waits() == ["lapsed", "taken"]
    calendar.stage.later(hours=3)
    waits.hears_nothing()


def closed_by_carrier(calendar: Calendar, digits: str) -> None:
    """The phone company says that this phone opted out with it."""
    with calendar.line.database.write() as session:
        theirs = select(Address.id).where(Address.contact_id == calendar.ids[digits])
        notices.closed_by_carrier(session, session.scalar(theirs), calendar.line.now())
    calendar.stage.later(seconds=1)


def test_called_off_while_a_place_is_kept_for_them_they_hear_it_once(
    calendar: Calendar, waits: Phone
) -> None:
    calendar.give_up("0141")
    waits.hears("there is room now")
    calendar.cancel(calendar.date_id)
    waits.hears("2026-12-03 18:00 (Thu) is off").hears_nothing()
    waits.texts("1").hears("No dates are entered yet").hears_nothing()
    assert calendar.seat("0142").state == "cancelled" and calendar.waits() == ["over"]


def test_moved_while_a_place_is_kept_for_them_it_is_offered_anew(
    calendar: Calendar, waits: Phone
) -> None:
    calendar.client("0143").ignores()
    calendar.wait("0143", calendar.date_id)
    calendar.give_up("0141")
    waits.hears("2026-12-03 18:00 (Thu): there is room now")
    calendar.stage.later(hours=1)
    calendar.move(calendar.date_id, EVENING + days(7))
    waits.hears(
        "has moved to 2026-12-10 18:00 (Thu) and there is room now. Want it? 1 yes", "14:00"
    )
    waits.hears_nothing()
    calendar.stage.phone("0143").hears(MOVED).hears_nothing()
    assert told(calendar) == Told(2, 0, [])
    waits.texts("1").hears("your place is kept: 2026-12-10 18:00 (Thu)").hears_nothing()
    assert calendar.waits() == ["taken", "waiting"]
    calendar.stage.at(EVENING + days(7))
    waits.hears("2026-12-10 18:00").hears("2026-12-10 18:00").hears_nothing()


@pytest.mark.parametrize(("fault", "code"), [("refuse", 503), ("reject", 21614)])
def test_an_open_offer_that_has_not_left_has_told_nobody_that_the_date_moved(
    calendar: Calendar, waits: Phone, fault: str, code: int
) -> None:
    calendar.give_up("0141")
    waits.hears("2026-12-03 18:00 (Thu): there is room now")
    calendar.stage.network.set_fault(fault, code=code)
    calendar.move(calendar.date_id, EVENING + days(7))
    assert news(calendar) == [("moved", "dropped", waiting.IN_OFFER)]
    if fault == "refuse":  # the phone company is away: the text waits for it
        assert told(calendar) == Told(0, 1, [])
        calendar.stage.later(hours=2, minutes=30)
        assert calendar.waits() == ["offered"] and told(calendar) == Told(0, 1, [])
        calendar.stage.network.clear_fault()
        calendar.stage.later(minutes=5)
        waits.hears("has moved to 2026-12-10 18:00 (Thu) and there is room now").hears_nothing()
        assert told(calendar) == Told(1, 0, [])
    else:  # it will never text this number
        stopped = calendar.ids["0142"]
        assert told(calendar) == Told(0, 0, [(stopped, "not_mobile")])
        waits.hears_nothing()


def test_a_yes_to_an_offer_for_the_old_day_takes_no_place_on_the_new_one(
    calendar: Calendar, waits: Phone
) -> None:
    calendar.stage.at(at(MONDAY, 20, 55))
    calendar.give_up("0141")
    waits.hears("2026-12-03 18:00 (Thu): there is room now")
    calendar.stage.at(at(MONDAY, 21, 30))
    calendar.move(calendar.date_id, EVENING + days(7))
    waits.hears_nothing()
    waits.texts("1").hears("You get a text when a place is free: 2026-12-10 18:00").hears_nothing()
    assert calendar.seat("0142").state == "lapsed" and calendar.waits() == ["waiting"]
    calendar.stage.at(at(MONDAY + days(1), 10))
    waits.hears("has moved to 2026-12-10 18:00 (Thu) and there is room now").hears_nothing()
    waits.texts("2").hears("free again").hears_nothing()


def test_who_said_stop_or_left_the_list_or_no_to_reminders_hears_nothing(
    calendar: Calendar, waits: Phone
) -> None:
    left, no = calendar.client("0143"), calendar.client("0144")
    for digits in ("0143", "0144"):
        calendar.wait(digits, calendar.date_id)
    calendar.says("0144", "reminders", given=False)
    waits.texts("STOP").ignores()
    left.texts("mine").ignores().texts("2").hears("no more texts")
    calendar.move(calendar.date_id, EVENING + days(7))
    calendar.cancel(calendar.date_id)
    calendar.stage.phone("0141").ignores()
    calendar.stage.at(EVENING)
    for phone in (waits, left, no):
        phone.hears_nothing()
    stopped, refused = calendar.ids["0142"], calendar.ids["0144"]
    assert told(calendar) == Told(0, 0, [(stopped, "opted_out"), (refused, "no_consent")])
    assert calendar.items() == ["opted_out"]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"safe_to_text": "no"}, "not_safe"),
        ({"is_watched": True, "safe_to_text": "unknown"}, "not_safe"),
        ({"doubted_at": at(MONDAY, 10)}, "doubted"),
        ({"last_inbound_at": at(MONDAY - days(31), 10)}, "silent"),
    ],
)
def test_a_phone_that_somebody_else_may_read_gets_nothing(
    calendar: Calendar, columns: dict[str, object], reason: str
) -> None:
    calendar.client("0141").ignores()
    phone = calendar.client("0142", **columns)
    calendar.book("0141", the_date(calendar))
    calendar.wait("0142", calendar.date_id)
    calendar.cancel(calendar.date_id)
    calendar.stage.phone("0141").hears("is off")
    phone.hears_nothing()
    assert told(calendar).not_told == [(calendar.ids["0142"], reason)]


def test_while_an_alert_is_open_it_waits_and_comes_after(calendar: Calendar, waits: Phone) -> None:
    waits.texts("theres a man with a knife outside my door")
    calendar.cancel(calendar.date_id)
    calendar.stage.phone("0141").hears("is off")
    calendar.stage.later(minutes=30)
    assert not [text for text in waits.unread if "is off" in text]
    assert told(calendar) == Told(0, 1, [])
    waits.ignores()
    with calendar.line.database.write() as session:
        session.scalars(select(Escalation)).one().state = "resolved"
    calendar.stage.later(minutes=10)
    waits.hears("is off").hears_nothing()


def test_with_a_person_they_hear_it_all_the_same(calendar: Calendar, waits: Phone) -> None:
    with calendar.line.database.write() as session:
        row = session.get_one(Conversation, calendar.ids["0142"])
        row.handed_off_at = calendar.line.now()
    calendar.cancel(calendar.date_id)
    calendar.stage.phone("0141").hears("is off")
    waits.hears("is off").hears_nothing()


def test_what_is_kept_before_an_outage_is_told_after_it_and_only_once(
    calendar: Calendar, waits: Phone
) -> None:
    moved_unseen(calendar, EVENING + days(7))
    calendar.stage.rehearsal.clock.move_to(at(MONDAY, 17))  # nothing ran for six hours
    calendar.stage.later(seconds=1)
    waits.hears(MOVED).hears_nothing()
    calendar.stage.phone("0141").hears("2026-12-10 18:00").hears_nothing()
    calendar.stage.later(hours=1)
    waits.hears_nothing()


def test_after_the_start_nobody_is_told_any_more(calendar: Calendar, waits: Phone) -> None:
    calendar.cancel_now(calendar.date_id)
    calendar.stage.rehearsal.clock.move_to(EVENING)
    calendar.stage.later(seconds=1)
    waits.hears_nothing()
    assert news(calendar) == [("cancelled", "dropped", "late")]


def test_on_after_all_is_told_to_who_heard_that_it_was_off(
    calendar: Calendar, waits: Phone
) -> None:
    line = calendar.line
    with line.database.write() as session:
        repeating.set_holiday(session, line, THURSDAY, "A day", BY, line.now())
    calendar.stage.later(seconds=1)
    waits.hears("is off").hears_nothing()
    late = calendar.client("0143")
    with line.database.write() as session:
        repeating.drop_holiday(session, line, THURSDAY, BY, line.now())
    calendar.stage.later(seconds=1)
    waits.hears("is on after all. No place yet: you are on the list again").hears_nothing()
    assert calendar.waits() == ["waiting"]
    calendar.stage.phone("0141").hears("is off").hears("is on after all").hears_nothing()
    late.hears_nothing()


def test_in_french_it_is_french(calendar: Calendar) -> None:
    calendar.client("0141").ignores()
    phone = calendar.client("0142", language="fr")
    calendar.book("0141", the_date(calendar))
    calendar.wait("0142", calendar.date_id)
    calendar.move(calendar.date_id, EVENING + days(7))
    calendar.stage.phone("0141").hears("has moved")
    phone.hears("c'est maintenant 2026-12-10 18:00", "vous restez sur la liste").hears_nothing()


def test_two_hundred_who_wait_hold_up_no_urgent_text(database: Database) -> None:
    """A number that sends one text a second: the crowd takes minutes, the cry for help one look."""
    calendar = Calendar(database, config=replace(stage_config(), send_rate=1.0))
    line, now = calendar.line, calendar.line.now()
    cries = calendar.client("0145")
    calendar.stage.later(seconds=30)
    the_date(calendar)
    places = [
        {"id": new_id(), "occurrence_id": calendar.date_id, "contact_id": n, "asked_at": now}
        for n in clients(line, 200, now)
    ]
    with line.database.write() as session:
        session.execute(insert(WaitingPlace), places)
    moved_unseen(calendar, EVENING + days(7))
    calendar.stage.later(seconds=5)
    assert told(calendar).total == 200 and told(calendar).to_come > 190
    cries.ignores().texts("i want to die tonight i have the pills here")
    calendar.stage.later(seconds=1)
    cries.hears("988 any time")
    assert told(calendar).to_come > 185
    for phone in calendar.stage.phones():
        phone.ignores()
    calendar.stage.close()
