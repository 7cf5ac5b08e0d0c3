"""Our own list of phones that said STOP, kept beside the phone company's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot import keywords, questions, timer
from bot.calendar import waiting
from bot.case import Case, add_item, words_of
from bot.checkins.writing import FLOWS as CHECK_INS
from bot.effects import put_question, say
from bot.engine import Text
from records.models import Message, OptOut

REOPEN_FLOW = "reopen"
#: Questions whose answer tells whether somebody is well.
SAFETY_FLOWS = (timer.FLOW, "still_safe", *CHECK_INS)
REOPEN_WAITS = timedelta(hours=24)
#: Among so many newer texts a START is looked for that came before a STOP that is found late.
LOOKED_AT = 100


def opt_out(case: Case) -> bool:
    """A whole message of an opt-out word closes the ledger; a person sees that it did."""
    word = keywords.opt_out_word(case.words)
    if word is None or _was_taken_back(case):
        return False
    row = case.person.opt_out
    if row is None:
        row = OptOut(
            channel=case.address.channel,
            identifier_index=case.address.identifier_index,
            contact_id=case.contact.id,
            closed_at=case.now,
            closed_by=word[:16],
        )
        case.session.add(row)
        case.person = replace(case.person, opt_out=row)
        waiting.pass_over(case.session, case.contact.id, case.now)
    elif row.reopened_at is not None:
        row.closed_at, row.closed_by = case.now, word[:16]
        row.reopened_at = row.reopen_asked_at = None
        waiting.pass_over(case.session, case.contact.id, case.now)
    _show(case)
    case.note("opt_out")
    case.session.flush()
    return True


def _was_taken_back(case: Case) -> bool:
    """Was this STOP found late, and did they text START after they had sent it?"""
    sent_at = case.message.sent_at
    if sent_at is None:
        return False
    since = case.session.execute(
        select(Message.id, Message.body_sealed)
        .where(
            Message.contact_id == case.contact.id,
            Message.direction == "inbound",
            Message.created_at > sent_at,
            Message.body_sealed.is_not(None),
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    ).all()
    texts = [(row.id, row.body_sealed) for row in since]
    return any(map(keywords.is_start, words_of(case.line, case.contact, texts)))


def _show(case: Case) -> None:
    """A person sees it: at once where somebody may be in need, who can no longer be asked."""
    waiting = case.waiting is not None and case.waiting.flow in SAFETY_FLOWS
    if waiting or case.alert_id is not None or case.contact.timer_mark is not None:
        contact, key = case.contact.id, f"opted_out_in_need:{case.contact.id}"
        message = case.message.id
        add_item(case.session, case.now, "opted_out", "urgent", contact, message, key)
    else:
        case.to_queue("opted_out")


def reopen(case: Case) -> bool:
    """START asks one neutral question; only 1 to that question opens the ledger again."""
    row = case.ledger()
    if row is None:
        return False
    if keywords.is_start(case.words):
        return _ask(case, row)
    question = case.waiting
    if question is None or question.flow != REOPEN_FLOW or row.reopen_asked_at is None:
        return False
    answer = case.answer()
    digit = answer.digit if answer else None
    if digit not in ("1", "2"):
        return False
    questions.close(case.session, question, "answered", case.now)
    if digit == "1":
        row.reopened_at = case.now
        case.note("opt_in")
        case.session.flush()
        say(case, Text("reopen.done"))
    return True


def answers_reopening(case: Case, told_id: int | None) -> bool:
    """START, or the answer to what START asks, unless an alert asked something else since, by
    the text `told_id`."""
    if keywords.is_start(case.words):
        return True
    told = case.session.get(Message, told_id) if told_id else None
    asked = case.waiting
    if asked is None or asked.flow != REOPEN_FLOW:
        return False
    return told is None or told.created_at <= asked.asked_at


def closed_ledger(case: Case) -> bool:
    """While the ledger is closed nothing routine is sent; what they text is still read."""
    if case.ledger() is None:
        return False
    case.to_queue("opted_out")
    return True


def _ask(case: Case, row: OptOut) -> bool:
    if case.is_repeat:
        return True  # a carrier's double is asked once
    row.reopen_asked_at = case.now
    put_question(
        case, Text("reopen.ask"), REOPEN_FLOW, "answered", choices=("1", "2"),
        expires=REOPEN_WAITS, purpose="reopen",
    )  # fmt: skip
    return True
