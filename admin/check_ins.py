"""What is agreed with a client about asking how they are, and how they said they were."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import plots, threads
from admin.access import may, names_of, viewer
from admin.conversations import note_reading
from admin.items import mask_of
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import safe
from bot.checkins import plans
from bot.checkins.schedule import CARING, EVERY
from bot.discreet import telling_words
from bot.effects import CONSENT_VERSION
from bot.line import Line
from bot.people import locked
from records.audit import note
from records.errors import MendableError
from records.models import CheckIn, CheckPlan, Consent, Contact

bp = Blueprint("check_ins", __name__, url_prefix="/conversations")
LONGEST_STEP = 80
SHOWN = 30
FAR, BACK = timedelta(days=366), timedelta(days=62)
#: Hours (wall time) among which the text may be set; the client's own safe hours still hold.
HOURS = range(10, 21)


@bp.get("/<public_id>/check-ins")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> str:
    return _page(public_id)


@bp.post("/<public_id>/check-ins")
@may(Permission.ANSWER_CLIENTS)
def agree(public_id: str) -> Response | tuple[str, int]:
    line = the_line()
    terms, problem = _terms(line)
    with line.database.write() as session:
        contact = _found(session, public_id)
        problem = problem or _consent(session, line, contact)
        if problem is None:
            plans.agree(session, line, contact, terms, line.now())
    if problem is not None:
        return _page(public_id, problem=problem), 422
    line.wake.now()
    flash(t("check_in.agreed"))
    return redirect(url_for("panel.check_ins.show", public_id=public_id), 303)


@bp.post("/<public_id>/check-ins/<int:plan_id>/end")
@may(Permission.ANSWER_CLIENTS)
def end(public_id: str, plan_id: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        contact = _found(session, public_id)
        plan = session.get(CheckPlan, plan_id)
        if plan is None or plan.contact_id != contact.id or plan.ended_at is not None:
            abort(404)
        plans.end(session, plan, "staff", line.now(), viewer().actor)
    flash(t("check_in.ended"))
    return redirect(url_for("panel.check_ins.show", public_id=public_id), 303)


def _page(public_id: str, problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        live = plans.live(session, contact.id)
        past = [(row, kind) for row, kind in session.execute(_past(contact.id))]
        address = threads.address_of(session, contact)
        context = {
            "who": mask_of(line, contact, address) if address else "",
            "live": [(plan, _step(line, contact, plan)) for plan in live],
            "names": names_of(session, line, {plan.agreed_by for plan in live if plan.agreed_by}),
            "says_yes": safe.says_yes(session, contact.id, "check_ins"),
        }
    note_reading(contact, "read_check_ins")
    return render_template(
        "panel/check_ins.html",
        contact=contact,
        past=past,
        points=plots.moods([row for row, kind in past if kind == plans.HOW]),
        plot=plots,
        problem=problem,
        every=EVERY,
        hours=HOURS,
        today=line.local(line.now()).date(),
        **context,
    )


def _past(contact_id: int) -> Select[CheckIn, str]:
    return (
        select(CheckIn, CheckPlan.kind)
        .join(CheckPlan, CheckPlan.id == CheckIn.plan_id)
        .where(CheckIn.contact_id == contact_id)
        .order_by(CheckIn.id.desc())
        .limit(SHOWN)
    )


def _found(session: Session, public_id: str) -> Contact:
    contact, _ = threads.find(session, public_id) or abort(404)
    return locked(session, contact.id)


def _terms(line: Line) -> tuple[plans.Terms, str | None]:
    """What the form says, and the name of what is wrong with it."""
    given = {name: value.strip() for name, value in request.form.items()}
    kind, every = given.get("kind", ""), given.get("every", "")
    today, hour = line.local(line.now()).date(), request.form.get("hour", 13, int)
    on = _day(given.get("on", ""))
    words = " ".join(given.get("step", "").split())
    problem = None
    if kind not in plans.KINDS or (kind != CARING and every not in EVERY) or hour not in HOURS:
        problem = "wrong"
    elif on is None or not (today - BACK if kind == CARING else today) <= on <= today + FAR:
        problem = "day"
    elif kind == plans.GOAL and not 0 < len(words) <= LONGEST_STEP:
        problem = "step"
    elif kind == plans.GOAL and telling_words(words):
        problem = "telling"
    birthday = given.get("birthday") or None
    if kind == CARING and birthday is not None and not _is_birthday(birthday):
        problem = problem or "birthday"
    terms = plans.Terms(
        kind,
        CARING if kind == CARING else every,
        on or today,
        hour * 60,
        words=words if kind == plans.GOAL else None,
        birthday=birthday if kind == CARING else None,
        agreed_by=viewer().id,
    )
    return terms, problem


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _is_birthday(written: str) -> bool:
    try:
        datetime.strptime(f"2020-{written}", "%Y-%m-%d")  # noqa: DTZ007 - a day, not an instant
    except ValueError:
        return False
    return True


def _consent(session: Session, line: Line, contact: Contact) -> str | None:
    """A worker may say yes for a client only where the client has said so to them."""
    if safe.says_yes(session, contact.id, "check_ins"):
        return None
    if request.form.get("said_yes") != "1":
        return "no_yes"
    session.add(
        Consent(
            contact_id=contact.id,
            purpose="check_ins",
            given=True,
            version=CONSENT_VERSION,
            language="en",
            how="staff",
            at=line.now(),
            recorded_by=viewer().id,
        )
    )
    note(
        session, line.now(), viewer().actor, "consent", contact_id=contact.id,
        detail="check_ins:yes told to staff",
    )  # fmt: skip
    return None


def _step(line: Line, contact: Contact, plan: CheckPlan) -> str:
    try:
        return plans.opened(line, contact, plan, "words") or ""
    except MendableError:
        return t("missing.erased")
