"""The order of decision for a text: what is looked at first, and who gets to answer."""

from __future__ import annotations

from dataclasses import replace

from bot import duty, guard, intents, outbox, outreach, questions, safe, timer, tongue, watched
from bot.abuse import crowd, flood
from bot.after_close import tell_who_closed
from bot.alert import alert, met
from bot.case import Case
from bot.checkins.answers import check_in, keep_mood, weigh_mood
from bot.effects import carry_out
from bot.engine import Outcome, Say, Text, Turn, advance
from bot.flows import FLOWS
from bot.ledger import closed_ledger, opt_out, reopen
from bot.own_words import ASKS_FOR_WORDS, CODE, means_something
from bot.reminders import digits
from bot.reminders.writing import FLOW as REMINDER
from bot.reports import keeping, sharing, turns
from bot.triage import Level
from bot.turns import remember_topic, take, turn_of
from bot.unclear import in_a_row, list_again, means_own_date, seen, tell_when
from records.models import Question

MAX_TRIES = 1
#: Answers to a stranger who may hold the phone: nothing about the line comes after them.
TELLS_NOTHING = (
    *("who_is_this", "wrong_number", "goodbye", "pause", "code_word"),
    *("erase_me", "keep_me", "my_copy", "no_more", "real"),
)


def decide(case: Case) -> None:
    """Decides on one text. Everything it causes is rows in the case's transaction.

    The client's own words, an exact opt-out, then in any case the alert that triage may call for;
    then, where the ledger is not closed, STEPS.
    """
    tongue.learn(case)
    if case.message.media_count:
        case.to_queue("media")
    watched.heed(case)
    done = guard.heed(case) or opt_out(case)
    weigh_mood(case)
    done = alert(case) or done
    duty.look(case)
    if case.contact.timer_mark is not None:
        timer.cannot_hear(case)
    if case.verdict.level is not Level.ROUTINE:
        keep_mood(case)
    if done or guard.decoy(case) or reopen(case) or closed_ledger(case):
        return
    any(step(case) for step in STEPS)
    met(case)


def late(case: Case) -> bool:
    """Found late: a stale routine answer would only puzzle or expose; a person looks."""
    if not case.message.is_late:
        return False
    case.to_queue("late_text")
    return True


def repeat(case: Case) -> bool:
    return case.is_repeat


def hand_off(case: Case) -> bool:
    """A person has this conversation: the bot is silent."""
    if case.conversation.handed_off_at is None:
        return False
    case.to_queue("wants_person")
    return True


def someone_else(case: Case) -> bool:
    """Whoever else writes here gets the line that all get."""
    return watched.SOMEONE_ELSE in case.eyes and _start(case, "who_is_this")


def date_digit(case: Case) -> bool:
    """A digit that is about a date they were reminded of, and no other question's answer."""
    found = digits.heed(case)
    if found is not None:
        _run(case, REMINDER, found[0], turn_of(case, found[1], REMINDER))
    return found is not None


def waiting_question(case: Case) -> bool:
    """A short answer goes to the newest question that the carrier accepted."""
    question = case.waiting
    if question is None or case.has_alert:
        return False  # with an open alert a short answer belongs to its question alone
    if question.flow == timer.FLOW or (turns.is_free(question) and case.verdict is not turns.QUIET):
        return False  # a word of the line, or a cry for help: not a piece of the report
    if (question.flow, question.step) in ASKS_FOR_WORDS:
        if CODE in case.own:
            return _go_on(case, question)
        if means_something(case.words):
            return False  # a request or an answer is no wrong word
    choices = tuple(filter(None, question.choices.split(",")))
    turn = turn_of(case, questions.data_of(case.line, case.contact, question), question.flow)
    if choices and turn.choice(*choices) is None:
        if _starts_something(case):
            return False  # an interruption: the question stays open underneath
        return _once_more(case, question, turn)
    questions.close(case.session, question, "answered", case.now)
    _run(case, question.flow, question.step, turn)
    return True


def _go_on(case: Case, question: Question) -> bool:
    """The code word came: what they wanted is theirs to have."""
    wanted = str(questions.data_of(case.line, case.contact, question).get("flow", ""))
    questions.close(case.session, question, "answered", case.now)
    if is_known := wanted in FLOWS:
        _run(case, wanted, None, turn_of(case, {}, wanted))
    return is_known


def _once_more(case: Case, question: Question, turn: Turn) -> bool:
    if question.tries >= MAX_TRIES or not turn.words.strip():
        return False
    questions.close(case.session, question, "replaced", case.now)
    case.to_queue("not_understood")
    again = advance(FLOWS, question.flow, question.step, turn)
    carry_out(case, again, tries=question.tries + 1)
    return case.answered


def new_note(case: Case) -> bool:
    """7, where no question takes it: the newest note, for those who asked for notes."""
    return sharing.is_asked(case.session, case.contact, case.words) and _start(case, sharing.READ)


def card(case: Case) -> bool:
    """The word of a card, alone: what a first "hello" gets."""
    return outreach.remember(case) and _start(case, "first_contact")


def keyword(case: Case) -> bool:
    name = case.keyword()
    return name is not None and _start(case, name)


def intent(case: Case) -> bool:
    found = intents.match(case.words)
    if found is not None:
        return _start(case, found.flow)
    return means_own_date(case) and _start(case, "mine")


def _starts_something(case: Case) -> bool:
    if case.keyword() is not None or intents.match(case.words) is not None:
        return True
    return sharing.is_asked(case.session, case.contact, case.words) or means_own_date(case)


def _start(case: Case, name: str) -> bool:
    flow = FLOWS[name]
    if flow.topic:
        remember_topic(case, flow.topic)
    _run(case, name, None, turn_of(case, {}, name))
    return True


def _run(case: Case, flow: str, step: str | None, turn: Turn) -> None:
    case.conversation.not_understood = 0
    case.conversation.last_turn_at = case.now
    if flow == turns.FLOW:
        keeping.mark(case)
    if guard.must_ask(case, FLOWS[flow].asks_code):
        guard.ask(case, flow)
        return
    outcome = take(case, flow, step, turn)
    _offer_first_contact(case, outcome)
    _ask_if_still_safe(case, outcome)


def _ask_if_still_safe(case: Case, outcome: Outcome) -> None:
    """After 30 days the client says anew whether this phone is safe: after the answer they
    wanted, never in place of it, and not to somebody who may be a stranger."""
    contact = case.contact
    is_busy = case.has_alert or outcome.question is not None or case.alert_id is not None
    is_busy = is_busy or case.address.channel == outbox.CHAT  # no phone, no such question
    if is_busy or outcome.flow in TELLS_NOTHING or contact.doubted_at is not None:
        return
    if safe.is_due_to_ask(contact, case.now):
        contact.reasked_at = case.now
        carry_out(case, advance(FLOWS, "still_safe", None, turn_of(case, {}, "still_safe")))


def _offer_first_contact(case: Case, outcome: Outcome) -> None:
    """First contact never stands before an answer: it is offered after one."""
    if outcome.flow in TELLS_NOTHING or case.has_alert:
        return
    if case.conversation.offered_at is not None or outcome.flow == "first_contact":
        if outcome.flow == "first_contact":
            case.conversation.offered_at = case.conversation.offered_at or case.now
        return
    # Whether a phone is safe to text is no question for a page that nobody can be texted on.
    is_asking = outcome.question is not None or case.address.channel == outbox.CHAT
    if is_asking and case.contact.introduced_at is not None:
        return  # one question at a time: ours comes at a later turn
    turn = replace(turn_of(case, {}, "first_contact"), words="", answer=None)
    first = advance(FLOWS, "first_contact", None, turn)
    if is_asking:
        hello = tuple(e for e in first.effects if not hasattr(e, "then"))
        carry_out(case, Outcome("first_contact", hello))
        case.contact.introduced_at = case.now
        return
    said = case.contact.introduced_at is not None
    effects = tuple(e for e in first.effects if not (said and isinstance(e, Say)))
    carry_out(case, Outcome("first_contact", effects))
    case.contact.introduced_at = case.contact.introduced_at or case.now
    case.conversation.offered_at = case.now


def fallback(case: Case) -> bool:
    """Not understood: a person reads it; after the second in a row the client is told when."""
    tell_who_closed(case)
    again = list_again(case) if case.contact.doubted_at is None else None
    if again is not None:
        _offer_first_contact(case, again)
        return True
    if not case.words.strip() and not case.message.media_count:
        case.to_queue("not_understood")
        return True
    conversation = case.conversation
    conversation.not_understood = in_a_row(case)
    case.to_queue("not_understood")
    if case.contact.doubted_at is not None:
        if conversation.not_understood == 1:  # somebody else may read: no words to try
            carry_out(case, Outcome("fallback", (Say(Text("who_is_this.reply")),)))
    elif conversation.not_understood == 1:
        outcome = Outcome("fallback", (Say(Text("fallback.first")),))
        carry_out(case, outcome)
        _offer_first_contact(case, outcome)
    elif conversation.not_understood == 2:
        tell_when(case)
    return True


#: In this order; the first that returns True has dealt with the text.
STEPS = (
    late, repeat, timer.turn, flood, crowd, hand_off, watched.keep_still, someone_else, date_digit,
    check_in, waiting_question, new_note, card, keyword, intent, seen, fallback,
)  # fmt: skip
