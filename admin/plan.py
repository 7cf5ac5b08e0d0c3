"""A client's plan: goals and small steps, the stage of each, and the second plan that both open."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import plan_view, threads
from admin.access import may, viewer
from admin.conversations import note_reading
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import safe
from bot.calendar.rule import instant
from bot.checkins.schedule import EVERY
from bot.discreet import telling_words
from bot.people import locked
from bot.program import areas, asking, changes, plans, stages
from records.audit import note
from records.errors import MendableError
from records.models import Contact, ExitPlan, Goal, GoalStep

bp = Blueprint("plan", __name__, url_prefix="/conversations")
FAR = timedelta(days=366)
ASK_HOUR = time(13)


@bp.get("/<public_id>/plan")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> str:
    return _page(public_id)


@bp.post("/<public_id>/plan/goals")
@may(Permission.ANSWER_CLIENTS)
def add_goal(public_id: str) -> Response | tuple[str, int]:
    def act(session: Session, contact: Contact) -> None:
        plans.add_goal(
            session, the_line(), contact, plan=_given("plan"), area=_given("area"),
            words=_given("words"), by=viewer().id, now=the_line().now(),
        )  # fmt: skip

    return _do(public_id, act, "plan.goal_added")


@bp.post("/<public_id>/plan/goals/<int:goal_id>")
@may(Permission.ANSWER_CLIENTS)
def set_goal(public_id: str, goal_id: int) -> Response | tuple[str, int]:
    def act(session: Session, contact: Contact) -> None:
        goal = _goal(session, contact, goal_id)
        plans.set_goal(session, goal, _given("state"), viewer().id, the_line().now())

    return _do(public_id, act, "plan.kept")


@bp.post("/<public_id>/plan/goals/<int:goal_id>/steps")
@may(Permission.ANSWER_CLIENTS)
def add_step(public_id: str, goal_id: int) -> Response | tuple[str, int]:
    def act(session: Session, contact: Contact) -> None:
        plans.add_step(
            session, the_line(), contact, _goal(session, contact, goal_id), words=_given("words"),
            who=_given("who"), due_on=_day("due_on"), by=viewer().id, now=the_line().now(),
        )  # fmt: skip

    return _do(public_id, act, "plan.step_added")


@bp.post("/<public_id>/plan/steps/<int:step_id>")
@may(Permission.ANSWER_CLIENTS)
def set_step(public_id: str, step_id: int) -> Response | tuple[str, int]:
    """Done, dropped, or texted by the line once a week until it is done."""

    def act(session: Session, contact: Contact) -> None:
        step, line = _step(session, contact, step_id), the_line()
        if _given("act") == "text":
            _text(session, contact, step)
        elif _given("act") in ("done", "dropped"):
            plans.finish_step(session, step, _given("act"), viewer().actor, "staff", line.now())
        else:
            raise plans.PlanError("plan.problem.form")

    return _do(public_id, act, "plan.kept")


def _text(session: Session, contact: Contact, step: GoalStep) -> None:
    line = the_line()
    if not safe.says_yes(session, contact.id, "check_ins"):
        raise plans.PlanError("plan.problem.no_yes")
    if telling_words(plans.words_of(line, contact, step)):
        raise plans.PlanError("plan.problem.telling")
    every = _given("every") if _given("every") in EVERY else "week"
    tomorrow = line.local(line.now()).date() + timedelta(days=1)
    plans.text_step(
        session, line, contact, step, every=every, first_on=tomorrow, by=viewer().id,
        now=line.now(),
    )  # fmt: skip


@bp.post("/<public_id>/plan/next")
@may(Permission.ANSWER_CLIENTS)
def next_plan(public_id: str) -> Response | tuple[str, int]:
    """Proposes the second plan by text, notes a yes heard in person, or closes it."""

    def act(session: Session, contact: Contact) -> None:
        found, now, how = plans.open_exit(session, contact.id), the_line().now(), _given("how")
        if how == "close" and found is not None:
            found.closed_at = now
        elif how in ("text", "in_person") and (found is None or found.client_at is None):
            _propose(session, contact, found, how)
        else:
            raise plans.PlanError("plan.problem.form")
        note(session, now, viewer().actor, "next_plan", contact_id=contact.id, detail=how)

    return _do(public_id, act, "plan.kept")


def _propose(session: Session, contact: Contact, found: ExitPlan | None, how: str) -> None:
    line, now = the_line(), the_line().now()
    if found is None:
        found = ExitPlan(contact_id=contact.id, asked_by=viewer().id, asked_at=now)
        session.add(found)
    if how == "in_person":
        found.client_how, found.client_at = how, now
        return
    until = now + asking.USEFUL
    question = asking.next_plan_question()
    reason = asking.put(session, line, contact, "next_plan", question, now, until)
    if reason is not None:
        raise plans.PlanError("plan.problem.not_sent")


@bp.post("/<public_id>/plan/goals/<int:goal_id>/check")
@may(Permission.ANSWER_CLIENTS)
def agree_check(public_id: str, goal_id: int) -> Response | tuple[str, int]:
    """A day for the four questions about one goal."""

    def act(session: Session, contact: Contact) -> None:
        line, on = the_line(), _day("on")
        today = line.local(line.now()).date()
        if on is None or not today <= on <= today + FAR:
            raise plans.PlanError("plan.problem.day")
        due_at = instant(datetime.combine(on, ASK_HOUR), line.config.zone)
        goal = _goal(session, contact, goal_id)
        asking.agree(session, contact, goal.id, due_at, viewer().id, line.now())

    return _do(public_id, act, "plan.check_agreed")


@bp.post("/<public_id>/plan/goals/<int:goal_id>/stage")
@may(Permission.ANSWER_CLIENTS)
def set_stage(public_id: str, goal_id: int) -> Response | tuple[str, int]:
    """The worker's word on the stage; what the questions proposed is only that."""

    def act(session: Session, contact: Contact) -> None:
        goal = _goal(session, contact, goal_id)
        given = (_given("stage"), _given("level"), _given("why"))
        if (
            given[0] not in stages.STAGES
            or given[1] not in stages.LEVELS
            or given[2] not in plan_view.REASONS
        ):
            raise plans.PlanError("plan.problem.form")
        changes.change_stage(session, goal, *given, viewer().id, the_line().now())

    return _do(public_id, act, "plan.kept")


def _do(public_id: str, act: plan_view.Act, said: str) -> Response | tuple[str, int]:
    """One change in one transaction under the client's lock; a problem is shown, nothing kept."""
    line = the_line()
    try:
        with line.database.write() as session:
            contact, _ = threads.find(session, public_id) or abort(404)
            act(session, locked(session, contact.id))
    except plans.PlanError as error:
        return _page(public_id, t(str(error))), 422
    except MendableError:
        return _page(public_id, t("missing.erased")), 422
    line.wake.now()
    flash(t(said))
    return redirect(url_for("panel.plan.show", public_id=public_id), 303)


def _goal(session: Session, contact: Contact, goal_id: int) -> Goal:
    found = session.scalar(
        select(Goal).where(Goal.id == goal_id, Goal.contact_id == contact.id).with_for_update()
    )
    return found or abort(404)


def _step(session: Session, contact: Contact, step_id: int) -> GoalStep:
    found = session.scalar(
        select(GoalStep)
        .where(GoalStep.id == step_id, GoalStep.contact_id == contact.id, GoalStep.state == "open")
        .with_for_update()
    )
    return found or abort(404)


def _given(name: str) -> str:
    return " ".join(request.form.get(name, "").split())


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(_given(name))
    except ValueError:
        return None


def _page(public_id: str, problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        context = plan_view.of(session, line, contact)
    note_reading(contact, "read_plan")
    return render_template(
        "panel/plan.html", contact=contact, problem=problem, areas=areas.AREAS, who_all=plans.WHO,
        milestones=areas.MILESTONES, themes=areas.THEMES,
        stages=stages.STAGES, levels=stages.LEVELS, reasons=plan_view.REASONS,
        today=line.local(line.now()).date(), **context,
    )  # fmt: skip
