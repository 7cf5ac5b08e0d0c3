"""What someone in danger hears: calm and short, numbers that fit, one question, what is next."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import directory
from bot.case import Case, locale_of
from bot.effects import say
from bot.engine import Text, When
from bot.escalation import ladder, phones, roster
from bot.line import Line
from bot.saying import say_to
from records.models import Contact, Escalation, Message
from records.models.messages import Lane
from records.rows import Kept

PURPOSE = "urgent_reply"
#: Whoever waits for a person hears at most once in so long that they are heard: nobody is to be
#: talked at, and nobody left to think that nothing came through.
NOTED_AGAIN = timedelta(minutes=5)
#: What they go on telling is not interrupted: what was said so shortly before still stands.
STILL_SAID = timedelta(minutes=2)


#: Any text said in an alert: is there one in a client's language?
_ANY = Text("urgent.noted")
#: Kinds whose reply is a heading for lines: without a line that may be sent it would name nothing.
HEADINGS = frozenset({"housing"})


def first_reply(case: Case, alert: Escalation, kind: str, *, needs_bed: bool = False) -> None:
    """Numbers, what happens next, and "are you safe right now?", before anything else.

    `needs_bed`: where to ask for a place tonight stands among the numbers, whatever the kind."""
    found = lines(case.session, case.line, case.contact, kind, case.now, needs_bed=needs_bed)
    has_own = f"urgent.{kind}" in case.line.texts.ids() and (found or kind not in HEADINGS)
    text_id = f"urgent.{kind}" if has_own else "urgent.generic"
    text = Text(text_id, {"lines": found, "next": _next(case, alert, has_lines=bool(found))})
    alert.reply_id = say(case, text, lane=Lane.URGENT, purpose=PURPOSE).id
    # Each once: the column is short, and an item may stay open for days.
    if kind not in alert.kinds.split(","):
        alert.kinds = f"{alert.kinds},{kind}".lstrip(",")
    alert.silence_at = _may_page_at(
        case.line, alert, case.now + timedelta(minutes=ladder.SILENCE_MINUTES[alert.level])
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


def _next(case: Case, alert: Escalation, *, has_lines: bool) -> Text:
    """Says what happens next, and honestly when nobody is there."""
    opens_at = _may_page_at(case.line, alert, case.now)
    (on_call, *_), _ = roster.for_alert(case.session, case.line, alert, case.now)
    if opens_at > case.now:
        # Somebody may be on call and is not woken for this: then only when it is read is said.
        when = {"when": When(case.line.local(opens_at))}
        return Text("urgent.next_at" if on_call.first is None else "reading.at", when)
    if on_call.first is None:
        return Text("urgent.next_nobody" if has_lines else "urgent.next_nobody_988")
    is_theirs = on_call.first == alert.worker_id
    return Text("urgent.next_worker" if is_theirs else "urgent.next_on_call")


def _may_page_at(line: Line, alert: Escalation, at: datetime) -> datetime:
    config = line.config
    return ladder.may_page_at(alert.pages_when, at, config.zone, config.staffed_hours)


def heard_answer(case: Case, alert: Escalation, *, is_safe: bool) -> None:
    """Confirms an answer to the question, shortly."""
    text_id = "urgent.answer_yes" if is_safe else "urgent.answer_no"
    say(case, Text(text_id), lane=Lane.URGENT, purpose=PURPOSE)


def noted(case: Case, alert: Escalation, *, is_asking: bool) -> None:
    """Says, now and then, that a person will read it. Who asks back (`is_asking`) hears it at
    once; who goes on telling once the line has been quiet for a little."""
    if alert.noted_at is not None and case.now - alert.noted_at < NOTED_AGAIN:
        return
    if not is_asking and case.now - _spoke_at(case, alert) < STILL_SAID:
        return
    alert.noted_at = case.now
    say(case, Text("urgent.noted"), lane=Lane.URGENT, purpose=PURPOSE)


def _spoke_at(case: Case, alert: Escalation) -> datetime:
    """When the line last said something to them, else when the alert was opened."""
    last = case.session.scalar(
        select(Message.created_at)
        .where(
            Message.contact_id == alert.contact_id,
            Message.direction == "outbound",
            Message.address_id == case.address.id,
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return last or alert.opened_at


def knows(case: Case, alert: Escalation) -> bool:
    """Has the phone that texts now heard anything of this alert? A client may have two."""
    return bool(_heard_in(case, alert))


def _heard_in(case: Case, alert: Escalation) -> set[str | None]:
    """The languages in which the phone that texts now has heard of this alert."""
    heard = select(Message.language).where(
        Message.contact_id == alert.contact_id,
        Message.address_id == case.address.id,
        Message.purpose == PURPOSE,
        Message.created_at >= alert.opened_at,
    )
    return set(case.session.scalars(heard))


def is_told(case: Case, alert: Escalation) -> bool:
    """The same, and in what they write now: a cry in Inuktitut after a HELP has not been answered
    with the number to call and the word to ask with."""
    theirs, drafts = case.locale, case.line.config.inuktitut_drafts
    is_spoken = theirs in {said.locale for said in case.line.texts.render(_ANY, theirs, drafts)}
    return theirs in _heard_in(case, alert) if is_spoken else knows(case, alert)


def five_minutes(session: Session, line: Line, alert: Escalation, now: datetime) -> list[Kept]:
    """Nobody has picked up: says so, once, with the numbers again, and when a person reads next
    where nobody is paged any more tonight. Returns what was queued."""
    contact = session.get_one(Contact, alert.contact_id)
    phone = phones.in_alert(session, alert)
    found, opens_at = lines(session, line, contact, alert.kind, now), _may_page_at(line, alert, now)
    if opens_at > now:
        found = (*found, Text("reading.at", {"when": When(line.local(opens_at))}))
    text = Text("urgent.five_minutes", {"lines": found})
    alert.told_at = now
    return say_to(session, line, contact, phone, text, now, purpose=PURPOSE, lane=Lane.URGENT)
