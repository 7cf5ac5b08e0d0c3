"""The four questions, a step of one's own, and the next plan, as phones see them."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot.people import locked
from bot.program import asking, plans
from records.models import ExitPlan, Experience, GoalStep
from service.rehearsal import ZONE
from tests.program.cast import Cast


def test_four_questions_each_a_number_and_the_stage_is_only_proposed(cast: Cast) -> None:
    check = cast.check(cast.goal(), hours=2)
    cast.client.hears_nothing()
    cast.stage.later(hours=3)
    cast.client.hears("How much do you want things to change?", "SKIP").hears_nothing()
    cast.client.texts("10").hears("How sure are you").texts("8").hears("How safe do you feel")
    cast.client.texts("7").hears("Which fits best?", "6 it got hard again").texts("4")
    cast.client.hears("Thank you for telling us").hears_nothing()
    kept = cast.kept(check)
    assert (kept.how_much, kept.how_sure, kept.how_safe, kept.fits) == (10, 8, 7, 4)
    assert (kept.state, kept.stage, kept.level) == ("done", "action", "D")
    assert cast.items() == [("stage_proposed", "routine")]


def test_what_it_is_about_is_never_named(cast: Cast) -> None:
    cast.check(cast.goal("stop using", area="use"), hours=1)
    cast.stage.later(hours=2)
    cast.client.hears("How much do you want things to change?")
    for answer in ("5", "5", "8", "2"):
        cast.client.texts(answer)
        assert not any("us" in text.split() or "using" in text for text in cast.client.unread)
        cast.client.ignores()


def test_any_question_may_be_skipped_and_what_was_said_counts(cast: Cast) -> None:
    check = cast.check(cast.goal(), hours=1)
    cast.stage.later(hours=2)
    cast.client.hears("How much").texts("2").hears("How sure")
    cast.client.texts("skip").hears("OK, left out").hears_nothing()
    kept = cast.kept(check)
    assert (kept.state, kept.stage, kept.level) == ("skipped", "precontemplation", "A")
    cast.client.texts("7").ignores()  # the question is no longer open
    assert cast.kept(check).how_sure is None


def test_a_week_that_feels_unsafe_reaches_a_person_and_changes_no_tone(cast: Cast) -> None:
    cast.check(cast.goal(), hours=1)
    cast.stage.later(hours=2)
    cast.client.hears("How much").texts("5").hears("How sure").texts("5").hears("How safe")
    cast.client.texts("2").hears("Which fits best?").hears_nothing()
    assert ("less_safe", "urgent") in cast.items()


def test_hard_again_is_answered_kindly(cast: Cast) -> None:
    check = cast.check(cast.goal(), hours=1)
    cast.stage.later(hours=2)
    for answer in ("8", "5", "8"):
        cast.client.ignores().texts(answer)
    cast.client.hears("Which fits best?").texts("6").hears("Glad you told us").hears_nothing()
    assert (cast.kept(check).stage, cast.kept(check).level) == ("re_entry", "C")


def test_an_answer_that_is_no_number_is_asked_again_once(cast: Cast) -> None:
    cast.check(cast.goal(), hours=1)
    cast.stage.later(hours=2)
    cast.client.hears("How much").texts("yes").hears("How much").texts("9").hears("How sure")


def test_at_most_once_in_thirty_days(cast: Cast) -> None:
    goal = cast.goal()
    cast.check(goal, hours=1)
    with pytest.raises(asking.TooSoonError):
        cast.check(goal, days=20)
    cast.check(goal, days=31)
    cast.stage.later(hours=2)
    cast.client.hears("How much").hears_nothing()


def test_not_at_night_and_not_without_a_yes(cast: Cast) -> None:
    goal = cast.goal()
    check = cast.check(goal, hours=11)  # 22:00
    cast.stage.at(datetime(2026, 12, 1, 9, 59, tzinfo=ZONE))
    cast.client.hears_nothing()
    cast.stage.at(datetime(2026, 12, 1, 10, 1, tzinfo=ZONE))
    cast.client.hears("How much").hears_nothing()
    assert cast.kept(check).state == "asking"


def test_a_client_who_takes_the_yes_back_is_not_asked(cast: Cast) -> None:
    check = cast.check(cast.goal(), hours=2)
    cast.client.texts("often").ignores().texts("5").ignores()
    cast.stage.later(hours=3)
    cast.client.hears_nothing()
    assert (cast.kept(check).state, cast.kept(check).reason) == ("dropped", "no_consent")


def test_one_step_a_text_and_done_marks_it(cast: Cast) -> None:
    step = cast.texted_step("call about the room")
    cast.stage.later(days=1, hours=3)
    cast.client.hears("call about the room").texts("1").ignores()
    with cast.line.database.read() as session:
        row = session.get_one(GoalStep, step.id)
        assert (row.state, row.done_by) == ("done", "client")
    cast.stage.later(days=7)
    cast.client.hears_nothing()


def test_the_next_plan_opens_only_when_both_say_so(cast: Cast) -> None:
    with cast.line.database.write() as session:
        contact, now = locked(session, cast.id), cast.line.now()
        with pytest.raises(plans.PlanError):
            plans.add_goal(
                session, cast.line, contact, plan=plans.EXIT, area="trade", words="x",
                by=cast.worker_id, now=now,
            )  # fmt: skip
        session.add(ExitPlan(contact_id=cast.id, asked_by=cast.worker_id, asked_at=now))
        session.flush()
        question = asking.next_plan_question()
        assert (
            asking.put(session, cast.line, contact, "next_plan", question, now, now + asking.USEFUL)
            is None
        )
        assert not plans.is_unlocked(session, cast.id)
    cast.stage.later(seconds=5)
    cast.client.hears("Shall we begin the next plan").texts("yes").hears("OK.").hears_nothing()
    with cast.line.database.read() as session:
        assert plans.is_unlocked(session, cast.id)
    assert cast.items() == [("plan_answer", "routine")]


def test_whether_it_helped_is_one_number(cast: Cast) -> None:
    with cast.line.database.write() as session:
        contact, now = locked(session, cast.id), cast.line.now()
        asking.put(
            session,
            cast.line,
            contact,
            "helped",
            asking.helped_question(),
            now,
            now + asking.USEFUL,
        )
    cast.stage.later(seconds=5)
    cast.client.hears("Did this help?").texts("4").hears("Thank you").hears_nothing()
    with cast.line.database.read() as session:
        assert session.scalars(select(Experience.score)).all() == [4]


def test_nobody_answers_for_another_clients_check(cast: Cast) -> None:
    check = cast.check(cast.goal(), hours=1)
    cast.stage.later(hours=2)
    cast.client.hears("How much")
    other = cast.stage.phone("0142")
    other.texts("9").ignores()
    assert cast.kept(check).how_much is None
