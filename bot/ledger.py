"""Our own list of phones that said STOP, kept beside the phone company's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import keywords, questions
from bot.case import Case
from bot.effects import say
from bot.engine import Text
from records.models import OptOut

REOPEN_FLOW = "reopen"
REOPEN_WAITS = timedelta(hours=24)


def opt_out(case: Case) -> bool:
    """A whole message of an opt-out word closes the ledger; a person sees that it did."""
    word = keywords.opt_out_word(case.words)
    if word is None:
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
    elif row.reopened_at is not None:
        row.closed_at, row.closed_by = case.now, word[:16]
        row.reopened_at = row.reopen_asked_at = None
    case.to_queue("opted_out")
    case.note("opt_out")
    case.session.flush()
    return True


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


def closed_ledger(case: Case) -> bool:
    """While the ledger is closed nothing routine is sent; what they text is still read."""
    if case.ledger() is None:
        return False
    case.to_queue("opted_out")
    return True


def _ask(case: Case, row: OptOut) -> bool:
    row.reopen_asked_at = case.now
    message = say(case, Text("reopen.ask"), purpose="reopen")
    if message is not None:
        questions.close_flow(case.session, case.contact, REOPEN_FLOW, case.now)
        questions.put(
            case.session,
            case.line,
            case.contact,
            message,
            flow=REOPEN_FLOW,
            step="answered",
            choices=("1", "2"),
            data={},
            now=case.now,
            expires=REOPEN_WAITS,
        )
    return True
