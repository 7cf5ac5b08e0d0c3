"""Pages that go another way than by text: one process has each, and how a call ended is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.escalation import calls, taking
from records.models import Message
from records.models.messages import State
from tests.conversations.urgent.cast import Cast
from tests.escalation.item import Desk


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def waiting(
    desk: Desk, *due: float, channel: str = "email", state: State = State.QUEUED
) -> list[int]:
    """Pages made of those that there are, each due so many seconds from now."""
    with desk.line.database.write() as session:
        pages = session.scalars(
            select(Message).where(Message.purpose == "page").order_by(Message.id)
        ).all()
        for message, seconds in zip(pages, due, strict=False):
            message.channel, message.state = channel, state
            message.due_at = desk.now + timedelta(seconds=seconds)
            message.lease_token = message.final_at = None
        return [message.id for message in pages]


def took(desk: Desk, channel: str = "email") -> tuple[int, str] | None:
    with desk.line.database.write() as session:
        found = taking.take(session, channel, desk.now)
        return (found[0].id, found[1]) if found else None


def row(desk: Desk, message_id: int) -> Message:
    with desk.line.database.read() as session:
        return session.get_one(Message, message_id)


def next_at(desk: Desk, channel: str = "email") -> float | None:
    with desk.line.database.read() as session:
        at = taking.next_at(session, channel)
    return None if at is None else (at - desk.now).total_seconds()


def test_the_one_that_was_due_longest_is_taken_and_no_other_process_gets_it(desk: Desk) -> None:
    first, second, third = waiting(desk, 0, -5, 1)
    attempts = row(desk, second).attempts
    assert next_at(desk) == -5
    taken = took(desk)
    assert taken is not None and taken[0] == second
    held = row(desk, second)
    assert (held.state, held.lease_token) == (State.SENDING, taken[1])
    assert held.lease_until_at == desk.now + timedelta(seconds=30)
    assert (held.sending_at, held.attempts) == (desk.now, attempts + 1)
    again = took(desk)
    assert again is not None and again[0] == first and again[1] != taken[1]
    assert took(desk) is None  # the third is due later
    assert next_at(desk) == 1 and row(desk, third).state == State.QUEUED


def test_another_channel_or_a_settled_one_is_not_taken(desk: Desk) -> None:
    waiting(desk, 0, 0, 0)
    assert took(desk, "push") is None and next_at(desk, "push") is None
    for state in (State.SENDING, State.SENT, State.FAILED, State.DELIVERED):
        waiting(desk, 0, 0, 0, state=state)
        assert took(desk) is None and next_at(desk) is None


def test_only_whose_lease_holds_may_write(desk: Desk) -> None:
    waiting(desk, 0, 5, 5)
    taken = took(desk)
    assert taken is not None
    message = row(desk, taken[0])
    with desk.line.database.write() as session:
        assert taking.held(session, message, "another's") is None
        mine = taking.held(session, message, taken[1])
        assert mine is not None and mine.id == message.id
        assert (mine.lease_token, mine.lease_until_at) == (None, None)
        session.flush()
        assert taking.held(session, message, taken[1]) is None
    gone = Message(id=5)
    with desk.line.database.write() as session:
        assert taking.held(session, gone, taken[1]) is None


@pytest.mark.parametrize(
    ("given", "own"),
    [
        ("1", 1),
        ("007", 7),
        ("9" * 18, int("9" * 18)),
        ("8" + "9" * 18, int("8" + "9" * 18)),
        ("9" * 19, None),
        ("1" * 20, None),
        ("", None),
        (None, None),
        ("1a", None),
        ("-1", None),
        ("1 ", None),
    ],
)
def test_an_address_names_a_row_of_ours_or_nothing(given: str | None, own: int | None) -> None:
    assert calls.own_id(given) == own


def rings(desk: Desk) -> Message:
    with desk.line.database.write() as session:
        call = session.scalars(select(Message).where(Message.channel == "voice")).one()
        call.state, call.final_at, call.reason = State.SENT, None, None
        call.lease_token, call.lease_until_at = "held", desk.now
        return call


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_a_call_that_nobody_answered_is_a_page_that_failed(desk: Desk, status: str) -> None:
    call, now = rings(desk), desk.now + timedelta(seconds=20)
    calls.ended(desk.line, status, str(call.id), now)
    kept = row(desk, call.id)
    assert (kept.state, kept.reason, kept.final_at) == (
        State.UNDELIVERED,
        "no_person_answered",
        now,
    )
    assert (kept.lease_token, kept.lease_until_at) == (None, None)


@pytest.mark.parametrize("status", ["ringing", "in-progress", "queued", "", "answered"])
def test_a_call_that_goes_on_is_not_over(desk: Desk, status: str) -> None:
    call = rings(desk)
    calls.ended(desk.line, status, str(call.id), desk.now)
    assert row(desk, call.id).state == State.SENT


def test_a_call_that_a_person_took_stays_taken(desk: Desk) -> None:
    call = rings(desk)
    with desk.line.database.write() as session:
        session.get_one(Message, call.id).state = State.DELIVERED
    calls.ended(desk.line, "completed", str(call.id), desk.now)
    assert (row(desk, call.id).state, row(desk, call.id).reason) == (State.DELIVERED, None)


def test_the_end_of_a_call_changes_no_text_and_no_unknown_row(desk: Desk) -> None:
    rings(desk)
    with desk.line.database.write() as session:
        text = session.scalars(
            select(Message).where(Message.channel == "sms", Message.purpose == "page")
        ).first()
        assert text is not None
        text.state = State.SENT
    for given in (str(text.id), "5", None, "x"):
        calls.ended(desk.line, "busy", given, desk.now)
    assert row(desk, text.id).state == State.SENT


def test_whether_a_lease_holds_is_read_anew(desk: Desk) -> None:
    waiting(desk, 0, 5, 5)
    taken = took(desk)
    assert taken is not None
    with desk.line.database.write() as session:
        known = session.get_one(Message, taken[0])
        another = update(Message).where(Message.id == known.id).values(lease_token="another's")
        session.execute(another.execution_options(synchronize_session=False))
        assert taking.held(session, known, taken[1]) is None
