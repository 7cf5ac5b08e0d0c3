"""A timer that the client starts before something risky, and that only their digits end."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import own_words, questions
from bot.calendar.rule import instant
from bot.case import Case
from bot.effects import put_question, say
from bot.engine import Text, When
from bot.escalation import roster
from bot.escalation.rota import gaps
from bot.keywords import fold
from bot.language import spans
from bot.safe import TIMER
from records.ids import new_id
from records.models import Contact, SafetyTimer

FLOW = "timer"
ON_CALL_AFTER = timedelta(hours=1)
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=12)
WRONG_MOST = 3
#: What is asked of who starts a timer waits so long.
WAITS = timedelta(minutes=15)
_DIGITS = re.compile(r"[0-9]{4,8}")
_STARTS = ("safe ",)
_GOES_ON = ("safe ", "more ", "extend ", "extended ", "plus ")
_ON_WAY = frozenset({"on my way", "omw", "on the way", "en route", "en chemin"})
_ARRIVED = frozenset(
    (
        *("arrived", "here", "im here", "i'm here", "i am here", "home", "im home"),
        *("arrivé", "arrivée", "je suis arrivé", "je suis arrivée", "chez moi"),
    )
)


def open_of(session: Session, contact_id: int) -> SafetyTimer | None:
    """This contact's running timer, if there is one."""
    return session.scalar(
        select(SafetyTimer).where(
            SafetyTimer.contact_id == contact_id, SafetyTimer.closed_at.is_(None)
        )
    )


def turn(case: Case) -> bool:
    """SAFE 2h, the answers to its questions, and what is said while it runs."""
    plain = fold(case.words)
    if case.waiting is not None and case.waiting.flow == FLOW and _answers(case, plain):
        return True
    if case.contact.timer_mark is None:
        return plain.startswith(_STARTS) and _start(case, plain)
    if plain in _ON_WAY or plain in _ARRIVED:
        _moves(case, plain)
        return True
    if plain.startswith(_GOES_ON) and (until := _until(case, plain)) is not None:
        return _more(case, until)
    return bool(_DIGITS.fullmatch(plain.replace(" ", ""))) and _wrong(case)


def _start(case: Case, plain: str) -> bool:
    until = _until(case, plain)
    if until is None:
        return False
    if not _is_covered(case, until):
        say(case, Text("timer.nobody"))
        case.to_queue("wants_person")
        return True
    _ask(case, "timer.digits", "digits", {"until": until.isoformat()}, until)
    return True


def _until(case: Case, plain: str) -> datetime | None:
    """The end that "safe 2h" or "safe until 23:00" names, or None."""
    rest = plain.split(" ", 1)[1]
    length, wall = spans.length(rest), spans.wall_time(rest)
    if length is not None:
        end = case.now + timedelta(minutes=length)
    elif wall is not None:
        day = case.line.local(case.now).date()
        clock = time(wall // 60, wall % 60)
        ends = (
            instant(datetime.combine(day + n * timedelta(days=1), clock), case.line.config.zone)
            for n in (0, 1)
        )
        end = next((at for at in ends if at > case.now), case.now)
    else:
        return None
    return end if SHORTEST <= end - case.now <= LONGEST else None


def _is_covered(case: Case, until: datetime) -> bool:
    """Is somebody on call all the time, until an hour after the end?"""
    rota = roster.load(case.session, case.line, case.now)
    return not rota.is_empty and not gaps(rota, case.now, until + ON_CALL_AFTER)


def _ask(case: Case, text_id: str, step: str, data: dict[str, object], until: datetime) -> None:
    text = Text(text_id, {"when": When(case.line.local(until))})
    put_question(case, text, FLOW, step, data=data, expires=WAITS, purpose=TIMER)


def _answers(case: Case, plain: str) -> bool:
    question = case.waiting
    assert question is not None
    data = questions.data_of(case.line, case.contact, question)
    if question.step == "note":
        questions.close(case.session, question, "answered", case.now)
        case.waiting = None
        return _noted(case)
    until = datetime.fromisoformat(str(data["until"]))
    digits = plain.replace(" ", "")
    if not _DIGITS.fullmatch(digits):
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


def _moves(case: Case, plain: str) -> None:
    timer = open_of(case.session, case.contact.id)
    if timer is not None and plain in _ON_WAY:
        timer.on_way_at = case.now
        case.session.flush()
    case.note("timer_on_way" if plain in _ON_WAY else "timer_arrived")
    say(case, Text("timer.ok" if plain in _ON_WAY else "timer.arrived"), purpose=TIMER)


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
    timer.wrong += 1
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
        timer.more_at, timer.step, timer.asked_id = None, 0, None
        case.note("timer_extended")
        case.session.flush()
        when = When(case.line.local(timer.ends_at))
        say(case, Text("timer.started", {"when": when}), purpose=TIMER)
        return
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
