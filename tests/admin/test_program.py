"""Plan, stages, needs, referrals, partners and forms in the panel."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.people import locked
from bot.program import asking, partners
from records.keystore import SYSTEM
from records.models import (
    Consent,
    Contact,
    ExitPlan,
    FormAnswer,
    Goal,
    GoalStep,
    Partner,
    QueueItem,
    Referral,
    ServiceNeed,
    StageChange,
    StageCheck,
)
from tests.admin.desk import Desk
from tests.stage import Stage

GOAL = {"words": "a room of my own", "area": "housing", "plan": "individual"}


@pytest.fixture
def asked(stage: Stage, worker: Desk) -> Desk:
    """A worker whose client called the phone safe and may be asked things."""
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        contact.safe_to_text = "yes"
        session.add(
            Consent(
                contact_id=contact.id, purpose="check_ins", given=True, version="2026-11",
                language="en", how="text", at=stage.line.now(),
            )
        )  # fmt: skip
    return worker


def one(desk: Desk, model: type) -> object:
    with desk.line.database.read() as session:
        return session.scalars(select(model)).one()


def goal(desk: Desk) -> int:
    assert desk.send(desk.thread("/plan/goals"), **GOAL).status_code == 303
    with desk.line.database.read() as session:
        return session.scalars(select(Goal.id).order_by(Goal.id.desc())).first() or 0


def step(desk: Desk, goal_id: int, words: str = "call about the room") -> int:
    path = desk.thread(f"/plan/goals/{goal_id}/steps")
    assert desk.send(path, words=words, who="client", due_on="").status_code == 303
    with desk.line.database.read() as session:
        return session.scalars(select(GoalStep.id).order_by(GoalStep.id.desc())).first() or 0


def test_goals_and_steps_are_sealed_and_shown(worker: Desk) -> None:
    step(worker, goal(worker))
    shown = worker.read(worker.thread("/plan"))
    assert "a room of my own" in shown and "call about the room" in shown
    with worker.line.database.read() as session:
        row = session.scalars(select(Goal)).one()
        assert b"room" not in row.words_sealed
    assert {"goal_added", "step_added", "read_plan"} <= set(worker.acts())


def test_a_step_is_texted_weekly_only_with_a_yes_and_discreet_words(
    stage: Stage, worker: Desk
) -> None:
    goal_id = goal(worker)
    step_id = step(worker, goal_id)
    path = worker.thread(f"/plan/steps/{step_id}")
    answer = worker.send(path, act="text")
    assert answer.status_code == 422 and "has not said yes" in answer.text


def test_telling_words_are_never_texted(asked: Desk) -> None:
    step_id = step(asked, goal(asked), "go to rehab on monday")
    answer = asked.send(asked.thread(f"/plan/steps/{step_id}"), act="text")
    assert answer.status_code == 422 and "over a shoulder" in answer.text


def test_a_texted_step_is_done_by_the_clients_reply(stage: Stage, asked: Desk) -> None:
    step_id = step(asked, goal(asked))
    assert asked.send(asked.thread(f"/plan/steps/{step_id}"), act="text").status_code == 303
    stage.later(days=1, hours=5)
    stage.phone().hears("call about the room").texts("1").ignores()
    with stage.line.database.read() as session:
        assert session.get_one(GoalStep, step_id).done_by == "client"


def test_the_next_plan_needs_both(stage: Stage, asked: Desk) -> None:
    stage.later(minutes=25)
    early = asked.send(asked.thread("/plan/next"), how="text")
    assert early.status_code == 422 and "cannot be texted now" in early.text
    stage.later(minutes=45)
    asked = Desk(stage).sign_in_as("caseworker")
    refused = asked.send(asked.thread("/plan/goals"), **{**GOAL, "plan": "exit"})
    assert refused.status_code == 422 and "said yes to it" in refused.text
    assert asked.send(asked.thread("/plan/next"), how="text").status_code == 303
    stage.later(seconds=5)
    stage.phone().hears("Shall we begin the next plan").texts("1").ignores()
    assert asked.send(asked.thread("/plan/goals"), **{**GOAL, "plan": "exit"}).status_code == 303
    assert asked.send(asked.thread("/plan/next"), how="close").status_code == 303
    with stage.line.database.read() as session:
        assert session.scalars(select(ExitPlan)).one().closed_at is not None


def test_what_the_answers_propose_is_only_confirmed_by_a_worker(stage: Stage, asked: Desk) -> None:
    goal_id = goal(asked)
    path = asked.thread(f"/plan/goals/{goal_id}")
    assert asked.send(f"{path}/check", on="2026-11-30").status_code == 303
    again = asked.send(f"{path}/check", on="2026-12-10")
    assert again.status_code == 422 and "thirty days" in again.text
    stage.later(hours=5)
    for answer in ("8", "5", "9", "3"):
        stage.phone().ignores().texts(answer)
    stage.phone().ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    assert "The answers propose: getting ready" in desk.read(desk.thread("/plan"))
    chosen = {"stage": "preparation", "level": "C", "why": "check"}
    assert desk.send(f"{path}/stage", **chosen).status_code == 303
    with stage.line.database.read() as session:
        row = session.scalars(select(StageChange)).one()
        check = session.scalars(select(StageCheck)).one()
        assert (row.before, row.stage, row.level, row.check_id) == (
            None, "preparation", "C", check.id,
        )  # fmt: skip
    assert desk.send(f"{path}/stage", stage="re_entry", level="B", why="talk").status_code == 303
    shown = desk.read(desk.thread("/plan"))
    assert "getting ready → hard again" in shown and shown.count("<circle") == 2


@pytest.mark.parametrize("wrong", [{"stage": "cured"}, {"level": "Z"}, {"why": "because"}])
def test_a_stage_there_is_not_is_refused(worker: Desk, wrong: dict[str, str]) -> None:
    path = worker.thread(f"/plan/goals/{goal(worker)}/stage")
    fields = {"stage": "action", "level": "D", "why": "talk", **wrong}
    assert worker.send(path, **fields).status_code == 422


def test_nothing_is_changed_under_another_client(stage: Stage, worker: Desk) -> None:
    goal_id = goal(worker)
    step_id = step(worker, goal_id)
    stage.later(minutes=1)
    stage.phone("0142").texts("blorp zonk").ignores()
    for path, fields in (
        (f"/plan/goals/{goal_id}", {"state": "reached"}),
        (f"/plan/steps/{step_id}", {"act": "done"}),
        (f"/plan/goals/{goal_id}/stage", {"stage": "action", "level": "D", "why": "talk"}),
        (f"/plan/goals/{goal_id}/check", {"on": "2026-12-01"}),
    ):
        assert worker.send(worker.thread(path), **fields).status_code == 404


def test_whom_to_ask_for_is_sealed_also_what_an_older_version_left_in_plain(worker: Desk) -> None:
    line = worker.line
    with line.database.write() as session:  # as a version before this one writes it
        session.add(
            Partner(id=7, name="Legal help", area="legal", contact_person="Mary", reach="ext. 204")
        )
    assert "Mary · ext. 204" in " ".join(worker.read("/admin/partners").split())
    partners.seal_open(line, line.now())
    row = one(worker, Partner)
    assert (row.contact_person, row.reach) == ("", "")
    assert line.vault.open(SYSTEM, "partner.reach:7", row.reach_sealed or b"") == "ext. 204"
    assert "Mary · ext. 204" in " ".join(worker.read("/admin/partners").split())
    fields = {"name": "Legal help", "area": "legal", "contact_person": "Ann", "reach": ""}
    worker.send(f"/admin/partners/{row.public_id}", **fields)
    page = worker.read("/admin/partners")
    assert "Ann" in page and "Mary" not in page and "ext. 204" not in page
    row = one(worker, Partner)
    assert (row.contact_person, row.reach_sealed) == ("", None)


def partner(desk: Desk) -> str:
    fields = {"name": "Legal clinic", "area": "legal", "contact_person": "Ann", "reach": "office"}
    assert desk.send("/admin/partners", **fields).status_code == 303
    with desk.line.database.read() as session:
        return session.scalars(select(Partner.public_id)).one()


def referral(desk: Desk) -> str:
    fields = {"partner": partner(desk), "area": "legal", "note": "needs help with a lease"}
    assert desk.send(desk.thread("/referrals"), **fields).status_code == 303
    with desk.line.database.read() as session:
        return desk.thread(f"/referrals/{session.scalars(select(Referral.id)).one()}")


def test_a_referral_goes_one_step_at_a_time_and_never_without_consent(worker: Desk) -> None:
    path = referral(worker)
    assert worker.send(path, state="sent").status_code == 422
    assert worker.send(path, state="agreed", how="guessed").status_code == 422
    for state in ("agreed", "sent", "accepted", "attended"):
        assert worker.send(path, state=state, how="in_person").status_code == 303
    assert worker.send(path, state="declined").status_code == 422
    with worker.line.database.read() as session:
        row, need = (
            session.scalars(select(Referral)).one(),
            session.scalars(select(ServiceNeed)).one(),
        )
        assert (row.state, row.agreed_how, row.chase_at) == ("attended", "in_person", None)
        assert need.offered_at and need.taken_at
        assert row.note_sealed and b"lease" not in row.note_sealed
    assert "needs help with a lease" in worker.read(worker.thread("/referrals"))


def test_a_referral_that_nobody_hears_of_is_asked_after(stage: Stage, worker: Desk) -> None:
    path = referral(worker)
    worker.send(path, state="agreed", how="phone")
    worker.send(path, state="sent")
    stage.later(days=6)
    assert "referral_open" not in kinds(stage)
    stage.later(days=1, hours=1)
    assert kinds(stage).count("referral_open") == 1


def kinds(stage: Stage) -> list[str]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(QueueItem.kind)))


def form(desk: Desk) -> str:
    """PHQ-2 published; its path."""
    where = desk.send("/admin/forms", ready="PHQ-2").headers["Location"]
    assert desk.send(f"{where}/publish").status_code == 303
    return str(where)


def begun(desk: Desk) -> str:
    """The path of a form begun for the newest client."""
    public_id = re.search(r'name="form" value="([^"]+)"', desk.read(desk.thread("/forms")))
    assert public_id
    return str(desk.send(desk.thread("/forms"), form=public_id[1]).headers["Location"])


def test_a_form_is_saved_as_typed_and_scored_once(stage: Stage, worker: Desk) -> None:
    boss = Desk(stage).sign_in_as("supervisor")
    form(boss)
    path = begun(worker)
    saved = worker.send(path, auto="1", revision="0", interest="3")
    assert saved.json == {"revision": 1}
    stale = worker.send(path, auto="1", revision="0", interest="0")
    assert stale.status_code == 409
    assert worker.send(path, revision="1", interest="3", act="done").status_code == 422
    assert worker.send(path, revision="1", interest="3", down="2", act="done").status_code == 303
    shown = worker.read(path)
    assert "sum 5" in shown and "look closer" in shown
    assert worker.send(path, revision="9", interest="0").status_code == 422
    with stage.line.database.read() as session:
        row, need = (
            session.scalars(select(FormAnswer)).one(),
            session.scalars(select(ServiceNeed)).one(),
        )
        assert (row.score, row.band) == (5, "look closer")
        assert (need.area, need.source) == ("medical", "PHQ-2")


def test_a_published_wording_is_never_changed(stage: Stage) -> None:
    boss = Desk(stage).sign_in_as("supervisor")
    path = form(boss)
    boss.send(path, act="remove", id="down")
    shown = boss.read(path)
    assert "draft of version 2" in shown
    question = {
        "act": "question", "id": "cold", "kind": "choice", "text_en": "Cold?",
        "options": "0 no\n4 yes", "if_question": "interest", "if_is": "3",
    }  # fmt: skip
    assert boss.send(path, **question).status_code == 303
    assert boss.send(path, act="band", **{"from": "4", "name": "cold", "service": "housing"})
    assert "only if interest is 3" in boss.read(path)


@pytest.mark.parametrize(
    "fields",
    [
        {"act": "question", "id": "Bad!", "kind": "text", "text_en": "x"},
        {"act": "question", "id": "a", "kind": "choice", "text_en": "x", "options": "no number"},
        {"act": "question", "id": "a", "kind": "text", "text_en": "x", "if_question": "nothing"},
        {"act": "band", "from": "x", "name": "y"},
        {"act": "nothing"},
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(stage: Stage, fields: dict[str, str]) -> None:
    boss = Desk(stage).sign_in_as("supervisor")
    path = form(boss)
    before = boss.read(path).count("<li")
    assert boss.send(path, **fields).status_code == 422
    assert boss.read(path).count("<li") == before


def test_without_a_licence_nothing_is_published(stage: Stage) -> None:
    boss = Desk(stage).sign_in_as("supervisor")
    path = str(boss.send("/admin/forms", name="Ours").headers["Location"])
    boss.send(path, act="question", id="a", kind="text", text_en="How?")
    refused = boss.send(f"{path}/publish")
    assert refused.status_code == 422 and "why we may use these words" in refused.text


def test_the_four_questions_are_for_one_client_only(stage: Stage, asked: Desk) -> None:
    goal_id = goal(asked)
    with stage.line.database.write() as session:
        contact = locked(session, session.scalars(select(Contact.id)).one())
        asking.agree(session, contact, goal_id, stage.line.now(), 1, stage.line.now())
    stage.later(minutes=61 * 2)
    stage.phone().hears("How much").ignores()
