"""A service is phoned, corrected, looked at again, and only then told to clients."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import directory, directory_file
from bot.directory import load_rows
from records.models import QueueItem, Resource, ResourceCheck
from tests.admin.desk import Desk
from tests.stage import Stage

SLUG = "kids_help_phone"
PAGE = f"/admin/directory/{SLUG}"
NEW = "1-800-555-0123"


@pytest.fixture
def ann(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("caseworker")


@pytest.fixture
def ben(stage: Stage) -> Desk:
    """The second pair of eyes."""
    return Desk(stage).sign_in_as("supervisor")


def row(stage: Stage, slug: str = SLUG) -> Resource:
    with stage.line.database.read() as session:
        return session.scalars(select(Resource).where(Resource.slug == slug)).one()


def told(stage: Stage, slug: str = SLUG) -> list[str | None]:
    """The numbers that clients may be told."""
    with stage.line.database.read() as session:
        today = stage.line.local(stage.line.now()).date()
        found = directory.sendable(session, today)
    return [fact.call for facts in found.values() for fact in facts if fact.slug == slug]


def call(desk: Desk, slug: str = SLUG, **fields: str) -> int:
    form = {"called": "1", "spoke_with": "front desk", **fields}
    return desk.send(f"/admin/directory/{slug}/confirm", **form).status_code


def test_hours_are_corrected_at_once_and_the_old_ones_stay_in_the_history(
    stage: Stage, ann: Desk
) -> None:
    before = row(stage).hours
    assert call(ann, hours="9 to 5, Mon-Fri", called_on="2026-11-28") == 303
    now = row(stage)
    assert (now.hours, now.checked_on, now.sendable) == (
        "9 to 5, Mon-Fri",
        date(2026, 11, 28),
        True,
    )
    page = ann.read(PAGE)
    for words in (f"<del>{before}</del>", "spoke with front desk", "called by Sample worker"):
        assert words in page, words
    with stage.line.database.read() as session:
        check = session.scalars(select(ResourceCheck)).one()
    assert b"front desk" not in (check.spoke_with_sealed or b"")


def test_a_changed_number_is_told_to_nobody_until_somebody_else_has_looked(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    old = row(stage).call
    assert told(stage) == [old]
    assert call(ann, call="(800) 555 0123") == 303
    assert told(stage) == [] and row(stage).call == old
    # A restart brings the data file in again: it must not bring the old number back.
    with stage.line.database.write() as session:
        directory.sync(session)
    assert told(stage) == []
    assert "A changed number needs a second look" in ben.read("/admin/queue")
    assert "so somebody else looks at it" in ann.read(PAGE)
    assert ann.send(f"{PAGE}/look", answer="right").status_code == 422
    assert call(ben) == 422
    assert ben.send(f"{PAGE}/look", answer="right").status_code == 303
    assert told(stage) == [NEW] and row(stage).call == NEW
    assert "A changed number needs" not in ben.read("/admin/queue")
    page = ben.read(PAGE)
    assert f"<del>{old}</del> <ins>{NEW}</ins>" in page and "looked at by Sample sup" in page
    assert {"call_resource", "approve_resource", "confirm_resource"} <= set(ann.acts())


def test_a_refused_number_leaves_the_service_out_until_the_next_call(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    old = row(stage).call
    call(ann, call=NEW)
    assert ben.send(f"{PAGE}/look", answer="wrong").status_code == 303
    assert told(stage) == [] and row(stage).call == old
    assert "Refused at the second look" in ben.read(PAGE)
    assert call(ann) == 303
    assert told(stage) == [old]


def test_nobody_answered_changes_nothing_and_gone_takes_it_out(stage: Stage, ann: Desk) -> None:
    before = told(stage)
    assert call(ann, outcome="no_answer", spoke_with="", call=NEW) == 303
    assert told(stage) == before and row(stage).checked_by == directory.FILE
    assert call(ann, outcome="gone", spoke_with="") == 303
    assert told(stage) == []
    page = ann.read(PAGE)
    assert "Nobody answered" in page and "No longer exists" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "911"}, "Nobody may be told to text 911"),
        ({"text": "HELP to 9-1-1"}, "Nobody may be told to text 911"),
        ({"notes": "or text 911"}, "Nobody may be told to text 911"),
        ({"languages": "txt 911"}, "Nobody may be told to text 911"),
        ({"call": "12345"}, "no number that can be dialled"),
        ({"call": "613-555"}, "no number that can be dialled"),
        ({"call": "+44 20 7946 0958"}, "no number that can be dialled"),
        ({"text": "call me"}, "no number that can be dialled"),
        ({"hours": "9 to 5, detox upstairs"}, "would tell somebody else"),
        ({"hours": "x" * 81}, "too long"),
        ({"called_on": "2026-12-01"}, "the day of the call"),
        ({"called_on": "2026-11-01"}, "the day of the call"),
        ({"called_on": "yesterday"}, "the day of the call"),
        ({"spoke_with": ""}, "Say who answered"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    stage: Stage, ann: Desk, fields: dict[str, str], said: str
) -> None:
    before = told(stage)
    answer = ann.send(f"{PAGE}/confirm", **{"called": "1", "spoke_with": "x", **fields})
    assert answer.status_code == 422 and said in answer.text
    assert told(stage) == before and row(stage).checked_by == directory.FILE
    with stage.line.database.read() as session:
        assert session.scalars(select(ResourceCheck)).all() == []
        assert session.scalars(select(QueueItem)).all() == []


def test_911_and_988_neither_change_nor_go_away(stage: Stage, ann: Desk) -> None:
    assert call(ann, "emergency_911", call="912") == 422
    assert call(ann, "helpline_988", call="613-562-2333") == 422
    assert call(ann, "helpline_988", outcome="gone") == 422
    assert call(ann, "emergency_911", notes="By voice.") == 303
    assert told(stage, "emergency_911") == ["911"]


def test_a_number_for_texts_may_be_a_word_and_a_short_number(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    call(ann, text="connect TO 686868")
    assert ann.open(PAGE).status_code == 200
    assert row(stage).text == "CONNECT to 686868"
    call(ann, text="Connect to 741741")
    ben.send(f"{PAGE}/look", answer="right")
    assert row(stage).text == "CONNECT to 741741"


def test_the_stale_list_shows_only_what_waits_for_a_call(stage: Stage, ann: Desk) -> None:
    page = ann.read("/admin/directory?show=waiting")
    assert 'id="kids_help_phone"' not in page and page.count("Confirm first, never sent") > 20
    stage.later(days=200)
    ann = Desk(stage).sign_in_as("caseworker")
    page = ann.read("/admin/directory?show=waiting")
    assert 'id="kids_help_phone"' in page and 'id="emergency_911"' not in page
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()


def test_the_export_is_the_data_file_with_what_was_heard(
    stage: Stage, ann: Desk, ben: Desk, tmp_path: Path
) -> None:
    path = "/admin/directory/resources.toml"
    assert ann.read(path) == directory.DATA.read_text(encoding="utf-8")
    call(ann, hours='"9" to 5')
    call(ann, "connex", outcome="gone")
    call(ann, "emergency_911")
    call(ann, "health_811", call=NEW)
    file = tmp_path / "resources.toml"
    file.write_text(ben.read(path), encoding="utf-8")
    assert "export_directory" in ben.acts()
    kept, before = ({one["slug"]: one for one in load_rows(p)} for p in (file, None))
    assert kept.keys() == before.keys()
    changed = {slug for slug in kept if kept[slug] != before[slug]}
    assert changed == {SLUG, "connex", "emergency_911", "health_811"}
    assert kept[SLUG] == {**before[SLUG], "hours": '"9" to 5', "checked_on": date(2026, 11, 30)}
    assert not kept["connex"]["sendable"] and not kept["health_811"]["sendable"]
    assert kept["health_811"]["call"] == before["health_811"]["call"]
    status = {one["slug"]: one["status"] for one in tomllib.loads(file.read_text())["resource"]}
    assert (status["connex"], status[SLUG]) == ("old", "verified")


def test_a_row_that_was_never_verified_comes_back_verified_once_called(
    stage: Stage, ann: Desk
) -> None:
    with stage.line.database.read() as session:
        chosen = select(Resource.slug).where(~Resource.sendable, Resource.call.is_not(None))
        slug = session.scalars(chosen.limit(1)).one()
    call(ann, slug)
    with stage.line.database.read() as session:
        text = directory_file.text_of(session)
    found = {one["slug"]: one for one in tomllib.loads(text)["resource"]}[slug]
    assert found["status"] == "verified" and found["checked_on"] == date(2026, 11, 30)
    assert told(stage, slug) == [found["call"]]


def test_who_only_reads_sees_no_form_and_no_history(stage: Stage, ann: Desk) -> None:
    call(ann, hours="9 to 5")
    page = Desk(stage).sign_in_as("evaluator").read(PAGE)
    assert "9 to 5" in page and "front desk" not in page and "called_on" not in page
