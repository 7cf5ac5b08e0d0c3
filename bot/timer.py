"""A timer that the client starts before something risky, and that only their digits end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import own_words, questions, timer_words
from bot.case import Case
from bot.effects import put_question, say
from bot.engine import Text, When
from bot.escalation import roster
from bot.escalation.rota import gaps
from bot.keywords import fold
from bot.safe import TIMER
from records.ids import new_id
from records.models import Contact, SafetyTimer

FLOW = "timer"
ON_CALL_AFTER = timedelta(hours=1)
WRONG_MOST = 3
#: What is asked of who starts a timer waits so long.
WAITS = timedelta(minutes=15)


def open_of(session: Session, contact_id: int) -> SafetyTimer | None:
    """This contact's running timer, if there is one."""
    return session.scalar(
        select(SafetyTimer).where(
            SafetyTimer.contact_id == contact_id, SafetyTimer.closed_at.is_(None)
        )
    )


def turn(case: Case) -> bool:
    """SAFE 2h, the answers to its questions, and what is said while it runs.

    Where the phone knows of an alert nothing is asked for a new one, and no question of it takes
    what is told to whoever helps.
    """
    if not case.has_alert and _is_asked(case) and _answers(case):
        return True
    if case.contact.timer_mark is None:
        return not case.has_alert and _start(case)
    if timer_words.is_on_way(case.words) or timer_words.has_arrived(case.words):
        _moves(case)
        return True
    until = timer_words.goes_on_until(case)
    if until is not None:
        return _more(case, until)
    return timer_words.digits(case.words) is not None and _wrong(case)


def asks_for_more(case: Case) -> bool:
    """MORE 1h while it runs, whatever was told before it."""
    return case.contact.timer_mark is not None and timer_words.goes_on_until(case) is not None


def is_meant(case: Case) -> bool:
    """In an alert: is this text for the timer, as if there were none?

    Digits are for whoever helps, who may have asked for a room or a number, where the phone
    knows of the alert; unless MORE has just asked for the timer's own.
    """
    is_known = case.has_alert
    if not is_known and _is_asked(case):
        return True
    if case.contact.timer_mark is None:
        return False
    if timer_words.is_on_way(case.words) or timer_words.has_arrived(case.words):
        return True
    if timer_words.digits(case.words) is None:
        return asks_for_more(case)
    timer = open_of(case.session, case.contact.id)
    return timer is not None and (not is_known or timer.more_at is not None)


def _is_asked(case: Case) -> bool:
    return case.waiting is not None and case.waiting.flow == FLOW


def _start(case: Case) -> bool:
    until = timer_words.starts_at(case)
    if until is None:
        return False
    if not _is_covered(case, until):
        say(case, Text("timer.nobody"))
        case.to_queue("wants_person")
        return True
    _ask(case, "timer.digits", "digits", {"until": until.isoformat()}, until)
    return True


def _is_covered(case: Case, until: datetime) -> bool:
    """Is somebody on call all the time, until an hour after the end?"""
    rota = roster.load(case.session, case.line, case.now)
    return not rota.is_empty and not gaps(rota, case.now, until + ON_CALL_AFTER)


def _ask(case: Case, text_id: str, step: str, data: dict[str, object], until: datetime) -> None:
    text = Text(text_id, {"when": When(case.line.local(until))})
    put_question(case, text, FLOW, step, data=data, expires=WAITS, purpose=TIMER)


def _answers(case: Case) -> bool:
    question = case.waiting
    assert question is not None
    data = questions.data_of(case.line, case.contact, question)
    if question.step == "note":
        questions.close(case.session, question, "answered", case.now)
        case.waiting = None
        return _noted(case)
    until = datetime.fromisoformat(str(data["until"]))
    digits = timer_words.digits(case.words)
    if digits is None:
        if own_words.means_something(case.words) or data.get("again"):
            return False
        _ask(case, "timer.digits", "digits", {**data, "again": 1}, until)
        return True
    questions.close(case.session, question, "answered", case.now)
    case.waiting = None
    _run(case, until, digits)
    return True


def _run(case: Case, until: datetime, digits: str) -> None:
    contact = case.contact
    contact.timer_mark = own_words.mark(case.line, contact, digits)
    case.session.add(
        SafetyTimer(
            id=new_id(),
            contact_id=contact.id,
            address_id=case.address.id,
            message_id=case.message.id,
            started_at=case.now,
            ends_at=until,
            next_at=until,
        )
    )
    case.session.flush()
    case.note("timer_started")
    say(case, Text("timer.started", {"when": When(case.line.local(until))}), purpose=TIMER)
    _ask(case, "timer.note", "note", {}, until)


def _noted(case: Case) -> bool:
    """Keeps place, plate, whom to call; only on the timer, never in the thread."""
    timer = open_of(case.session, case.contact.id)
    words = case.words.strip()
    if timer is not None and words and fold(words) != "0":
        where = f"safety_timer.note:{timer.id}"
        timer.note_sealed = case.line.vault.seal(case.contact.data_key, where, words)
        case.session.flush()
    say(case, Text("timer.ok"), purpose=TIMER)
    return True


def _moves(case: Case) -> None:
    timer, is_on_way = open_of(case.session, case.contact.id), timer_words.is_on_way(case.words)
    if timer is not None and is_on_way:
        timer.on_way_at = case.now
        case.session.flush()
    case.note("timer_on_way" if is_on_way else "timer_arrived")
    say(case, Text("timer.ok" if is_on_way else "timer.arrived"), purpose=TIMER)


def _more(case: Case, until: datetime) -> bool:
    """More time, once they prove with their digits that it is them who asks."""
    timer = open_of(case.session, case.contact.id)
    if timer is None:
        return False
    until += timer.ends_at - case.now if until <= timer.ends_at else timedelta()  # never less
    if not _is_covered(case, until):
        say(case, Text("timer.nobody"))
        return True
    timer.more_at = until
    case.session.flush()
    say(case, Text("timer.more", {"when": When(case.line.local(until))}), purpose=TIMER)
    return True


def _wrong(case: Case) -> bool:
    """Digits that are not theirs: said plainly; the third time people are told at once."""
    timer = open_of(case.session, case.contact.id)
    if timer is None:
        return False
    timer.wrong = min(timer.wrong + 1, WRONG_MOST)
    if timer.wrong >= WRONG_MOST and timer.paged_at is None:
        timer.next_at = case.now
    case.session.flush()
    case.note("timer_wrong")
    say(case, Text("timer.again"), purpose=TIMER)
    return True


def heard(case: Case, how: str) -> None:
    """Their digits or code word came, or the duress word: it ends, or goes on as asked.

    After the duress word nothing on the phone looks different; the note stays for the people
    who were paged.
    """
    timer = open_of(case.session, case.contact.id)
    if timer is None:
        case.contact.timer_mark = None
        return
    if timer.more_at is not None and timer.more_at > case.now and how != "duress":
        timer.ends_at = timer.next_at = timer.more_at
        # Whoever was paged before has an item of their own; at the new end it is told anew.
        timer.more_at, timer.step, timer.asked_id, timer.paged_at = None, 0, None, None
        case.note("timer_extended")
        case.session.flush()
        when = When(case.line.local(timer.ends_at))
        say(case, Text("timer.started", {"when": when}), purpose=TIMER)
        return
    if _is_asked(case):
        case.waiting = None  # what comes next is no place and no plate
    questions.close_flow(case.session, case.contact, FLOW, case.now)
    close(timer, case.contact, how, case.now)
    case.session.flush()
    case.note("timer_closed", how)


def close(timer: SafetyTimer, contact: Contact, how: str, now: datetime) -> None:
    """Ends a timer. Unless people still need them, the place and the names are gone."""
    timer.closed_at, timer.closed_how, timer.next_at = now, how, None
    contact.timer_mark = None
    if how != "duress" and timer.paged_at is None:
        timer.note_sealed = None


def cannot_hear(case: Case) -> None:
    """STOP or the safe word while a timer runs: the phone hears nothing more of it, so people
    are told now and not at its end."""
    if case.ledger() is None and case.contact.stopped_at is None:
        return
    timer = open_of(case.session, case.contact.id)
    if timer is not None and timer.paged_at is None:
        timer.next_at = case.now
        case.session.flush()
