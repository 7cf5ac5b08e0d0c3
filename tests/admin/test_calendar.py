"""The calendar in the panel: made, moved, called off; places given; who came; clients told once."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from sqlalchemy import func, select

from admin.events import rule_of
from records.models import Appointment, Consent, Contact, Event, Holiday, Occurrence, Reminder
from tests.admin.desk import Desk
from tests.stage import Stage

PAGE = "/admin/calendar"
NEW = {
    "name": "Beading evening", "kind": "group", "when": "2026-12-02T19:00", "every": "weekly",
    "minutes": "90", "place": "Room 2", "capacity": "1", "plan": "", "is_walk_in": "1",
}  # fmt: skip


@pytest.fixture
def ann(stage: Stage) -> Desk:
    """A worker, and two clients who said yes to reminders."""
    for digits in ("0141", "0142"):
        stage.phone(digits).texts("hello").ignores()
        stage.later(seconds=10)
    with stage.line.database.write() as session:
        for contact in session.scalars(select(Contact)):
            contact.safe_to_text = "yes"
            session.add(
                Consent(
                    contact_id=contact.id,
                    purpose="reminders",
                    given=True,
                    version="test",
                    language="en",
                    how="text",
                    at=stage.line.now(),
                )  # fmt: skip
            )
    stage.later(hours=2)
    return Desk(stage).sign_in_as("caseworker")


def add(desk: Desk, **more: str) -> int:
    """Enters an event; its id."""
    answer = desk.send(f"{PAGE}/events/new", **{**NEW, **more})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


def dates(stage: Stage, event_id: int) -> list[Occurrence]:
    with stage.line.database.read() as session:
        chosen = select(Occurrence).where(Occurrence.event_id == event_id)
        return list(session.scalars(chosen.order_by(Occurrence.starts_at, Occurrence.id)))


def clients(stage: Stage) -> list[str]:
    """Public names in the order in which they first texted."""
    with stage.line.database.read() as session:
        return list(session.scalars(select(Contact.public_id).order_by(Contact.id)))


def seats(stage: Stage, date_id: int) -> list[str]:
    with stage.line.database.read() as session:
        chosen = select(Appointment.state).where(Appointment.occurrence_id == date_id)
        return list(session.scalars(chosen.order_by(Appointment.id)))


def silent(stage: Stage) -> None:
    for digits in ("0141", "0142"):
        stage.phone(digits).hears_nothing()


def test_what_is_entered_stands_in_its_weeks(stage: Stage, ann: Desk) -> None:
    event_id = add(ann, facilitators=str(ann.worker("oncall").id), has_food="1")
    rows = dates(stage, event_id)
    assert len(rows) >= 12 and (rows[1].starts_at - rows[0].starts_at).days == 7
    page = ann.read(PAGE)
    assert "Beading evening" in page and "19:00–20:30" in page and "0 of 1 places" in page
    assert "Beading evening" in ann.read(f"{PAGE}?week=2026-12-10")
    page = ann.read(f"{PAGE}/events/{event_id}")
    assert "Every week" in page and "2 days, 3 hours before" in page.replace("\n", " ")
    assert {"event_added", "read_calendar"} <= set(ann.acts())


@pytest.mark.parametrize(
    ("every", "first", "rule"),
    [
        ("once", "2026-12-02T18:00", None),
        ("weekly", "2026-12-02T18:00", "FREQ=WEEKLY"),
        ("biweekly", "2026-12-02T18:00", "FREQ=WEEKLY;INTERVAL=2"),
        ("monthly", "2026-12-02T18:00", "FREQ=MONTHLY;BYDAY=1WE"),
        ("monthly", "2026-12-08T18:00", "FREQ=MONTHLY;BYDAY=2TU"),
        ("monthly", "2026-12-30T18:00", "FREQ=MONTHLY;BYDAY=-1WE"),
    ],
)
def test_plain_choices_become_rules(every: str, first: str, rule: str | None) -> None:
    assert rule_of(every, first, "") == rule


def test_a_last_day_ends_the_series_on_it(stage: Stage, ann: Desk) -> None:
    assert len(dates(stage, add(ann, until="2026-12-16"))) == 3


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Give it a name"),
        ({"kind": "party"}, "Choose a kind"),
        ({"when": "tomorrow"}, "cannot be, or is there already"),
        ({"every": "hourly"}, "cannot be, or is there already"),
        ({"until": "x"}, "cannot be, or is there already"),
        ({"minutes": "0"}, "1 minute to 24 hours"),
        ({"capacity": "0"}, "1 to 500"),
        ({"capacity": "many"}, "1 to 500"),
        ({"plan": "5"}, "30 minutes to 30 days"),
        ({"place": "x" * 161}, "too long"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    stage: Stage, ann: Desk, fields: dict[str, str], said: str
) -> None:
    answer = ann.send(f"{PAGE}/events/new", **{**NEW, **fields})
    assert answer.status_code == 422 and said in answer.text
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).where(Event.name == "Beading evening")) == 0


def test_an_event_is_changed_dated_once_more_and_ended(stage: Stage, ann: Desk) -> None:
    event_id = add(ann)
    path = f"{PAGE}/events/{event_id}"
    assert ann.send(path, **{**NEW, "name": "Sewing", "plan": "1440"}).status_code == 303
    assert ann.send(f"{path}/date", when="2026-12-05T10:00").status_code == 303
    assert ann.send(f"{path}/date", when="2026-12-05T10:00").status_code == 422
    page = ann.read(path)
    assert "Sewing" in page and "Sat 5 Dec, 10:00" in page and "1 day before" in page
    assert ann.send(f"{path}/end", **{"from": "2026-12-09"}).status_code == 303
    states = [row.state for row in dates(stage, event_id)]
    assert states[:2] == ["planned", "planned"] and set(states[2:]) == {"cancelled"}
    assert ann.send(f"{path}/end", **{"from": "never"}).status_code == 422


def test_a_place_is_given_taken_and_the_list_is_kept(stage: Stage, ann: Desk) -> None:
    date_id = dates(stage, add(ann))[0].id
    path, (first, second) = f"{PAGE}/dates/{date_id}", clients(stage)
    found = ann.send(f"{path}/find", who="+16135550141").text
    assert f'value="{first}"' in found and "5550141" not in found
    assert ann.send(f"{path}/book", client=first, ride="1").status_code == 303
    page = ann.read(path)
    assert "They have a place" in page and "wants a ride" in page and "0 free places" in page
    full = ann.send(f"{path}/book", client=second)
    assert full.status_code == 422 and "No place is free" in full.text
    assert ann.send(f"{path}/book", client=second, wait="1").status_code == 303
    assert "Who waits for a place" in ann.read(path)
    ann.send(f"{path}/book", client=first)
    assert "They had a place already" in ann.read(path)
    row_id = re.search(r'name="appointment" value="(\d+)"', ann.read(path))
    assert row_id
    silent(stage)
    assert ann.send(f"{path}/give-up", appointment=row_id[1]).status_code == 303
    assert ann.send(f"{path}/give-up", appointment=row_id[1]).status_code == 404
    stage.later(minutes=1)
    stage.phone("0142").hears("2026-12-02 19:00")
    stage.phone("0141").hears_nothing()
    assert {"booked", "gave_up", "read_date", "find_client"} <= set(ann.acts())


def test_a_client_has_their_dates_and_reminders_on_one_page(stage: Stage, ann: Desk) -> None:
    date_id = dates(stage, add(ann))[0].id
    client = clients(stage)[0]
    path = f"/admin/clients/{client}/dates"
    assert "No date ahead" in ann.read(path)
    assert ann.send(path, date=str(date_id)).status_code == 303
    page = ann.read(path)
    assert "Beading evening" in page and page.count(": planned") == 2
    assert path in ann.read(f"/admin/conversations/{client}")
    other = f"/admin/clients/{clients(stage)[1]}/dates"
    row_id = re.search(r'name="appointment" value="(\d+)"', page)
    assert row_id
    assert ann.send(f"{other}/give-up", appointment=row_id[1]).status_code == 404
    assert ann.send(f"{path}/give-up", appointment=row_id[1]).status_code == 303
    assert "given up" in ann.read(path) and seats(stage, date_id) == ["given_up"]
    assert "read_client_dates" in ann.acts()
    assert ann.send(path, date="1").status_code == 422


def test_weather_calls_a_date_off_in_two_taps_and_the_client_hears_once(
    stage: Stage, ann: Desk
) -> None:
    date_id = dates(stage, add(ann))[0].id
    path = f"{PAGE}/dates/{date_id}"
    ann.send(f"{path}/book", client=clients(stage)[0])
    first = ann.send(f"{path}/off", reason="weather").text
    assert "1 person has a place and is told." in first and "Call it off and tell them" in first
    stage.later(minutes=1)
    silent(stage)
    assert ann.send(f"{path}/off", reason="weather", sure="1").status_code == 303
    stage.later(minutes=1)
    stage.phone("0141").hears("2026-12-02").hears_nothing()
    stage.phone("0142").hears_nothing()
    assert "Called off: Weather" in ann.read(path).replace("\n", " ")
    assert ann.send(f"{path}/off", reason="weather", sure="1").status_code == 422
    assert ann.send(f"{path}/off", reason="boredom").status_code == 422
    stage.later(days=4)
    stage.phone("0141").hears_nothing()
    assert "date_cancelled" in ann.acts()


def test_the_page_counts_who_waits_and_was_told_of_a_change(stage: Stage, ann: Desk) -> None:
    date_id = dates(stage, add(ann))[0].id
    path, (first, second) = f"{PAGE}/dates/{date_id}", clients(stage)
    stage.phone("0143").texts("hello").ignores()
    third = clients(stage)[2]
    ann.send(f"{path}/book", client=first)
    for client in (second, third):
        assert ann.send(f"{path}/book", client=client, wait="1").status_code == 303
    assert "were told of the change" not in ann.read(path)
    said = ann.send(f"{path}/off", reason="weather").text
    assert "1 person has a place" in said and "2 people wait for a place and are told after" in said
    assert ann.send(f"{path}/off", reason="weather", sure="1").status_code == 303
    assert "Of 2 who wait, 0 were told of the change. 2 texts are on their way." in ann.read(path)
    stage.later(minutes=1)
    stage.phone("0141").hears("2026-12-02 19:00", "is off. Want another day?").hears_nothing()
    stage.phone("0142").hears("2026-12-02 19:00", "is off, so no place").hears_nothing()
    stage.phone("0143").hears_nothing()  # was never asked about reminders
    page = ann.read(path)
    assert "Of 2 who wait, 1 was told of the change. No text went to 1 person:" in page
    assert "they did not say yes to reminders" in page and f"/conversations/{third}" in page
    assert f"/conversations/{second}" not in page


def test_one_date_is_moved_and_then_the_whole_series(stage: Stage, ann: Desk) -> None:
    event_id = add(ann)
    rows = dates(stage, event_id)
    path = f"{PAGE}/dates/{rows[0].id}"
    ann.send(f"{path}/book", client=clients(stage)[0])
    assert ann.send(f"{path}/move", when="2026-12-03T19:30").status_code == 303
    stage.later(minutes=1)
    stage.phone("0141").hears("2026-12-03 19:30").hears_nothing()
    assert ann.send(f"{path}/move", when="2026-11-01T19:30").status_code == 422
    assert ann.send(f"{path}/move", when="").status_code == 422
    second = f"{PAGE}/dates/{rows[1].id}"
    assert ann.send(f"{second}/move", when="2026-12-10T18:00", scope="series").status_code == 303
    walls = [row.wall for row in dates(stage, event_id)]
    assert walls[1:3] == ["2026-12-10T18:00", "2026-12-17T18:00"]
    stage.phone("0141").hears_nothing()


def test_places_of_one_date_are_its_own(stage: Stage, ann: Desk) -> None:
    date_id = dates(stage, add(ann))[0].id
    path = f"{PAGE}/dates/{date_id}"
    assert ann.send(f"{path}/seats", capacity="7").status_code == 303
    assert "7 free places" in ann.read(path)
    assert ann.send(f"{path}/seats", capacity="0").status_code == 422
    assert ann.send(f"{path}/seats", capacity="x").status_code == 422
    assert ann.send(f"{path}/seats", capacity="").status_code == 303
    assert "1 free place" in ann.read(path)


def test_attendance_takes_two_taps_and_the_report_counts_it(stage: Stage, ann: Desk) -> None:
    date_id = dates(stage, add(ann, capacity="5"))[0].id
    path, (first, second) = f"{PAGE}/dates/{date_id}", clients(stage)
    for client in (first, second):
        ann.send(f"{path}/book", client=client)
    ids = re.findall(r'name="appointment" value="(\d+)"', ann.read(path))
    assert ann.send(f"{path}/came", appointment=ids[0], answer="came").status_code == 404
    stage.at(datetime.fromisoformat("2026-12-02T20:00-05:00"))
    for digits in ("0141", "0142"):
        stage.phone(digits).ignores()
    ann = Desk(stage).sign_in_as("caseworker")
    assert ann.send(f"{path}/came", appointment=ids[0], answer="came").status_code == 303
    assert ann.send(f"{path}/came", appointment=ids[1], answer="missed").status_code == 303
    assert ann.send(f"{path}/came", appointment=ids[1], answer="perhaps").status_code == 422
    assert ann.send(f"{path}/came", appointment="1", answer="came").status_code == 404
    stage.later(hours=20)
    stage.phone("0141").hears_nothing()
    stage.phone("0142").hears("other days").hears_nothing()
    ann = Desk(stage).sign_in_as("caseworker")
    page = ann.read(f"{PAGE}/report")
    assert "Group module" in page and "1 of 2" in page
    assert clients(stage)[0] not in page and "read_effects" in ann.acts()


def test_somebody_who_came_without_a_place_is_kept(stage: Stage, ann: Desk) -> None:
    date_id = dates(stage, add(ann))[0].id
    stage.at(datetime.fromisoformat("2026-12-02T20:00-05:00"))
    ann = Desk(stage).sign_in_as("caseworker")
    path = f"{PAGE}/dates/{date_id}"
    assert ann.send(f"{path}/book", client=clients(stage)[1]).status_code == 303
    assert "Kept: they came." in ann.read(path)
    stage.later(hours=1)
    silent(stage)


def test_a_holiday_calls_its_dates_off_and_can_be_taken_back(stage: Stage, ann: Desk) -> None:
    event_id = add(ann)
    form = {"day": "2026-12-02", "name": "Snow day"}
    assert ann.send(f"{PAGE}/holidays", **form).status_code == 303
    assert dates(stage, event_id)[0].reason == "holiday"
    assert "Snow day" in ann.read(PAGE) and "Snow day" in ann.read(f"{PAGE}/holidays")
    assert ann.send(f"{PAGE}/holidays/drop", day="2026-12-02").status_code == 303
    assert dates(stage, event_id)[0].state == "planned"
    for bad in ({"day": "2026-11-02"}, {"day": "x"}, {"name": ""}):
        assert ann.send(f"{PAGE}/holidays", **{**form, **bad}).status_code == 422
    with stage.line.database.read() as session:
        assert session.scalars(select(Holiday)).all() == []


@pytest.mark.parametrize("role", ["translator", "evaluator", "operator"])
def test_others_see_neither_dates_nor_who_comes(stage: Stage, ann: Desk, role: str) -> None:
    event_id = add(ann)
    date_id = dates(stage, event_id)[0].id
    outsider = Desk(stage).sign_in_as(role)
    for path in (PAGE, f"{PAGE}/dates/{date_id}", f"{PAGE}/events/{event_id}", f"{PAGE}/report"):
        assert outsider.open(path).status_code == 404
    for act in ("off", "book", "move", "seats", "find", "came", "give-up"):
        assert outsider.send(f"{PAGE}/dates/{date_id}/{act}", reason="weather").status_code == 404
    with stage.line.database.read() as session:
        assert session.scalars(select(Reminder)).all() == []
