"""News for many: weighed first, undone within a minute, to each once and only to who said yes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from records.models import (
    Appointment,
    Broadcast,
    BroadcastText,
    Consent,
    Contact,
    Message,
    Occurrence,
)
from tests.admin.desk import Desk
from tests.stage import Stage

NEWS = "Very cold tonight. Warm place open until 8."
FORM = {"body": NEWS, "until": "2026-11-30T20:30", "inuktitut": "", "date": ""}
PAGE = "/admin/broadcasts"
PHONES = ("0141", "0142", "0143")


@pytest.fixture
def worker(stage: Stage) -> Desk:
    """Three clients: two said yes to news, one did not."""
    for digits in PHONES:
        stage.phone(digits).texts("hello").ignores()
        stage.later(seconds=10)
    stage.later(hours=3)  # noon and half a minute
    with stage.line.database.write() as session:
        for n, contact in enumerate(session.scalars(select(Contact).order_by(Contact.id))):
            contact.safe_to_text = "yes"
            session.add(
                Consent(
                    contact_id=contact.id,
                    purpose="broadcasts",
                    given=n < 2,
                    version="test",
                    language="en",
                    how="text",
                    at=stage.line.now(),
                )
            )
    return Desk(stage).sign_in_as("caseworker")


def weigh(desk: Desk, **more: str) -> str:
    """The preview's page, or the form again with what is wrong."""
    return desk.send(f"{PAGE}/weigh", **{**FORM, **more}).text


def confirm(desk: Desk, **more: str) -> str:
    """Weighs and sends; the form's token."""
    found = re.search(r'name="token" value="([^"]+)"', weigh(desk, **more))
    assert found
    assert desk.send(PAGE, token=found[1], **{**FORM, **more}).status_code == 303
    return found[1]


def newest(stage: Stage) -> Broadcast:
    with stage.line.database.read() as session:
        return session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).all()[0]


def reasons(stage: Stage) -> list[str | None]:
    """Why each one did not go; None for those that did."""
    with stage.line.database.read() as session:
        rows = select(BroadcastText.reason).order_by(BroadcastText.contact_id)
        return list(session.scalars(rows))


def heard(stage: Stage) -> dict[str, int]:
    """How often each phone heard the news; anything else is a failure."""
    stage.collect()
    counts = {digits: stage.phone(digits).unread.count(NEWS) for digits in PHONES}
    for digits in PHONES:
        assert set(stage.phone(digits).unread) <= {NEWS}
        stage.phone(digits).ignores()
    return counts


def test_the_preview_tells_count_cost_languages_and_the_end_and_stores_nothing(
    stage: Stage, worker: Desk
) -> None:
    page = weigh(worker)
    for words in (
        "2 people.",
        "2 read English, 0 French, 0 Inuktitut",
        "2 parts of texts",
        "12:01",
    ):
        assert words in page, words
    assert "quiet hours" in page
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 0


def test_it_goes_after_a_minute_to_who_said_yes_and_to_each_once(
    stage: Stage, worker: Desk
) -> None:
    confirm(worker)
    assert ">Undo</button>" in worker.read(PAGE)
    stage.later(seconds=59)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}
    stage.later(seconds=2)
    assert heard(stage) == {"0141": 1, "0142": 1, "0143": 0}
    page = worker.read(PAGE)
    assert "2 of 2 left, 0 wait, 0 did not go" in page and 'max="2" value="2"' in page
    assert ">Undo</button>" not in page and "5550141" not in page
    stage.later(hours=30)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}


def test_undone_within_the_minute_nobody_hears_it(stage: Stage, worker: Desk) -> None:
    confirm(worker)
    stage.later(seconds=58)
    worker.send(f"{PAGE}/{newest(stage).id}/undo")
    assert "Nobody was texted" in worker.read(PAGE)
    stage.later(hours=2)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}
    assert newest(stage).state == "undone" and "broadcast_undone" in worker.acts()


def test_after_the_minute_it_is_too_late(stage: Stage, worker: Desk) -> None:
    confirm(worker)
    stage.later(seconds=61)
    worker.send(f"{PAGE}/{newest(stage).id}/undo")
    assert "Too late to undo" in worker.read(PAGE) and newest(stage).state == "done"
    heard(stage)


def test_the_same_form_twice_is_one_broadcast(stage: Stage, worker: Desk) -> None:
    token = confirm(worker)
    assert worker.send(PAGE, token=token, **FORM).status_code == 303
    stage.later(seconds=61)
    assert heard(stage) == {"0141": 1, "0142": 1, "0143": 0}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"body": ""}, "1 to 300"),
        ({"body": "x" * 301}, "1 to 300"),
        ({"body": "The detox has a bed"}, "would tell others"),
        ({"french": "Un lit au refuge ce soir"}, "would tell others"),
        ({"french": "Appelez Ann au 613-555-0141"}, "person's number".replace("'", "&#39;")),
        ({"french": "x" * 301}, "1 to 300"),
        ({"body": "Call Ann at 613-555-0141"}, "person's number".replace("'", "&#39;")),
        ({"until": "2026-11-30T11:00"}, "until when it is of use"),
        ({"until": "2027-11-30T11:00"}, "until when it is of use"),
        ({"until": "soon"}, "until when it is of use"),
        ({"date": "1"}, "Nobody would get it"),
        ({"until": "2026-11-30T12:01"}, "not be through"),
    ],
)
def test_what_cannot_go_is_refused_in_words(
    stage: Stage, worker: Desk, fields: dict[str, str], said: str
) -> None:
    form = {**FORM, **fields}
    for answer in (worker.send(f"{PAGE}/weigh", **form), worker.send(PAGE, token="t", **form)):
        assert answer.status_code == 422 and said in answer.text
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Broadcast)) == 0


def test_stop_a_pause_and_an_open_alert_are_honoured_at_the_last_moment(
    stage: Stage, worker: Desk
) -> None:
    confirm(worker)
    stage.phone("0141").texts("STOP").ignores()
    stage.phone("0142").texts("theres a man with a knife outside my door").ignores()
    stage.later(seconds=61)
    for digits in ("0142", "0191", "0192", "0193"):
        assert NEWS not in stage.phone(digits).unread
        stage.phone(digits).ignores()
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}
    assert reasons(stage) == ["alert"]


def test_in_the_evening_it_waits_for_the_morning_or_is_refused(stage: Stage, worker: Desk) -> None:
    stage.later(hours=10)  # 22:00
    worker = Desk(stage).sign_in_as("caseworker")
    assert "not be through" in weigh(worker, until="2026-12-01T09:30")
    confirm(worker, until="2026-12-01T20:00")
    stage.later(hours=11)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}
    stage.later(hours=2)
    assert heard(stage) == {"0141": 1, "0142": 1, "0143": 0}


def test_after_an_outage_nothing_useless_leaves(stage: Stage, worker: Desk) -> None:
    confirm(worker)
    stage.rehearsal.clock.move_to(stage.line.now() + timedelta(hours=26))
    stage.later(seconds=1)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}
    row = newest(stage)
    assert (row.state, row.queued, row.dropped) == ("done", 0, 2)


def test_who_has_a_place_at_a_date_hears_about_that_date(stage: Stage, worker: Desk) -> None:
    with stage.line.database.write() as session:
        date = session.scalars(
            select(Occurrence)
            .where(Occurrence.starts_at > stage.line.now())
            .order_by(Occurrence.starts_at, Occurrence.id)
        ).all()[0]
        third = session.scalars(select(Contact).order_by(Contact.id)).all()[2]
        session.add(
            Appointment(
                occurrence_id=date.id, contact_id=third.id, booked_at=stage.line.now(), rsvp="yes"
            )
        )
    assert "1 person." in weigh(worker, date=str(date.id))
    confirm(worker, date=str(date.id))
    stage.later(seconds=61)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 1}


def test_speakers_words_go_to_who_reads_them_in_their_script(stage: Stage, worker: Desk) -> None:
    with stage.line.database.write() as session:
        first = session.scalars(select(Contact).order_by(Contact.id)).first()
        assert first is not None
        first.language, first.script = "iu", "Cans"
    assert "1 read English, 0 French, 1 Inuktitut" in weigh(worker, inuktitut="ullumi")
    confirm(worker, inuktitut="ullumi")
    stage.later(seconds=61)
    stage.phone("0141").hears("ᐅᓪᓗᒥ").hears_nothing()
    stage.phone("0142").hears(NEWS).hears_nothing()


def test_who_reads_french_hears_it_in_french_and_english_where_nobody_wrote_it(
    stage: Stage, worker: Desk
) -> None:
    reader = stage.phone("0141")
    reader.texts("j'ai besoin d'un avocat").ignores()
    stage.later(minutes=1)
    confirm(worker)
    stage.later(seconds=61)
    reader.hears(NEWS).hears_nothing()
    stage.phone("0142").hears(NEWS).hears_nothing()
    stage.later(minutes=1)
    french = "Il fait très froid ce soir. Un lieu chaud ouvert jusqu'à 20 h."
    page = weigh(worker, french=french, inuktitut="ullumi")
    assert "1 read English, 1 French, 0 Inuktitut" in page and 'lang="fr">Il fait' in page
    confirm(worker, french=french, inuktitut="ullumi")
    assert french.encode() not in (newest(stage).french_sealed or french.encode())
    stage.later(seconds=61)
    reader.hears(french).hears_nothing()
    stage.phone("0142").hears(NEWS).hears_nothing()
    stage.phone("0143").hears_nothing()


def test_french_that_costs_more_is_counted_before_it_goes(stage: Stage, worker: Desk) -> None:
    stage.phone("0141").texts("j'ai besoin d'un avocat").ignores()
    long = "Un lieu bien chaud est ouvert tard ce soir, et il y a de quoi manger. " * 2
    assert "2 parts of texts" in weigh(worker, french=long)
    assert "4 parts of texts" in weigh(worker, french=long + "Bientôt")


def test_what_was_said_is_sealed_and_no_client_stands_in_it(stage: Stage, worker: Desk) -> None:
    confirm(worker)
    row = newest(stage)
    assert NEWS.encode() not in row.body_sealed
    stage.later(seconds=61)
    heard(stage)
    with stage.line.database.read() as session:
        sent = session.scalars(select(Message).where(Message.purpose == "broadcast")).all()
    assert {message.lane for message in sent} == {3} and len(sent) == 2


@pytest.mark.parametrize("role", ["translator", "evaluator", "operator"])
def test_a_translator_and_the_like_may_not_broadcast(stage: Stage, worker: Desk, role: str) -> None:
    outsider = Desk(stage).sign_in_as(role)
    fields = {"csrf_token": outsider.form_token("/admin/account"), "token": "t", **FORM}
    for path in (PAGE, f"{PAGE}/weigh"):
        assert outsider.client.post(path, data=fields).status_code == 404
    assert outsider.open(PAGE).status_code == 404
    stage.later(minutes=5)
    assert heard(stage) == {"0141": 0, "0142": 0, "0143": 0}


def test_a_client_says_yes_or_no_to_news_by_text(stage: Stage, worker: Desk) -> None:
    stage.phone("0141").texts("news").hears("May we text news").texts("2").hears("OK, noted")
    stage.phone("0143").texts("NEWS").hears("May we text news").texts("1").hears("Which news")
    stage.phone("0143").texts("1").hears("OK, noted")
    for digits in PHONES:
        stage.phone(digits).ignores()
    confirm(worker)
    stage.later(seconds=61)
    assert heard(stage) == {"0141": 0, "0142": 1, "0143": 1}


def test_a_part_of_the_news_goes_to_who_wants_it_and_to_who_wants_all(
    stage: Stage, worker: Desk
) -> None:
    third = stage.phone("0143")
    third.texts("news").ignores().texts("1").hears("3 programs").texts("3").hears("OK, noted")
    for digits in PHONES:
        stage.phone(digits).ignores()
    confirm(worker, date="news_programs")
    stage.later(seconds=61)
    assert heard(stage) == {"0141": 1, "0142": 1, "0143": 1}
    confirm(worker, date="news_changes")
    confirm(worker)
    stage.later(seconds=61)
    assert heard(stage) == {"0141": 2, "0142": 2, "0143": 0}
