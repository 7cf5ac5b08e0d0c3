"""What keeps one client safe: their words, hours and wishes, and what the law asks of us."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import duties, threads
from admin.access import is_fresh, may, names_of, serious, viewer
from admin.conversations import note_reading
from admin.items import mask_of
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import erase, own_words, rights, watched
from bot.people import locked
from records.audit import note
from records.models import Consent, Contact, SafeHours

bp = Blueprint("safety", __name__, url_prefix="/conversations")
MINUTES = 60


@bp.get("/<public_id>/safety")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> str:
    return page(public_id)


def page(public_id: str, problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        address = threads.address_of(session, contact)
        wish = rights.open_of(session, contact.id)
        flags = duties.of_contact(session, line, contact)
        context = {
            "contact": contact,
            "who": mask_of(line, contact, address) if address else "",
            "words": {kind: bool(getattr(contact, c)) for kind, c in own_words.COLUMNS.items()},
            "hours": _hours(session, contact),
            "consents": _consents(session, contact),
            "wish": wish,
            "confirmed_by": names_of(session, line, {wish.confirmed_by or 0}) if wish else {},
            "obstacle": erase.obstacle(session, contact),
            "flags": flags,
            "checks": duties.CHECKS,
        }
    note_reading(contact, "read_safety")
    return render_template(
        "panel/safety.html", problem=problem, ways=rights.WAYS, is_fresh=is_fresh(), **context
    )


def _hours(session: Session, contact: Contact) -> list[tuple[str, str, str]]:
    own = select(SafeHours).where(SafeHours.contact_id == contact.id)
    rows = session.scalars(own.order_by(SafeHours.days, SafeHours.from_minute)).all()
    return [(_days(row.days), _clock(row.from_minute), _clock(row.until_minute)) for row in rows]


def _days(days: int) -> str:
    return " ".join(t(f"safety.day.{n}") for n in range(7) if days & 1 << n)


def _clock(minute: int) -> str:
    return f"{minute // MINUTES:02}:{minute % MINUTES:02}"


def _consents(session: Session, contact: Contact) -> list[Consent]:
    return list(
        session.scalars(
            select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.id.desc())
        )
    )


@bp.post("/<public_id>/safety/word")
@may(Permission.ANSWER_CLIENTS)
def word(public_id: str) -> Response | tuple[str, int]:
    """A word that the client chose together with a worker. Nobody can read it afterwards."""
    line, kind = the_line(), request.form.get("kind", "")
    chosen = request.form.get("word", "")
    if kind not in own_words.COLUMNS:
        abort(404)
    with line.database.write() as session:
        contact = held(session, public_id)
        problem = own_words.problem_with(line, contact, kind, chosen)
        if problem is None:
            own_words.keep(line, contact, kind, chosen, line.now())
            actor = viewer().actor
            note(session, line.now(), actor, "own_word_set", contact_id=contact.id, detail=kind)
    if problem is not None:
        return page(public_id, problem=f"safety.word_{problem}"), 422
    flash(t("safety.word_kept"))
    return back(public_id)


@bp.post("/<public_id>/safety/known")
@may(Permission.ANSWER_CLIENTS)
def known(public_id: str) -> Response:
    """The worker spoke with the client: this phone is in their hands, and safe or not."""
    line, now = the_line(), the_line().now()
    safe = request.form.get("safe", "")
    if request.form.get("spoken") != "1" or safe not in ("yes", "no"):
        flash(t("rights.not_spoken"))
        return back(public_id)
    with line.database.write() as session:
        contact = held(session, public_id)
        contact.doubted_at, contact.wrong_codes = None, 0
        contact.safe_to_text, contact.safe_asked_at = safe, now
        actor = viewer().actor
        note(session, now, actor, "phone_is_theirs", contact_id=contact.id, detail=safe)
    flash(t("safety.known"))
    return back(public_id)


@bp.post("/<public_id>/safety/watched")
@may(Permission.ANSWER_CLIENTS)
def watch(public_id: str) -> Response:
    """Somebody else reads this phone; that nobody does any more, only the client can have said."""
    line, is_watched = the_line(), request.form.get("watched") == "1"
    if not is_watched and request.form.get("spoken") != "1":
        flash(t("rights.not_spoken"))
        return back(public_id)
    with line.database.write() as session:
        contact = held(session, public_id)
        watched.mark(session, contact, is_watched=is_watched)
        act = "phone_watched" if is_watched else "phone_not_watched"
        note(session, line.now(), viewer().actor, act, contact_id=contact.id)
    flash(t("safety.known"))
    return back(public_id)


@bp.post("/<public_id>/safety/hold")
@may(Permission.LEGAL_HOLD)
@serious
def hold(public_id: str) -> Response:
    """Keeps everything of this client, or lets the usual rules hold again."""
    line, now = the_line(), the_line().now()
    is_on = request.form.get("hold") == "1"
    with line.database.write() as session:
        contact = held(session, public_id)
        contact.legal_hold_at = (contact.legal_hold_at or now) if is_on else None
        act = "legal_hold" if is_on else "legal_hold_ended"
        note(session, now, viewer().actor, act, contact_id=contact.id)
    flash(t("safety.hold_on" if is_on else "safety.hold_off"))
    return back(public_id)


def held(session: Session, public_id: str) -> Contact:
    """The client's row, held; 404 for nobody or somebody erased."""
    found, _ = threads.find(session, public_id) or abort(404)
    contact = locked(session, found.id)
    if contact.erased_at is not None:
        abort(404)
    return contact


def back(public_id: str) -> Response:
    return redirect(url_for("panel.safety.show", public_id=public_id), 303)
