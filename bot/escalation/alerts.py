"""Opens an alert for a client, or makes the open one more serious; never less."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from bot import keywords, watched
from bot.case import Case
from bot.escalation import beside, ladder, paging, waking
from bot.escalation.holding import RESOLVED, reopen_for, start_over
from bot.escalation.telling import audit
from bot.line import Line
from bot.outbox.writing import PROBE
from bot.own_words import DURESS
from bot.triage import Level, Tier
from records.counters import ITEMS, following
from records.models import Contact, Escalation, Message, QueueItem

#: 0, 1 and 2 mean something else in a reply, so that no item has such a number.
FIRST_NUMBER = 11
CALL_BACK = "call_back"


#: The alert of `contact` that nobody has resolved, if there is one. The state stands in the
#: statement itself: as a parameter it would have SQLite plan the statement anew each time.
OPEN_OF = select(Escalation.id).where(
    Escalation.contact_id == bindparam("contact"),
    Escalation.state != literal_column(f"'{RESOLVED}'"),
)


def held(session: Session, alert_id: int) -> Escalation | None:
    """An alert, locked, unless somebody resolved it in this instant."""
    return session.scalar(
        select(Escalation)
        .where(Escalation.id == alert_id, Escalation.state != RESOLVED)
        .with_for_update()
    )


def open_or_grow(
    case: Case, level: Level, kind: str, tier: Tier, *, worker_id: int | None = None
) -> Escalation:
    """A client has one alert at a time: a quiet one that is open, and that answers go past, grows;
    else a new one is opened."""
    open_one = held(case.session, case.alert_id) if case.alert_id else None
    if open_one is None:
        return open_alert(case, level, kind, tier, worker_id=worker_id)
    grow(case, open_one, level, kind, tier)
    return open_one


def open_alert(
    case: Case, level: Level, kind: str, tier: Tier, *, worker_id: int | None = None
) -> Escalation:
    """A new alert whose first pages go out with this very transaction.

    `worker_id`: the client's own worker, who hears first while the office is staffed.
    """
    is_probe = case.address.channel == PROBE
    alert = Escalation(
        number=None if is_probe else next_number(case.session),
        contact_id=case.contact.id,
        level=level.value,
        kind=kind,
        pages_when=waking.pages_when(kind, tier, case.line.local(case.now).hour),
        is_silent=must_be_silent(case, kind) or is_probe,
        is_probe=is_probe,
        ladder_at=case.now,
        next_at=case.now,
        opened_at=case.now,
        message_id=case.message.id,
        worker_id=worker_id,
    )
    case.session.add(alert)
    case.session.flush()
    case.alert_id = alert.id
    audit(case.session, alert, "alert_opened", case.now, detail=f"{level.value} {kind}")
    if not is_probe:
        case.to_queue("urgent", level.value)
        _keep_back(case, kind)
    paging.climb(case.session, case.line, alert, case.now)
    if not alert.is_silent and alert.next_at is not None and alert.step:
        alert.tell_at = case.now + timedelta(minutes=ladder.TELL_MINUTES)
    return alert


def _keep_back(case: Case, kind: str) -> None:
    """What waits does not come out beside it, if this text makes it a quiet one: of a phone that
    was known to be watched it was written for such a phone."""
    if DURESS in case.own or watched.is_hushed(case, kind):
        watched.keep_back(case.session, case.contact.id, case.message.id)


def open_by_person(
    session: Session, contact: Contact, message: Message, level: Level, now: datetime
) -> Escalation:
    """A worker says that a text was urgent after all. Nobody is paged yet: that worker takes it.

    The phone heard nothing of it: nor does it hear, hours later, that nobody has picked up.
    """
    alert = Escalation(
        number=next_number(session),
        contact_id=contact.id,
        level=level.value,
        kind=message.kind or "generic",
        is_silent=contact.is_watched or contact.stopped_at is not None,
        told_at=now,
        ladder_at=now,
        next_at=now,
        opened_at=now,
        message_id=message.id,
    )
    session.add(alert)
    session.flush()
    audit(session, alert, "alert_opened", now, detail=f"{level.value} by a person")
    return alert


def must_be_silent(case: Case, kind: str) -> bool:
    """May somebody else be reading this phone right now?"""
    contact = case.contact
    if contact.is_watched or contact.stopped_at is not None or DURESS in case.own:
        return True
    return watched.is_hushed(case, kind)


def can_text_now(case: Case, alert: Escalation) -> None:
    """Whoever waits to be called back texts, or writes on another phone than the one that refuses
    our texts: then they can be texted after all."""
    told = case.session.get(Message, alert.reply_id) if alert.reply_id else None
    if alert.cannot_text and told is not None and told.address_id != case.address.id:
        alert.reply_id = None  # what became of it says nothing of this phone
        takes_texts_again(case, alert)
        return
    if alert.kind != CALL_BACK or not (alert.is_silent and alert.cannot_text):
        return
    alert.is_silent = must_be_silent(case, alert.kind)
    takes_texts_again(case, alert)


def takes_texts_again(case: Case, alert: Escalation) -> bool:
    """That phone can be texted from now on, True, unless it could be all the while."""
    could_not, alert.cannot_text = alert.cannot_text, False
    if could_not and not (alert.is_silent or alert.acknowledged_by or alert.human_at):
        alert.tell_at = ladder.tells_at(case.now)
    return could_not


def heed_stop(case: Case, alert: Escalation) -> None:
    """STOP in an alert: the paging goes on, but no text that answers none of theirs."""
    if case.ledger() is not None and keywords.opt_out_word(case.words) is not None:
        alert.tell_at, alert.told_at = None, alert.told_at or case.now


def bundle(case: Case, alert: Escalation) -> None:
    """One more text under the same item."""
    alert.texts += 1
    case.session.flush()
    audit(case.session, alert, "text_added", case.now, actor="client")


def is_graver(alert: Escalation, level: Level, tier: Tier) -> bool:
    """Does this reading ask for more than the alert does already?"""
    if level.rank > Level(alert.level).rank:
        return True
    return alert.pages_when != "always" and tier in (Tier.P0, Tier.P1)


def grow(case: Case, alert: Escalation, level: Level, kind: str, tier: Tier) -> bool:
    """The client told more: the alert gets graver, True, or those who know of it hear so."""
    asked = waking.pages_when(kind, tier, case.line.local(case.now).hour)
    when = waking.wider(alert.pages_when, asked)
    if is_graver(alert, level, tier) or _wakes(case, alert, when):
        alert.kind, alert.message_id = kind, case.message.id
        raise_to(case.session, case.line, alert, level, "text", case.now, pages_when=when)
        return True
    alert.pages_when = when
    paging.more(case.session, case.line, alert, case.now)
    if alert.acknowledged_by is not None:
        answer_within(case.session, alert, ladder.ACK_MINUTES[level.value], case.now)
    return False


def _wakes(case: Case, alert: Escalation, when: str) -> bool:
    """Does this text by itself page now, while the alert, which nobody has, waits for its hour?"""
    if alert.acknowledged_by is not None:
        return False
    config, now = case.line.config, case.now
    stood, asked = (
        ladder.may_page_at(one, now, config.zone, config.staffed_hours)
        for one in (alert.pages_when, when)
    )
    return asked <= now < stood


def answer_within(session: Session, alert: Escalation, minutes: int, now: datetime) -> None:
    """A text after the last answer: whoever has the item answers it in so many minutes, or the
    ladder goes on, counted from that text."""
    alert.raised_at = now
    ends_at = now + timedelta(minutes=minutes)
    if alert.ack_expires_at is None or ends_at < alert.ack_expires_at:
        alert.ack_expires_at = ends_at
        start_over(session, alert, now)


def raise_to(
    session: Session,
    line: Line,
    alert: Escalation,
    level: Level,
    why: str,
    now: datetime,
    *,
    pages_when: str = waking.ALWAYS,
) -> None:
    """Makes the alert graver and starts its ladder from the bottom, from now on at such hours.

    `why`: text, answer, silence, call or person.
    """
    alert.level = max(Level(alert.level), level, key=lambda one: one.rank).value
    alert.pages_when = pages_when
    alert.raised_at, before = now, alert.acknowledged_by
    reopen_for(session, alert, now)
    audit(session, alert, "alert_raised", now, detail=f"{alert.level} by {why}")
    session.execute(
        update(QueueItem)
        .where(
            QueueItem.dedupe_key == f"urgent:{alert.contact_id}", QueueItem.resolved_at.is_(None)
        )
        .values(level=alert.level)
        .execution_options(synchronize_session=False)
    )
    if alert.told_at is None and not alert.is_silent:
        alert.tell_at = now + timedelta(minutes=ladder.TELL_MINUTES)
    paging.climb(session, line, alert, now)
    beside.who_had_it(session, line, alert, before, now)


def next_number(session: Session) -> int:
    """The next urgent item's number. Held until the commit, so that none is given twice."""
    return following(session, ITEMS, FIRST_NUMBER)
