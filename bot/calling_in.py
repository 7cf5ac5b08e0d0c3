"""Somebody calls the line's number: 911 said first, the person on call rung, or a call back."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import VoiceResponse

from bot import call_rows, keypad, people, recordings
from bot.case import add_item
from bot.escalation import roster, unasked
from bot.escalation.calls import own_id
from bot.escalation.staff_texts import SENDER
from bot.escalation.telling import words
from bot.line import Line
from bot.outbox.carriers import SECOND, came_by
from bot.signatures import Signatures
from records.audit import note
from records.keystore import SYSTEM
from records.models import Message, Staff

#: Three rungs of 20 s: the first on call, the second, everyone. Then a number and a call back.
RING_SECONDS, RUNGS = 20, 3
#: A carrier rings at most ten numbers at once.
MOST_AT_ONCE = 10


def create(line: Line) -> Blueprint:
    """POST /voice/call and what follows it; GET /voice/recordings/SLOT.LANGUAGE.mp3."""
    bp = Blueprint("calling_in", __name__, url_prefix="/voice")
    signatures = Signatures(line.config)

    @bp.before_request
    def only_the_carrier() -> None:
        if request.method == "POST" and not signatures.is_genuine():
            abort(403)

    @bp.get("/recordings/<name>")
    def recording(name: str) -> Response:
        found = recordings.recording(line, *name.removesuffix(".mp3").partition(".")[::2])
        return Response(found.read_bytes(), mimetype="audio/mpeg") if found else abort(404)

    caller = _Caller(line)
    for path in ("call", "next", "back", "worker", "taken"):
        bp.add_url_rule(f"/{path}", path, getattr(caller, path), methods=["POST"])
    return bp


class _Caller:
    def __init__(self, line: Line) -> None:
        self.line = line

    def call(self) -> Response:
        """The phone is answered at once: danger first, then somebody is rung."""
        message_id = self._kept()
        answer = VoiceResponse()
        recordings.speak(self.line, answer, "danger")
        recordings.speak(self.line, answer, "greeting")
        if message_id is None:
            answer.hangup()  # a worker's own phone: nobody is rung by a colleague's mistake
            return keypad.twiml(answer)
        return keypad.twiml(self._ring(answer, message_id, 0))

    def next(self) -> Response:
        """Nobody of this rung took it, or the talk is over."""
        message_id, step = self._place()
        with self.line.database.read() as session:
            row = call_rows.of(session, message_id)
        if row is None:
            return self._farewell()
        if row.answered_by_id is not None or request.form.get("DialCallStatus") == "completed":
            return keypad.twiml(keypad.hang_up())
        return keypad.twiml(self._ring(VoiceResponse(), message_id, step))

    def worker(self) -> Response:
        """What a worker hears before they are connected: a machine presses nothing."""
        message_id, _ = self._place()
        action = f"/voice/taken?m={message_id}&w={request.args.get('w', '')}"
        answer = keypad.ask(VoiceResponse(), words(self.line, "page.call_in"), action)
        answer.hangup()
        return keypad.twiml(answer)

    def taken(self) -> Response:
        """A worker pressed a key: only the first with the right one is connected."""
        message_id, _ = self._place()
        staff_id = own_id(request.args.get("w"))
        if request.form.get("Digits") != keypad.YES_KEY or staff_id is None:
            return keypad.twiml(keypad.hang_up())
        with self.line.database.write() as session:
            row = call_rows.held(session, message_id)
            if not roster.may_answer(session.get(Staff, staff_id)):
                return keypad.twiml(keypad.hang_up())  # let go while their phone rang
            if row is None or row.answered_by_id not in (None, staff_id):
                return keypad.twiml(keypad.hang_up())
            row.answered_by_id = staff_id
            actor, now = f"staff:{staff_id}", self.line.now()
            subject = f"message:{row.id}"
            note(session, now, actor, "call_taken", contact_id=row.contact_id, subject=subject)
            unasked.spoke(session, self.line, row, staff_id, now)
        self.line.wake.now()
        return keypad.twiml(VoiceResponse())  # nothing more to say: they are connected

    def back(self) -> Response:
        """Whoever pressed 1 is called back: a person on call is paged like for an urgent text."""
        message_id, _ = self._place()
        answer = VoiceResponse()
        if request.form.get("Digits") == keypad.YES_KEY:
            with self.line.database.write() as session:
                row = call_rows.held(session, message_id)
                if row is None:
                    return self._farewell()
                unasked.ask_for_call(session, self.line, row, self.line.now())
            self.line.wake.now()
            recordings.speak(self.line, answer, "told")
        answer.hangup()
        return keypad.twiml(answer)

    def _farewell(self) -> Response:
        """A call that the records do not know, as after a restore: a number, never silence."""
        answer = VoiceResponse()
        recordings.speak(self.line, answer, "nobody")
        answer.hangup()
        return keypad.twiml(answer)

    def _ring(self, answer: VoiceResponse, message_id: int, step: int) -> VoiceResponse:
        with self.line.database.read() as session:
            while step < RUNGS and not (numbers := _numbers(session, self.line, step)):
                step += 1
        if step >= RUNGS:
            return self._nobody(answer, message_id)
        # The caller's number is hidden from the worker, and the worker's from the caller.
        ringing = answer.dial(
            timeout=RING_SECONDS,
            caller_id=self._own_number(),
            action=f"/voice/next?m={message_id}&s={step + 1}",
            method="POST",
        )
        for staff_id, number in numbers:
            ringing.number(number, url=f"/voice/worker?m={message_id}&w={staff_id}", method="POST")
        return answer

    def _own_number(self) -> str:
        """A number of the account by which the call came in: a carrier shows no other's."""
        config = self.line.config
        if config.second is not None and came_by(config, request.form) == SECOND:
            return config.second.sender
        return config.page_from or config.sender

    def _nobody(self, answer: VoiceResponse, message_id: int) -> VoiceResponse:
        with self.line.database.write() as session:
            row = session.get_one(Message, message_id)
            key = f"missed_call:{row.contact_id}"
            add_item(
                session, self.line.now(), "missed_call", "routine", row.contact_id, row.id, key
            )
        recordings.speak(self.line, answer, "nobody")
        if not call_rows.is_withheld(request.form.get("From", "")):
            english, french = (recordings.by_voice(self.line, "press", one) for one in ("en", "fr"))
            keypad.ask(answer, english or "", f"/voice/back?m={message_id}", french)
        answer.hangup()
        return answer

    def _place(self) -> tuple[int, int]:
        message_id = own_id(request.args.get("m"))
        if message_id is None:
            abort(400)
        step = request.args.get("s", "0")
        return message_id, int(step) if step.isdecimal() else RUNGS

    def _kept(self) -> int | None:
        """Keeps the call as a message of the caller's; None for a worker's phone."""
        sid, number = request.form.get("CallSid"), request.form.get("From", "")[:64]
        if not sid:
            abort(400, "CallSid is needed")
        is_withheld = call_rows.is_withheld(number)
        number = call_rows.WITHHELD if is_withheld else people.normal_number(number)
        with self.line.database.write() as session:
            known = session.scalar(select(Message.id).where(Message.carrier_sid == sid[:40]))
            if known is not None:
                return known
            index = self.line.vault.index("address.sms", number)
            if session.scalar(SENDER, {"phone": index}) is not None:
                return None
            asked = (session, self.line, "sms", number, self.line.now())
            person = people.who_speaks(*asked) or people.make(*asked)
            return call_rows.keep(session, self.line, person, sid[:40])


def _numbers(session: Session, line: Line, step: int) -> list[tuple[int, str]]:
    """Whom to ring at this rung, with their numbers; nobody twice running for an empty place."""
    on_call, _ = roster.now_on_call(session, line, line.now())
    chosen = {
        0: (on_call.first,),
        1: (on_call.second if on_call.second != on_call.first else on_call.supervisor,),
        2: on_call.everyone,
    }[step]
    found = []
    for staff_id in dict.fromkeys(one for one in chosen if one is not None):
        staff = session.get(Staff, staff_id)
        if staff is not None and staff.is_active and staff.phone_sealed is not None:
            where = f"staff.phone:{staff.id}"
            found.append((staff.id, line.vault.open(SYSTEM, where, staff.phone_sealed)))
    return found[:MOST_AT_ONCE]
