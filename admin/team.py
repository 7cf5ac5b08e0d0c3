"""Who works here, for supervisors: invited, given a role, disabled, and what they have learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import personnel, practice, sessions
from admin.access import may, serious, viewer
from admin.personnel import Person, StaffError
from admin.roles import ROLES, Permission
from admin.show import masked, the_line
from admin.show_times import a_day
from admin.strings import t
from bot import training
from bot.line import Line
from records.audit import note
from records.keystore import SYSTEM
from records.models import Staff, Training, TrainingException

bp = Blueprint("team", __name__, url_prefix="/team")
LONGEST = 400
#: Supervisors are made by the operator's command, so that it takes two people.
GIVEN_HERE = tuple(role for role in ROLES if role != personnel.SUPERVISOR)


@dataclass(frozen=True)
class Member:
    """One worker as the page shows them. `phone` is masked, or empty."""

    key: str
    name: str
    login: str
    role: str
    state: str
    phone: str
    lacking: tuple[str, ...]


@bp.get("")
@may(Permission.MANAGE_STAFF)
def index() -> str:
    return _list()


def _list(problem: str | None = None) -> str:
    line = the_line()
    today = line.local(line.now()).date()
    with line.database.read() as session:
        rows = session.scalars(
            select(Staff).order_by(Staff.is_active.desc(), Staff.created_at, Staff.id)
        )
        members = [_member(session, line, row, today) for row in rows]
    return render_template(
        "panel/team.html", members=members, roles=GIVEN_HERE, problem=problem, typed=request.form
    )


def _member(session: Session, line: Line, row: Staff, today: date) -> Member:
    phone = row.phone_sealed
    opened = line.vault.open(SYSTEM, f"staff.phone:{row.id}", phone) if phone else None
    return Member(
        key=row.public_id,
        name=line.vault.open(SYSTEM, f"staff.name:{row.id}", row.name_sealed),
        login=personnel.login_of(line, row),
        role=row.role,
        state=personnel.state_of(session, row),
        phone=masked(opened) if opened else "",
        lacking=training.needed_for_shift(session, row.id, today),
    )


@bp.post("")
@may(Permission.MANAGE_STAFF)
@serious
def invite() -> Response | str | tuple[str, int]:
    line, form = the_line(), request.form
    given = (form.get(name, "").strip() for name in ("login", "name", "role", "phone", "email"))
    person = Person(*given)
    if person.role not in GIVEN_HERE:
        return _list("role"), 422
    try:
        with line.database.write() as session:
            token = personnel.invite(session, line, person, viewer().actor, line.now())
    except StaffError as error:
        return _list(error.name), 422
    return _link(personnel.link_address(line, token), person.name)


def _link(address: str, name: str) -> str:
    """Shown once, to be handed over in person: whoever has it signs in as that worker."""
    return render_template("panel/team_link.html", address=address, name=name)


@bp.get("/<key>")
@may(Permission.MANAGE_STAFF)
def show(key: str) -> str:
    return _one(key)


def _one(key: str, problem: str | None = None) -> str:
    line = the_line()
    today = line.local(line.now()).date()
    with line.database.read() as session:
        row = _found(session, key)
        exception = session.scalar(
            select(TrainingException.until_on)
            .where(TrainingException.staff_id == row.id, TrainingException.until_on >= today)
            .order_by(TrainingException.until_on.desc(), TrainingException.id.desc())
        )
        return render_template(
            "panel/team_one.html",
            one=_member(session, line, row, today),
            courses=session.scalars(
                select(Training)
                .where(Training.staff_id == row.id)
                .order_by(Training.topic, Training.until_on.desc(), Training.id.desc())
            ).all(),
            topics=training.TOPICS,
            exception=exception,
            practised=practice.runs_of(session, row.id),
            roles=GIVEN_HERE,
            today=today,
            problem=problem,
        )


def _found(session: Session, key: str) -> Staff:
    return session.scalar(select(Staff).where(Staff.public_id == key)) or abort(404)


def _change(
    key: str, act: Callable[[Session, Staff], None], said: str
) -> Response | tuple[str, int]:
    try:
        with the_line().database.write() as session:
            act(session, _found(session, key))
    except StaffError as error:
        return _one(key, error.name), 422
    flash(t(said))
    return redirect(url_for("panel.team.show", key=key), 303)


@bp.post("/<key>/role")
@may(Permission.MANAGE_STAFF)
@serious
def role(key: str) -> Response | tuple[str, int]:
    line, wish = the_line(), request.form.get("role", "")
    if wish not in GIVEN_HERE:
        abort(404)

    def act(session: Session, row: Staff) -> None:
        personnel.change_role(session, line, row, wish, viewer().actor, line.now())

    return _change(key, act, "team.role_changed")


@bp.post("/<key>/disable")
@may(Permission.MANAGE_STAFF)
@serious
def disable(key: str) -> Response | tuple[str, int]:
    line = the_line()

    def act(session: Session, row: Staff) -> None:
        personnel.disable(session, line, row, viewer().actor, line.now())

    done = _change(key, act, "team.disabled")
    line.wake.now()
    return done


@bp.post("/<key>/link")
@may(Permission.MANAGE_STAFF)
@serious
def link(key: str) -> str | tuple[str, int]:
    line = the_line()
    try:
        with line.database.write() as session:
            row = _found(session, key)
            # Whoever has the link is that person: an equal cannot take a supervisor's place.
            if row.role == personnel.SUPERVISOR:
                raise StaffError("supervisor_link", "only the operator's command makes that link.")
            token = personnel.new_link(session, line, row, viewer().actor, line.now())
            name = line.vault.open(SYSTEM, f"staff.name:{row.id}", row.name_sealed)
    except StaffError as error:
        return _one(key, error.name), 422
    return _link(personnel.link_address(line, token), name)


@bp.post("/<key>/sign-out")
@may(Permission.MANAGE_STAFF)
@serious
def sign_out(key: str) -> Response | tuple[str, int]:
    line = the_line()

    def act(session: Session, row: Staff) -> None:
        sessions.end_all(session, row.id, line.now())
        note(session, line.now(), viewer().actor, "sign_out_staff", subject=f"staff:{row.id}")

    return _change(key, act, "team.signed_out")


@bp.post("/<key>/training")
@may(Permission.MANAGE_STAFF)
def train(key: str) -> Response | tuple[str, int]:
    line, topic = the_line(), request.form.get("topic", "")
    until = a_day(request.form.get("until"))
    if topic not in training.TOPICS:
        abort(404)
    if until is None:
        return _one(key, "date"), 422

    def act(session: Session, row: Staff) -> None:
        training.keep(session, row.id, topic, until, viewer().actor, line.now())

    return _change(key, act, "team.training_kept")


@bp.post("/<key>/exception")
@may(Permission.MANAGE_STAFF)
@serious
def let_off(key: str) -> Response | tuple[str, int]:
    line = the_line()
    until, why = a_day(request.form.get("until")), request.form.get("why", "").strip()[:LONGEST]
    today = line.local(line.now()).date()
    if until is None or not why or not 0 <= (until - today).days <= training.LONGEST_EXCEPTION:
        return _one(key, "exception"), 422

    def act(session: Session, row: Staff) -> None:
        if row.id == viewer().id:
            raise StaffError("own_exception", "nobody lets themselves off.")
        training.let_off(session, line, row.id, until, why, viewer().id, line.now())

    return _change(key, act, "team.let_off")
