"""Which date a digit means: the one reminded of, until it begins; two possible are asked back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, or_, select

from bot import questions
from bot.case import Case
from bot.checkins.writing import FLOWS as CHECK_INS
from bot.language.answers import AnswerKind
from bot.reminders import planning
from bot.reminders.writing import FLOW
from records import rows
from records.models import (
    Appointment,
    Event,
    Message,
    Occurrence,
    Question,
    Reminder,
    WaitingPlace,
)
from records.models.bookings import BOOKED, SENT, WAITING
from records.models.messages import ACCEPTED

DIGITS = ("1", "2", "3")
_SPOKEN = {AnswerKind.YES: "1", AnswerKind.NO: "2"}
#: A digit so long after the start is about something else.
REMEMBERED = timedelta(days=1)
LONG_AGO = timedelta(days=31)
LAPSED = "lapsed"
_OTHERS = (planning.OFFER, planning.MISSED)
#: In the middle of another conversation a digit may still be about that.
JUST_NOW = timedelta(minutes=30)

Onward = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class _Asked:
    """A seat whose date was reminded of, newest reminder first."""

    appointment_id: int
    message_id: int
    kind: str
    starts_at: datetime
    is_answered: bool
    is_lapsed: bool = False
    still_waits: bool = False


def heed(case: Case) -> Onward | None:
    """As `meant`; the reminder's question that waited is answered by it."""
    found = meant(case)
    if found is not None and case.waiting is not None and case.waiting.flow == FLOW:
        questions.close(case.session, case.waiting, "answered", case.now)
    return found


def meant(case: Case) -> Onward | None:
    """The step of the reminder's flow that this digit goes to, or None: it is about the question
    that waits, or about nothing of ours."""
    digit = _digit(case)
    if digit is None or case.has_alert:
        return None
    waiting = case.waiting
    asked = _asked(case)
    open_ = [one for one in asked if one.starts_at > case.now and not one.is_lapsed]
    newest = asked[0] if asked else None
    if newest is not None and newest not in open_ and _came_after(newest, waiting):
        # Nothing was asked since: it is about that one, and must not answer an older question.
        return _too_late(case, newest)
    if waiting is None:
        return _without_question(digit, open_)
    if waiting.flow == FLOW:
        return _of_reminder(case, waiting, digit, open_)
    unanswered = [one for one in open_ if not one.is_answered]
    if waiting.flow in CHECK_INS and digit != "3" and unanswered:
        # "3 not ok" is never held up by a question; 1 and 2 can wait for the answer.
        return _which(unanswered, digit, other=True)
    return None


def _too_late(case: Case, newest: _Asked) -> Onward:
    if newest.is_lapsed and newest.still_waits and newest.starts_at > case.now:
        # The date moved, and the offer with it: they wait for the other day now.
        return "waits", {"when": case.line.local(newest.starts_at).isoformat()}
    return ("gone", {}) if newest.is_lapsed else ("over", {"kind": newest.kind})


def _digit(case: Case) -> str | None:
    answer = case.answer()
    if answer is None:
        return None
    if answer.digit is None and case.waiting is None:
        return None  # "ok" on its own is no answer to anything
    digit = answer.digit or _SPOKEN.get(answer.kind)
    return digit if digit in DIGITS else None


def _came_after(one: _Asked, waiting: Question | None) -> bool:
    return waiting is None or one.message_id > waiting.message_id


def _without_question(digit: str, open_: list[_Asked]) -> Onward | None:
    if len(open_) > 1:
        return _which(open_, digit)
    if open_:
        return "answered", {"appointment": open_[0].appointment_id, "meant": digit}
    return None


def _of_reminder(case: Case, waiting: Question, digit: str, open_: list[_Asked]) -> Onward | None:
    if waiting.step != "answered":
        return None
    here = [one for one in open_ if one.message_id == waiting.message_id]
    others = [one for one in open_ if one not in here and not one.is_answered]
    is_busy = _interrupted(case, waiting, digit)
    return _which([*here, *others], digit, other=is_busy) if others or is_busy else None


def _which(open_: list[_Asked], digit: str, *, other: bool = False) -> Onward:
    return "which", {"ids": [o.appointment_id for o in open_], "meant": digit, "other": other}


def _interrupted(case: Case, waiting: Question, digit: str) -> bool:
    """Did the reminder come while another question waited that this digit answers too?

    A check-in waits for days: until it is answered, its digits are no more a date's than its own.
    """
    earlier = case.session.scalars(
        select(Question).where(
            Question.contact_id == case.contact.id,
            Question.closed_at.is_(None),
            Question.expires_at > case.now,
            Question.flow != FLOW,
            Question.id < waiting.id,
            or_(Question.asked_at > waiting.asked_at - JUST_NOW, Question.flow.in_(CHECK_INS)),
        )
    )
    return any(digit in question.choices.split(",") for question in earlier)


_STILL_WAITS = exists().where(
    WaitingPlace.contact_id == Appointment.contact_id,
    WaitingPlace.occurrence_id == Appointment.occurrence_id,
    WaitingPlace.state == WAITING,
)
# Built once: every digit that a client texts asks for it.
_ASKED = (
    select(
        Appointment.id,
        Appointment.contact_id,
        Reminder.message_id,
        Event.kind,
        Occurrence.starts_at,
        Appointment.rsvp,
        Appointment.state,
        _STILL_WAITS.label("still_waits"),
    )
    .join(Reminder, Reminder.appointment_id == Appointment.id)
    .join(Message, Message.id == Reminder.message_id)
    .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
    .join(Event, Event.id == Occurrence.event_id)
    .where(
        Appointment.contact_id.in_(bindparam("contacts", expanding=True)),
        or_(
            and_(Appointment.state == BOOKED, Reminder.step.not_in(_OTHERS)),
            and_(Appointment.state == LAPSED, Reminder.step == planning.OFFER),
        ),
        Occurrence.state == "planned",
        Occurrence.starts_at > bindparam("begun"),
        Reminder.state == SENT,
        or_(Reminder.revision == Occurrence.revision, Appointment.state == LAPSED),
        Reminder.settled_at > bindparam("told"),
        Message.state.in_(ACCEPTED),
    )
    .order_by(Reminder.message_id.desc())
)


def _asked(case: Case) -> list[_Asked]:
    """Seats of theirs that a reminder reached them about, one each, newest first."""
    since = {"begun": case.now - REMEMBERED, "told": case.now - LONG_AGO}
    found: dict[int, _Asked] = {}
    for row in rows.look_for(case.session, _ASKED, case.contact.id, since):
        is_answered, is_lapsed = row.rsvp is not None, row.state == LAPSED
        one = _Asked(
            row.id, row.message_id or 0, row.kind, row.starts_at, is_answered, is_lapsed,
            row.still_waits,
        )  # fmt: skip
        found.setdefault(one.appointment_id, one)
    return list(found.values())
