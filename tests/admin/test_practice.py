"""Practice: simulated clients are answered, weighed and scored, and nothing leaves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from admin import practice_scripts
from admin.practice_scripts import MINUTES, SCRIPTS, score, weigh
from admin.strings import catalogue
from records.models import (
    Base,
    Contact,
    Conversation,
    Escalation,
    Message,
    Page,
    PracticeReply,
    PracticeRun,
    QueueItem,
)
from tests.admin.desk import Desk
from tests.stage import Stage

PRACTICE = "/admin/practice"
LEAVES: tuple[type[Base], ...] = (Message, Contact, Conversation, Escalation, Page, QueueItem)
CALM = "I am here. Do what is safest for you now."


def _begin(desk: Desk, script: str = "door") -> str:
    token = desk.form_token("/admin/account")
    answer = desk.client.post(f"{PRACTICE}/{script}", data={"csrf_token": token})
    assert answer.status_code == 303
    return answer.headers["Location"]


def _reply(desk: Desk, run: str, words: str = CALM, **more: str) -> TestResponse:
    found = re.search(r'name="step" value="(\d)"', desk.read(run))
    assert found
    fields = {"words": words, "step": found[1], **more}
    fields["csrf_token"] = desk.form_token("/admin/account")
    return desk.client.post(f"{run}/reply", data=fields)


def _counts(stage: Stage) -> list[int]:
    with stage.line.database.read() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in LEAVES]


@pytest.fixture
def worker(stage: Stage) -> Desk:
    """A worker on call; nobody texted."""
    return Desk(stage).sign_in_as("caseworker")


def test_a_whole_practice_leaves_nothing_outside_its_own_tables(stage: Stage, worker: Desk) -> None:
    before = _counts(stage)
    for script in SCRIPTS.values():
        run = _begin(worker, script.name)
        for _ in range(script.texts):
            assert _reply(worker, run, "He has a knife, call 911 +16135550141").status_code == 303
    stage.later(minutes=30)
    assert _counts(stage) == before
    for digits in ("0191", "0192", "0193", "0141"):
        stage.phone(digits).hears_nothing()
    with stage.line.database.read() as session:
        assert len(session.scalars(select(PracticeRun)).all()) == len(SCRIPTS)


def test_what_could_harm_is_said_and_the_score_stands_in_the_register(
    stage: Stage, worker: Desk
) -> None:
    run = _begin(worker)
    _reply(worker, run)
    assert "Nothing in it that could tell" in worker.read(run)
    _reply(worker, run, "I promise you will be safe. Where are you?")
    page = worker.read(run)
    assert "A promise that nobody can keep" in page and "Asks where they are" in page
    stage.later(minutes=6)
    _reply(worker, run)
    page = worker.read(run)
    assert "Later than the time" in page and "Score 75 of 100" in page
    boss = Desk(stage).sign_in_as("supervisor")
    key = worker.worker("oncall").public_id
    assert "Score 75 of 100" in boss.read(f"/admin/team/{key}")
    assert "practise" in worker.acts()


@pytest.mark.parametrize(
    ("words", "minutes", "found"),
    [
        (CALM, 0, ()),
        ("I can\u2019t promise that, but I read every text.", 0, ("promise",)),
        ("Someone is coming", 0, ("promise",)),
        ("we won't tell", 0, ("promise",)),
        ("What's ur address?", 0, ("asks_place",)),
        ("where r u", 0, ("asks_place",)),
        ("What is your name?", 0, ("asks_name",)),
        ("Are you leaving the sex trade?", 0, ("telling",)),
        ("word " * 80, 0, ("long",)),
        (CALM, 5, ()),
        (CALM, 6, ("slow",)),
        ("Where do you want to meet?", 0, ()),
        ("You can leave if you are able to.", 0, ()),
    ],
)
def test_an_answer_is_weighed(words: str, minutes: int, found: tuple[str, ...]) -> None:
    assert weigh(words, "emergency", minutes) == found


def test_the_score_loses_a_quarter_of_an_answer_for_each_finding() -> None:
    assert score([(), ("slow",)]) == 88
    assert score([("a", "b", "c", "d", "e")]) == 0
    assert score([]) == 0


def test_every_script_has_its_texts_and_its_time() -> None:
    forms = catalogue("en").forms
    for script in SCRIPTS.values():
        assert script.level in MINUTES
        names = {f"practice.{script.name}.{n}" for n in range(script.texts)}
        assert names | {f"practice.{script.name}.title"} <= set(forms)
        assert f"practice.{script.name}.{script.texts}" not in forms
    assert set(practice_scripts._PATTERNS) < {n.rpartition("found_")[2] for n in forms}


def test_a_ready_reply_counts_as_an_answer_and_no_answer_is_none(worker: Desk) -> None:
    run = _begin(worker, "who")
    assert _reply(worker, run, "").status_code == 422
    ready = re.search(r"<option>([^<]+)</option>", worker.read(run))
    assert ready
    assert _reply(worker, run, "", ready=ready[1]).status_code == 303
    assert ready[1] in worker.read(run)


def test_the_same_answer_sent_twice_counts_once(worker: Desk) -> None:
    run = _begin(worker, "who")
    for _ in range(2):
        fields = {"words": CALM, "step": "0", "csrf_token": worker.form_token("/admin/account")}
        worker.client.post(f"{run}/reply", data=fields)
    with worker.line.database.read() as session:
        rows = session.scalars(select(PracticeReply)).all()
    assert len(rows) == 1 and CALM.encode() not in rows[0].words_sealed


def test_a_hostile_answer_is_only_text(worker: Desk) -> None:
    run = _begin(worker, "who")
    _reply(worker, run, "<script>alert(1)</script>")
    assert "<script>alert" not in worker.read(run)


def test_practice_of_another_is_not_found_nor_is_a_script_that_is_not_there(
    stage: Stage, worker: Desk
) -> None:
    run = _begin(worker)
    other = Desk(stage).sign_in_as("supervisor")
    assert other.open(run).status_code == 404
    token = other.form_token("/admin/account")
    for path in (f"{run}/reply", f"{PRACTICE}/nothing"):
        answer = other.client.post(path, data={"csrf_token": token, "words": "x", "step": "0"})
        assert answer.status_code == 404
