"""Rings a worker, says which item waits, and takes a pressed key for a yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import VoiceResponse

from bot import keypad
from bot.engine import Text
from bot.escalation import holding, roster
from bot.escalation.calls import own_id
from bot.escalation.holding import Taken
from bot.escalation.telling import words
from bot.keypad import hang_up, twiml
from bot.line import Line
from bot.signatures import Signatures
from records.models import Escalation, Message, Page, Staff
from records.models.messages import State

MACHINES = ("machine", "fax")


def create(line: Line) -> Blueprint:
    """POST /voice/page, what a ringing worker hears, and /voice/keys, what they pressed."""
    bp = Blueprint("voice", __name__, url_prefix="/voice")
    signatures = Signatures(line.config)

    @bp.before_request
    def only_the_carrier() -> None:
        if not signatures.is_genuine():
            abort(403)

    @bp.post("/page")
    def page() -> Response:
        if request.form.get("AnsweredBy", "").startswith(MACHINES):
            return twiml(hang_up())  # a machine takes no item; whoever hears it later is late
        return _on_page(line, lambda s, row, alert: _ask(line, s, row, alert))

    @bp.post("/keys")
    def keys() -> Response:
        digits = request.form.get("Digits", "")
        return _on_page(line, lambda s, row, alert: _pressed(line, s, row, alert, digits))

    return bp


def _on_page(line: Line, act: Callable[[Session, Page, Escalation], VoiceResponse]) -> Response:
    """Answers within one transaction: what is said is true only once it is kept."""
    message_id = own_id(request.args.get("m"))
    if message_id is None:
        return twiml(hang_up())
    with line.database.write() as session:
        row = session.scalar(select(Page).where(Page.message_id == message_id))
        staff = session.get(Staff, row.staff_id or 0) if row else None
        if row is None or row.escalation_id is None or not roster.may_answer(staff):
            return twiml(hang_up())
        answer = act(session, row, holding.held(session, row.escalation_id))
    line.wake.now()
    return twiml(answer)


def _ask(line: Line, session: Session, row: Page, alert: Escalation) -> VoiceResponse:
    if request.form.get("AnsweredBy", "human") == "human":
        _proven(session, row, line.now())
    if alert.state != holding.OPEN:
        return _taken(line, session, alert)
    return _question(line, row, alert)


def _question(line: Line, row: Page, alert: Escalation) -> VoiceResponse:
    text_id = "page.voice_drill" if alert.is_drill else "page.voice"
    spoken = words(line, text_id, number=alert.number or 0)
    return keypad.ask(VoiceResponse(), spoken, f"/voice/keys?m={row.message_id}")


def _pressed(
    line: Line, session: Session, row: Page, alert: Escalation, digits: str
) -> VoiceResponse:
    _proven(session, row, line.now())
    if digits != keypad.YES_KEY:
        return _question(line, row, alert)
    came = holding.take(session, line, alert, row.staff_id or 0, "voice", line.now())
    if came in (Taken.YOURS, Taken.YOURS_ALREADY):
        return _say(line, "page.voice_acknowledged", alert)
    return _taken(line, session, alert)


def _proven(session: Session, row: Page, now: datetime) -> None:
    """A person picked up."""
    row.proven_at = row.proven_at or now
    message = session.get(Message, row.message_id, with_for_update=True)
    if message is not None:
        message.state, message.final_at = State.DELIVERED, message.final_at or now


def _taken(line: Line, session: Session, alert: Escalation) -> VoiceResponse:
    who = holding.who_has(session, line, alert, line.now())
    return _say(line, "page.taken_by_other", alert, who=who)


def _say(line: Line, text_id: str, alert: Escalation, **params: Text) -> VoiceResponse:
    answer = VoiceResponse()
    answer.say(words(line, text_id, number=alert.number or 0, **params))
    return answer
