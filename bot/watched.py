"""Hears that somebody else looks at the client's phone, or writes on it: then less is said."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from bot.case import Case, words_of
from bot.escalation.holding import RESOLVED
from bot.intents.reading import Words
from bot.keywords import fold
from bot.outbox.judge import HUSHED
from bot.outbox.writing import CHAT
from bot.own_words import DURESS
from bot.safe import SAFE_FOR
from bot.triage import Level, triage
from records.models import Contact, Escalation, Message
from records.models.messages import UNFINISHED, Lane, State

#: No answer is wanted; not now; somebody reads along; somebody else writes; what somebody writes
#: who means to kill or beat "her".
NO_ANSWER, NOT_NOW, WATCHED = "no_answer", "not_now", "watched"
SOMEONE_ELSE, AGAINST_HER = "someone_else", "against_her"
_QUIET = frozenset({NO_ANSWER, NOT_NOW, WATCHED})
#: What somebody who holds another's phone threatens with; in all else they may be the help.
_THREATS = frozenset({"violence", "threats", "held", "sexual_assault"})
_OF_ONESELF = frozenset({"suicide", "self_harm"})
#: Said by who never knew of the line, or is made to say so.
_WRONG_NUMBER, _FEW = "wrong number", 7
#: What an alert is about that was opened because somebody who is known says so.
DENIED = "wrong_number"
#: After "do not answer" the line starts nothing for so long, as after PAUSE.
QUIET_FOR = timedelta(hours=24)


def eyes(words: str) -> frozenset[str]:
    """Which of these a text says, in English or French. Pure."""
    known = _words()
    found = known.concepts(known.read(words)).keys()
    return frozenset(
        one
        for one in (*_QUIET, SOMEONE_ELSE, AGAINST_HER)
        if one in found and f"{one}_other" not in found
    )


def heed(case: Case) -> None:
    """No answer wanted: nothing is started for a day. Somebody else writes here: nothing is
    started, nothing private is said any more, and a person looks; a worker, or the code word,
    says that it is the client again."""
    contact = case.contact
    if NO_ANSWER in case.eyes:
        until = case.now + QUIET_FOR
        contact.paused_until_at = max(contact.paused_until_at or until, until)
        case.note("no_answer_wanted")
    if SOMEONE_ELSE not in case.eyes:
        return
    contact.doubted_at = contact.doubted_at or case.now
    # Whether texts are safe is asked anew as soon as it is known to be them.
    contact.safe_to_text, contact.safe_asked_at = "no", case.now - SAFE_FOR
    contact.reasked_at = None
    case.to_queue("identity", "urgent")
    case.note("someone_else")


def is_hushed(case: Case, kind: str) -> bool:
    """Shall an alert of this kind show nothing on the phone, for what was said in the last half
    hour?"""
    said = case.eyes.union(*map(eyes, case.earlier))
    if kind == DENIED:
        return True
    if SOMEONE_ELSE in said and _threatens(case, kind):
        return True
    return not said.isdisjoint(_QUIET | {AGAINST_HER})


def was_hushed(case: Case, since: datetime) -> bool:
    """Did a text since then, before this one, ask for quiet or come from other hands?"""
    texts = case.session.execute(
        select(Message.id, Message.body_sealed, Message.kind).where(
            Message.contact_id == case.contact.id,
            Message.direction == "inbound",
            Message.created_at >= since,
            Message.id != case.message.id,
            Message.body_sealed.is_not(None),
        )
    ).all()
    if any(row.kind in (DURESS, DENIED) for row in texts):
        return True
    said = words_of(case.line, case.contact, [(row.id, row.body_sealed) for row in texts])
    return any(map(eyes, said))


def _threatens(case: Case, kind: str) -> bool:
    """ "I kill myself if she does not come home" is one; "she took all her pills" asks for help."""
    if kind not in _OF_ONESELF:
        return kind in _THREATS
    return not any(signal.third_person for signal in case.verdict.signals if signal.kind == kind)


def mark(session: Session, contact: Contact, *, is_watched: bool) -> None:
    """A worker knows that somebody reads this phone, or no longer: then every alert is silent,
    also one that the phone knew of. What fell silent stays so. The caller holds the row."""
    contact.is_watched = is_watched
    if is_watched:
        hush(session, contact.id)


def hush(session: Session, contact_id: int) -> None:
    """An open alert that the client's phone knew of goes on without it."""
    hushed = session.execute(
        update(Escalation)
        .where(Escalation.contact_id == contact_id, Escalation.state != RESOLVED)
        .values(is_silent=True, silence_at=None, tell_at=None)
        .returning(Escalation.id)
        .execution_options(synchronize_session=False)
    ).first()
    if hushed is not None:
        keep_back(session, contact_id)


def keep_back(session: Session, contact_id: int, before_id: int | None = None) -> None:
    """What was written while the phone was the client's own, a worker's words too, and has not
    left yet, or waits for the chat page to fetch it, does not leave any more: whoever has the item
    is told that it did not arrive. `before_id`: only what came before this text."""
    is_unread = and_(Message.channel == CHAT, Message.state == State.SENT)
    chosen = [Message.contact_id == contact_id, or_(Message.state.in_(UNFINISHED), is_unread)]
    if before_id is not None:
        chosen.append(Message.seq < session.get_one(Message, before_id).seq)
    session.execute(
        update(Message)
        .where(*chosen, Message.lane <= Lane.REPLY)
        .values(reason=HUSHED)
        .execution_options(synchronize_session=False)
    )


def hushes(case: Case, kind: str) -> bool:
    """Does this very text ask for quiet in the alert of this kind that is open, or show that the
    phone is in other hands, and not in those of somebody who calls for help?"""
    if not case.eyes.isdisjoint(_QUIET | {AGAINST_HER}) or _says_wrong_number(case):
        return True
    is_help = kind not in _THREATS and case.verdict.level is not Level.ROUTINE
    return SOMEONE_ELSE in case.eyes and not is_help


def _says_wrong_number(case: Case) -> bool:
    """Is that what the text is about? "Called 911 but got the wrong number, hes at the door" is a
    cry like any other."""
    words = fold(case.words)
    is_all = len(words.split()) <= _FEW
    return _WRONG_NUMBER in words and (is_all or triage(words).level is Level.ROUTINE)


def wants_no_answer(case: Case) -> bool:
    """In an alert: was no answer wanted, now or in the last half hour?"""
    return not case.eyes.union(*map(eyes, case.earlier)).isdisjoint({NO_ANSWER, NOT_NOW})


def keep_still(case: Case) -> bool:
    """No answer is wanted to this text: none goes, and a person reads it."""
    if NO_ANSWER not in case.eyes:
        return False
    case.to_queue("not_understood")
    return True


@cache
def _words() -> Words:
    folder = files("bot.intents")
    said = tomllib.loads(folder.joinpath("eyes.toml").read_text(encoding="utf-8"))
    spelling = tomllib.loads(folder.joinpath("spelling.toml").read_text(encoding="utf-8"))
    return Words(
        concepts=said["concepts"],
        short=spelling["short"],
        not_misspelt=frozenset(spelling["not_misspelt"]["words"].split()),
    )
