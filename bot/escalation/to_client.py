"""What someone in danger hears: calm and short, numbers that fit, one question, what is next."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import directory, outbox
from bot.case import Case, locale_of
from bot.effects import say
from bot.engine import Text, When
from bot.escalation import ladder, roster
from bot.line import Line
from records.models import Contact, Escalation, Message
from records.models.messages import Lane
from records.rows import Kept

PURPOSE = "urgent_reply"
#: A text such as "?" is answered at most once in so long: nobody is to be talked at.
NOTED_AGAIN = timedelta(minutes=10)


def first_reply(case: Case, alert: Escalation, kind: str, *, needs_bed: bool = False) -> None:
    """Numbers, what happens next, and "are you safe right now?", before anything else.

    `needs_bed`: where to ask for a place tonight stands among the numbers, whatever the kind."""
    text_id = f"urgent.{kind}"
    if text_id not in case.line.texts.ids():
        text_id = "urgent.generic"
    text = Text(
        text_id,
        {
            "lines": lines(
                case.session, case.line, case.contact, kind, case.now, needs_bed=needs_bed
            ),
            "next": _next(case, alert),
        },
    )
    sent = say(case, text, lane=Lane.URGENT, purpose=PURPOSE)
    alert.reply_id = sent.id if sent else None
    alert.kinds = ",".join([*filter(None, alert.kinds.split(",")), kind])
    alert.silence_at = _may_page_at(
        case, alert, case.now + timedelta(minutes=ladder.SILENCE_MINUTES[alert.level])
    )
    alert.answer = alert.answered_at = None
    case.note("first_reply", kind)


def lines(
    session: Session,
    line: Line,
    contact: Contact,
    kind: str,
    now: datetime,
    *,
    needs_bed: bool = False,
) -> tuple[Text, ...]:
    """The lines of the directory that fit, in the client's way."""
    resources = directory.sendable(session, line.local(now).date())
    return directory.lines_for(kind, resources, locale_of(contact), needs_bed=needs_bed)


def _next(case: Case, alert: Escalation) -> Text:
    """Says what happens next, and honestly when nobody is there."""
    opens_at = _may_page_at(case, alert, case.now)
    if opens_at > case.now:
        return Text("urgent.next_at", {"when": When(case.line.local(opens_at))})
    on_call, _ = roster.now_on_call(case.session, case.line, case.now, alert.worker_id)
    if on_call.first is None:
        return Text("urgent.next_nobody")
    is_theirs = on_call.first == alert.worker_id
    return Text("urgent.next_worker" if is_theirs else "urgent.next_on_call")


def _may_page_at(case: Case, alert: Escalation, at: datetime) -> datetime:
    config = case.line.config
    return ladder.may_page_at(alert.pages_when, at, config.zone, config.staffed_hours)


def heard_answer(case: Case, alert: Escalation, *, is_safe: bool) -> None:
    """Confirms an answer to the question, shortly."""
    text_id = "urgent.answer_yes" if is_safe else "urgent.answer_no"
    say(case, Text(text_id), lane=Lane.URGENT, purpose=PURPOSE)


def noted(case: Case, alert: Escalation) -> None:
    """Says, now and then, that a person will read it."""
    if alert.noted_at is not None and case.now - alert.noted_at < NOTED_AGAIN:
        return
    alert.noted_at = case.now
    say(case, Text("urgent.noted"), lane=Lane.URGENT, purpose=PURPOSE)


def five_minutes(session: Session, line: Line, alert: Escalation, now: datetime) -> list[Kept]:
    """Nobody has picked up: says so, once, with the numbers again. Returns what was queued."""
    contact = session.get_one(Contact, alert.contact_id)
    source = session.get_one(Message, alert.message_id)
    text = Text("urgent.five_minutes", {"lines": lines(session, line, contact, alert.kind, now)})
    alert.told_at = now
    return [
        outbox.enqueue(
            session,
            line,
            contact=contact,
            address_id=source.address_id,
            body=part.body,
            purpose=PURPOSE,
            lane=Lane.URGENT,
            now=now,
            text_id=part.text_id,
            language=part.locale,
        )
        for part in line.texts.render(text, locale_of(contact), line.config.inuktitut_drafts)
    ]
