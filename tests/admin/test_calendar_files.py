"""The calendar as files: a feed for workers' phones without clients, and calendars brought in."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from bot.calendar import reading
from records.models import Appointment, CalendarFeed, Contact, Event, Occurrence, Staff
from tests.admin.desk import Desk
from tests.stage import Stage

FEED, IMPORT = "/admin/calendar/feed", "/admin/calendar/import"
SERIES = """BEGIN:VEVENT
UID:circle@old
SUMMARY:Drum
  making
LOCATION:Hall\\, 2nd floor
DTSTART;TZID=America/Toronto:20261118T180000
DTEND;TZID=America/Toronto:20261118T200000
RRULE:FREQ=WEEKLY;BYDAY=WE
EXDATE;TZID=America/Toronto:20261209T180000
ATTENDEE:mailto:mary@example.org
DESCRIPTION:Mary comes every time
END:VEVENT"""
ONCE = """BEGIN:VEVENT
UID:once@old
SUMMARY:Feast
DTSTART:20261205T230000Z
DURATION:PT90M
END:VEVENT"""


def calendar(*entries: str) -> str:
    return "\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN", *entries, "END:VCALENDAR"]
    )


@pytest.fixture
def ann(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("caseworker")


def make_feed(desk: Desk) -> str:
    """Makes an address; its path."""
    found = re.search(rf"({FEED}/[\w-]+\.ics)", desk.send(FEED).text)
    assert found
    return found[1]


def look(desk: Desk, text: str) -> tuple[int, str]:
    file = (io.BytesIO(text.encode()), "dates.ics")
    answer = desk.client.post(
        f"{IMPORT}/look", data={"csrf_token": desk.form_token(), "file": file}
    )
    return answer.status_code, answer.text


def bring(desk: Desk, text: str, *uids: str, kind: str = "group") -> int:
    fields = {"csrf_token": desk.form_token(), "text": text, "kind": kind, "uid": list(uids)}
    return desk.client.post(IMPORT, data=fields).status_code


def events(stage: Stage) -> dict[str, Event]:
    with stage.line.database.read() as session:
        rows = session.scalars(select(Event).where(Event.external_uid.is_not(None)))
        return {str(row.external_uid): row for row in rows}


def dates(stage: Stage, event: Event) -> list[Occurrence]:
    with stage.line.database.read() as session:
        chosen = select(Occurrence).where(Occurrence.event_id == event.id)
        return list(session.scalars(chosen.order_by(Occurrence.starts_at)))


def test_the_feed_shows_dates_and_never_who_comes(stage: Stage, ann: Desk) -> None:
    stage.phone("0141").texts("hello").ignores()
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        date = session.scalars(select(Occurrence).order_by(Occurrence.starts_at)).all()[-1]
        session.add(
            Appointment(
                occurrence_id=date.id, contact_id=contact.id, booked_at=stage.line.now()
            )  # fmt: skip
        )
    path = make_feed(ann)
    answer = Desk(stage).open(path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    entries = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len(entries) == 8 and {"Sample circle", "Sample peer group"} <= {
        str(one["SUMMARY"]) for one in entries
    }
    assert {str(key) for one in entries for key in one} == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "SEQUENCE", "STATUS",
    }  # fmt: skip
    assert contact.public_id not in answer.text and "5550141" not in answer.text
    token = path.rpartition("/")[2].removesuffix(".ics")
    with stage.line.database.read() as session:
        assert token not in session.scalars(select(CalendarFeed.token_hash)).all()
    assert token not in ann.read(FEED)


def test_a_revoked_address_shows_nothing_and_is_only_ones_own(stage: Stage, ann: Desk) -> None:
    path = make_feed(ann)
    found = re.search(rf"{FEED}/\d+/revoke", ann.read(FEED))
    assert found
    assert Desk(stage).sign_in_as("supervisor").send(found[0]).status_code == 404
    assert ann.send(found[0]).status_code == 303
    assert Desk(stage).open(path).status_code == 404
    assert ann.send(found[0]).status_code == 404
    assert {"make_feed", "revoke_feed"} <= set(ann.acts())
    assert Desk(stage).open(f"{FEED}/{'x' * 43}.ics").status_code == 404


@pytest.mark.parametrize("when", ["00010101T000000Z", "10000101T180000", "99991231T235959Z"])
def test_a_date_outside_of_all_times_is_said_and_not_stumbled_over(ann: Desk, when: str) -> None:
    code, page = look(ann, calendar(ONCE.replace("20261205T230000Z", when), SERIES))
    assert code == 200
    assert 'value="circle@old"' in page and 'value="once@old"' not in page


def test_a_file_that_takes_too_long_is_read_no_further() -> None:
    """A rule such as every 31st of February is looked for through eight thousand years."""
    zone, now = ZoneInfo("America/Toronto"), datetime(2026, 11, 28, tzinfo=UTC)
    many = [ONCE.replace("once@old", f"{n}@old") for n in range(5)]
    found, problems = reading.read(calendar(*many), zone, now, longest=-1.0)
    assert [one.uid for one in found] == ["0@old"]
    assert [one.what for one in problems] == ["many"] * 4


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "evaluator"}])
def test_who_left_or_changed_their_work_has_no_feed(
    stage: Stage, ann: Desk, change: dict[str, object]
) -> None:
    path = make_feed(ann)
    with stage.line.database.write() as session:
        row = session.get_one(Staff, ann.worker("oncall").id)
        for name, value in change.items():
            setattr(row, name, value)
    assert Desk(stage).open(path).status_code == 404


def test_a_calendar_is_looked_at_first_and_then_brought(stage: Stage, ann: Desk) -> None:
    text = calendar(SERIES, ONCE)
    status, page = look(ann, text)
    assert status == 200 and "Drum making" in page and "Hall, 2nd floor" in page
    assert events(stage) == {}
    assert bring(ann, text, "circle@old", "once@old") == 303
    found = events(stage)
    series, once = found["circle@old"], found["once@old"]
    assert (series.first_wall, series.minutes, once.minutes) == ("2026-11-18T18:00", 120, 90)
    assert series.zone == "America/Toronto" and once.first_wall == "2026-12-05T18:00"
    rows = dates(stage, series)
    assert rows[0].wall == "2026-12-02T18:00"
    assert [row.state for row in rows[:3]] == ["planned", "cancelled", "planned"]
    # What stands in an old calendar beside places and times stays behind, guests first of all.
    for row in found.values():
        assert "Mary" not in f"{row.name}{row.place}" and "mary" not in f"{row.name}{row.place}"
        assert not row.is_offered
    assert "import_calendar" in ann.acts()


def test_brought_again_it_changes_what_it_made_and_doubles_nothing(stage: Stage, ann: Desk) -> None:
    bring(ann, calendar(SERIES, ONCE), "circle@old", "once@old")
    assert "as it is here" in look(ann, calendar(SERIES))[1]
    later = calendar(
        SERIES.replace("T180000", "T190000").replace("T200000", "T203000"),
        ONCE.replace("Feast", "Winter feast").replace("20261205", "20261206"),
    )
    assert look(ann, later)[1].count("changed since it was brought") == 2
    assert bring(ann, later, "circle@old", "once@old") == 303
    found = events(stage)
    assert len(found) == 2 and found["once@old"].name == "Winter feast"
    planned = [row for row in dates(stage, found["circle@old"]) if row.state == "planned"]
    assert {stage.line.local(row.starts_at).hour for row in planned} == {19}
    assert [stage.line.local(r.starts_at).day for r in dates(stage, found["once@old"])] == [6]
    assert "as it is here" in look(ann, later)[1]


def test_only_what_was_ticked_comes_in(stage: Stage, ann: Desk) -> None:
    assert bring(ann, calendar(SERIES, ONCE), "once@old") == 303
    assert set(events(stage)) == {"once@old"}
    assert bring(ann, calendar(SERIES), "circle@old", kind="party") == 422


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        (SERIES.replace("RRULE:", "RRULE "), 11, "this line cannot be read"),
        (SERIES.replace("UID:circle@old\n", ""), 4, "it has no UID"),
        (ONCE.replace("SUMMARY:Feast\n", ""), 4, "it has no name"),
        (ONCE.replace("DTSTART:20261205T230000Z", "DTSTART;VALUE=DATE:20261205"), 4, "whole day"),
        (ONCE.replace("DTSTART:20261205T230000Z\n", ""), 4, "times cannot be read"),
        (ONCE.replace("20261205T230000Z", "2026-12-05 6pm"), 4, "times cannot be read"),
        (SERIES.replace("America/Toronto", "Mars/Hall"), 4, "time zone is not known"),
        (SERIES.replace("WEEKLY;BYDAY=WE", "HOURLY"), 4, "repetition cannot be carried out"),
        (ONCE.replace("PT90M", "P3D"), 4, "1 minute to 24 hours"),
        (ONCE.replace("20261205", "20251205"), 4, "it is over"),
        (ONCE.replace("DURATION", "RECURRENCE-ID:20261205T230000Z\nDURATION"), 4, "single date"),
    ],
)
def test_what_cannot_be_brought_is_said_by_its_line_and_the_rest_comes(
    stage: Stage, ann: Desk, entry: str, line: int, said: str
) -> None:
    other = ONCE.replace("once@old", "other@old")
    status, page = look(ann, calendar(entry, other))
    assert status == 200 and said in page and 'value="other@old"' in page
    assert f"Line {line}:" in page
    bring(ann, calendar(entry, other), "circle@old", "once@old", "other@old")
    assert set(events(stage)) == {"other@old"}


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR" + "x" * 200_001])
def test_what_is_no_calendar_is_refused(stage: Stage, ann: Desk, text: str) -> None:
    status, page = look(ann, text)
    assert status == 422 and "no calendar file" in page
    assert bring(ann, text, "once@old") == 422


def test_the_same_uid_twice_is_said(stage: Stage, ann: Desk) -> None:
    assert "stands twice" in look(ann, calendar(ONCE, ONCE))[1]
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 4
