"""Acts on the client's own words: shows who texts, stops everything, asks for the code word."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from bot import intents, keywords, own_words, timer, watched
from bot.abuse import MOST_TEXTS
from bot.calendar import waiting
from bot.case import Case
from bot.effects import put_question, say
from bot.engine import Effect, NotTheirs, SetWord, Text, WrongCode
from bot.escalation import alerts
from bot.own_words import CODE, DURESS, SAFE, TIMER
from bot.safe import DECOY
from bot.triage import Level, Tier
from records.models import Escalation, Message, Question
from records.models.messages import Lane, State

#: Nobody who stands behind the client types the code word over and over.
WRONG_MOST, WRONG_WITHIN = 3, timedelta(hours=1)
#: What a flow that asks "always" takes for still known.
KNOWN_MINUTES = timedelta(minutes=10)
DECOYS = 6
#: A question for a word of theirs waits so long.
ASKED_FOR = timedelta(hours=1)
NEUTRAL = "who_is_this.reply"


def heed(case: Case) -> bool:
    """The safe word and the code word; True when nothing but such a word was said.

    The duress word is triage's verdict by now and goes the way of a silent alert.
    """
    _distrust_a_flood(case)
    _end_timer(case)
    if SAFE in case.own:
        _stop(case)
        return True
    if TIMER in case.own:
        if not case.answered and case.ledger() is None:
            say(case, Text("dates.ok"))
        return True
    if CODE in case.own:
        return _is_known(case)
    return False


def _distrust_a_flood(case: Case) -> None:
    """In a flood of texts the code word shows nothing: somebody may be trying out words."""
    if CODE in case.own and case.contact.burst > MOST_TEXTS:
        case.own -= {CODE}
        case.to_queue("flood")


def _end_timer(case: Case) -> None:
    """Digits, code word or duress word while a timer runs; the duress word ends it for the
    eyes of whoever looks on."""
    if case.contact.timer_mark is None:
        return
    for kind, how in ((DURESS, "duress"), (TIMER, "digits"), (CODE, "code_word")):
        if kind in case.own:
            timer.heard(case, how)
            return


def _stop(case: Case) -> None:
    """Everything stops: what waits is held, nothing is asked, a worker is told at once."""
    contact = case.contact
    is_new = contact.stopped_at is None
    contact.stopped_at = contact.stopped_at or case.now
    contact.decoy_turns = 0
    case.session.execute(
        update(Message)
        .where(Message.contact_id == contact.id, Message.state == State.QUEUED)
        .values(state=State.HELD, reason="safe_word", final_at=case.now)
        .execution_options(synchronize_session=False)
    )
    case.session.execute(
        update(Question)
        .where(Question.contact_id == contact.id, Question.closed_at.is_(None))
        .values(closed_at=case.now, outcome="interrupted")
        .execution_options(synchronize_session=False)
    )
    case.waiting = None
    watched.hush(case.session, contact.id)
    waiting.pass_over(case.session, contact.id, case.now)
    case.to_queue("safe_word", "urgent")
    case.note("safe_word")
    if is_new and case.ledger() is None and not case.message.is_late:
        say(case, Text(NEUTRAL), purpose=DECOY)


def _is_known(case: Case) -> bool:
    contact = case.contact
    contact.known_at, contact.doubted_at, contact.wrong_codes = case.now, None, 0
    case.note("code_word")
    if contact.stopped_at is not None:
        contact.stopped_at = None
        case.to_queue("safe_word", "urgent")
        say(case, Text("resume.done"))
    question = case.waiting
    if question is not None and (question.flow, question.step) == ("code_word", "answered"):
        return False  # the conversation goes on with what they wanted
    if not case.words.strip() and not case.answered and case.ledger() is None:
        say(case, Text("dates.ok"))
    return not case.words.strip()


def decoy(case: Case) -> bool:
    """After the safe word: tea and weather, six times at most, then nothing at all."""
    contact = case.contact
    if contact.stopped_at is None:
        return False
    if case.answered or case.ledger() is not None or case.is_repeat or case.message.is_late:
        return True
    case.to_queue("safe_word", "urgent")
    if _asks_who(case.words):
        say(case, Text(NEUTRAL), purpose=DECOY)
    elif case.words.strip() and contact.decoy_turns < DECOYS:
        contact.decoy_turns += 1
        say(case, Text(f"decoy.{contact.decoy_turns}"), purpose=DECOY)
    return True


def _asks_who(words: str) -> bool:
    found = intents.match(words)
    return keywords.flow_for(words) == "who_is_this" or (
        found is not None and found.flow == "who_is_this"
    )


def must_ask(case: Case, how: str) -> bool:
    """Must the code word come before this conversation? `how`: "", "doubt" or "always"."""
    contact = case.contact
    if not how:
        return False
    if contact.doubted_at is not None:
        return True
    if how == "doubt" or contact.code_word is None:
        return False
    return contact.known_at is None or case.now - contact.known_at > KNOWN_MINUTES


def ask(case: Case, flow: str) -> None:
    """Asks for the code word, once; without one set only a person can help."""
    contact = case.contact
    if contact.code_word is None or _is_guessing(case):
        case.to_queue("identity")
        say(case, Text("asking.to_person"))
        return
    # The answer is masked before it is stored.
    put_question(
        case, Text("code_word.ask"), "code_word", "answered", data={"flow": flow}, expires=ASKED_FOR
    )


def _is_guessing(case: Case) -> bool:
    contact = case.contact
    began = contact.wrong_code_at
    is_fresh = began is not None and case.now - began < WRONG_WITHIN
    return is_fresh and contact.wrong_codes >= WRONG_MOST


def act(case: Case, effect: Effect) -> None:
    """What a conversation decided about the client's own words."""
    if isinstance(effect, WrongCode):
        _wrong(case)
    elif isinstance(effect, SetWord):
        _set(case, effect)
    elif isinstance(effect, NotTheirs):
        _denied(case)


def _denied(case: Case) -> None:
    """ "Wrong number" from a phone that the line knows: others have it, or stand beside them.

    A person is told at once; the phone hears no more than a stranger's would. Of a stranger's a
    person reads in the queue.
    """
    found = alerts.held(case.session, case.alert_id) if case.alert_id else None
    if found is None and not _has_talked(case):
        case.to_queue("wrong_number")
        return
    said = case.session.get_one(Message, case.message.id)
    said.level, said.kind = Level.URGENT.value, watched.DENIED
    if found is None:
        alerts.open_alert(case, Level.URGENT, watched.DENIED, Tier.P1)
    elif alerts.is_graver(found, Level.URGENT, Tier.P1):
        alerts.grow(case, found, Level.URGENT, watched.DENIED, Tier.P1)


def _has_talked(case: Case) -> bool:
    """Has the line introduced itself to them, or had an alert of theirs?"""
    theirs = select(Escalation.id).where(Escalation.contact_id == case.contact.id).limit(1)
    return case.contact.introduced_at is not None or case.session.scalar(theirs) is not None


def _set(case: Case, effect: SetWord) -> None:
    """Takes a word, or says why not and asks again."""
    problem = own_words.problem_with(case.line, case.contact, effect.kind, effect.word)
    if problem is not None:
        again, data = Text(f"my_words.{problem}"), {"kind": effect.kind}
        put_question(case, again, "my_words", "chosen", data=data, expires=ASKED_FOR)
        return
    own_words.keep(case.line, case.contact, effect.kind, effect.word, case.now)
    case.note("own_word_set", effect.kind)
    say(case, Text("my_words.done"))


def _wrong(case: Case) -> None:
    """Not the code word: counted, answered neutrally; three within an hour raise a flag."""
    contact = case.contact
    if contact.wrong_code_at is None or case.now - contact.wrong_code_at >= WRONG_WITHIN:
        contact.wrong_code_at, contact.wrong_codes = case.now, 0
    contact.wrong_codes += 1
    contact.doubted_at = contact.doubted_at or case.now
    case.note("wrong_code")
    if contact.wrong_codes >= WRONG_MOST:
        case.to_queue("wrong_code", "urgent")
    say(case, Text(NEUTRAL), lane=Lane.REPLY)
