"""A text of which nobody knows whether the phone company has it: when it is asked about, and when
it goes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot import outbox
from bot.gateways import Outgoing
from bot.outbox.claims import LEASE
from bot.outbox.lookup import LOOKED
from records.backup_plan import RESTORED
from records.clock import ManualClock
from records.models import Message
from records.models.messages import Lane, State
from tests.carrier import TAKE_SILENTLY, VANISH, ScriptedCarrier
from tests.outbox.conftest import Desk

SHOWN, ASKED_IN_VAIN = False, True


def unclear(desk: Desk, body: str = "hello", *, age: float = 0, **change: Any) -> int:
    """A text that was handed over so many seconds ago, with what came of it unknown; it has been
    looked for once."""
    sent = desk.write(body, **change.pop("how", {}))
    with desk.line.database.write() as session:
        row = session.get_one(Message, sent)
        row.state, row.due_at = State.UNKNOWN, desk.now
        row.sending_at = desk.now - timedelta(seconds=age)
        row.attempts, row.reason = 1, LOOKED
        for name, value in change.items():
            setattr(row, name, value)
    return sent


def due_in(desk: Desk, message_id: int) -> float:
    due_at = desk.row(message_id).due_at
    assert due_at is not None
    return (due_at - desk.now).total_seconds()


URGENT = {"lane": Lane.URGENT, "purpose": "first_reply"}


@pytest.mark.parametrize(
    ("how", "age", "is_away", "state", "due"),
    [
        ({}, 0, SHOWN, State.UNKNOWN, 10),
        ({}, 45, SHOWN, State.UNKNOWN, 10),
        ({}, 53, SHOWN, State.UNKNOWN, 7),
        ({}, 59, SHOWN, State.UNKNOWN, 1),
        ({}, 60, SHOWN, State.QUEUED, 0),
        ({}, 61, ASKED_IN_VAIN, State.UNKNOWN, 10),
        ({}, 3000, ASKED_IN_VAIN, State.UNKNOWN, 10),
        (URGENT, 0, SHOWN, State.UNKNOWN, 5),
        (URGENT, 18, SHOWN, State.UNKNOWN, 2),
        (URGENT, 20, SHOWN, State.QUEUED, 0),
        (URGENT, 20, ASKED_IN_VAIN, State.UNKNOWN, 5),
        (URGENT, 59, ASKED_IN_VAIN, State.UNKNOWN, 5),
        (URGENT, 60, ASKED_IN_VAIN, State.QUEUED, 0),
    ],
)
def test_it_is_asked_about_and_goes_again_in_its_time(
    desk: Desk,
    carrier: ScriptedCarrier,
    how: dict[str, Any],
    age: float,
    is_away: bool,
    state: State,
    due: float,
) -> None:
    sent = unclear(desk, age=age, how=how)
    carrier.is_down = is_away
    assert outbox.reconcile(desk.line) == 1
    row = desk.row(sent)
    assert (row.state, due_in(desk, sent)) == (state, due)
    assert row.lease_token is None
    went_on_a_guess = is_away and state == State.QUEUED
    assert row.guessed_at == (desk.now if went_on_a_guess else None)


@pytest.mark.parametrize(("how", "age", "pause"), [({}, 61, 10), (URGENT, 45, 5), (URGENT, 61, 5)])
@pytest.mark.parametrize("is_away", [SHOWN, ASKED_IN_VAIN])
def test_after_a_leap_of_the_clock_one_look_in_vain_sends_nothing_again(
    desk: Desk,
    carrier: ScriptedCarrier,
    clock: ManualClock,
    how: dict[str, Any],
    age: float,
    pause: int,
    is_away: bool,
) -> None:
    sent = unclear(desk, age=age, how=how, reason=None)
    carrier.is_down = is_away
    outbox.reconcile(desk.line)
    assert (desk.row(sent).state, due_in(desk, sent)) == (State.UNKNOWN, pause)
    # The call that was under way while the clock leapt has come to its end.
    carrier.is_down = False
    sid = carrier.send(Outgoing("+16135550141", "hello", "", None)).sid
    clock.move_to(clock.now() + timedelta(seconds=pause))
    outbox.reconcile(desk.line)
    assert (desk.row(sent).state, desk.row(sent).carrier_sid) == (State.SENT, sid)
    assert desk.row(sent).reason is None


def test_what_goes_again_is_looked_for_twice_the_next_time_too(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk, age=61)
    outbox.reconcile(desk.line)
    assert (desk.row(sent).state, desk.row(sent).reason) == (State.QUEUED, None)


def test_without_the_time_of_its_hand_over_its_writing_counts(desk: Desk) -> None:
    sent = unclear(desk)
    before = desk.now - timedelta(seconds=60)
    with desk.line.database.write() as session:
        values = {"sending_at": None, "created_at": before}
        session.execute(update(Message).values(**values))
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.QUEUED


def test_one_that_is_due_later_is_not_asked_about(desk: Desk, carrier: ScriptedCarrier) -> None:
    unclear(desk, due_at=desk.now + timedelta(seconds=1))
    assert outbox.reconcile(desk.line) == 0 and carrier.questions == 0


def test_urgent_ones_are_asked_about_first_then_those_due_longest(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    late = unclear(desk, age=90)
    early = unclear(desk, age=90, due_at=desk.now - timedelta(seconds=5))
    urgent = unclear(desk, age=90, how=URGENT)
    went = []
    for _ in range(3):
        assert outbox.reconcile(desk.line, limit=1) == 1
        now_queued = {m for m in (late, early, urgent) if desk.row(m).state == State.QUEUED}
        went += sorted(now_queued - set(went))
    assert went == [urgent, early, late]


def test_no_more_are_asked_about_at_once_than_was_said(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    for n in range(3):
        unclear(desk, f"{n}")
    assert outbox.reconcile(desk.line, limit=2) == 2 and carrier.questions == 2
    assert outbox.reconcile(desk.line) == 1
    for n in range(25):
        unclear(desk, f"again {n}")
    assert outbox.reconcile(desk.line) == 20


def test_the_first_question_without_an_answer_is_the_last_for_now(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    unclear(desk, "one"), unclear(desk, "two")
    carrier.is_down = True
    assert outbox.reconcile(desk.line) == 1 and carrier.questions == 1


def test_while_it_is_asked_about_nobody_else_asks(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = unclear(desk, age=90)
    seen = []
    ask = carrier.sent_to

    def slow(to: str, since: object) -> Any:
        row = desk.row(sent)
        seen.append((due_in(desk, sent), row.lease_token is not None, since))
        assert outbox.reconcile(desk.line) == 0
        return ask(to, since)  # type: ignore[arg-type]

    carrier.sent_to = slow  # type: ignore[method-assign]
    outbox.reconcile(desk.line)
    since = desk.now - timedelta(seconds=90, minutes=5)
    assert seen == [(LEASE.total_seconds(), True, since)]
    assert desk.row(sent).state == State.QUEUED


def test_what_another_machine_decided_meanwhile_stands(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk, age=90)
    ask = carrier.sent_to

    def slow(to: str, since: Any) -> Any:
        with desk.line.database.write() as session:
            session.get_one(Message, sent).lease_token = "another's"  # noqa: S105
        return ask(to, since)

    carrier.sent_to = slow  # type: ignore[method-assign]
    assert outbox.reconcile(desk.line) == 1
    row = desk.row(sent)
    assert (row.state, row.lease_token) == (State.UNKNOWN, "another's")


def test_what_was_settled_meanwhile_stays_settled(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = unclear(desk, age=90)
    ask = carrier.sent_to

    def slow(to: str, since: Any) -> Any:
        with desk.line.database.write() as session:
            session.get_one(Message, sent).state = State.DELIVERED
        return ask(to, since)

    carrier.sent_to = slow  # type: ignore[method-assign]
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.DELIVERED


def test_a_page_goes_again_without_a_question(desk: Desk, carrier: ScriptedCarrier) -> None:
    page = desk.page("Urgent item 12.", desk.staff())
    with desk.line.database.write() as session:
        row = session.get_one(Message, page)
        row.state, row.due_at, row.sending_at = State.UNKNOWN, desk.now, desk.now
    carrier.is_down = True
    assert outbox.reconcile(desk.line) == 1 and carrier.questions == 0
    assert (desk.row(page).state, due_in(desk, page)) == (State.QUEUED, 0)


def test_one_that_would_be_too_late_is_shown_to_a_person(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = unclear(desk, expires_at=desk.now + timedelta(seconds=10))
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.UNKNOWN
    clock.move_to(clock.now() + timedelta(seconds=10))
    carrier.is_down = True
    outbox.reconcile(desk.line)
    row = desk.row(sent)
    assert (row.state, row.reason, row.final_at) == (State.EXPIRED, "outcome_unknown", desk.now)
    assert [item.message_id for item in desk.items("not_delivered")] == [sent]


def test_one_that_never_expires_is_asked_about_for_ever(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk, expires_at=None, age=9000)
    carrier.is_down = True
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.UNKNOWN


@pytest.mark.parametrize("shown", ["hello\r\nyou", "  hello\nyou ", "hello\nyou"])
def test_the_same_words_are_known_again_however_they_were_trimmed(
    desk: Desk, carrier: ScriptedCarrier, shown: str
) -> None:
    sent = unclear(desk, "hello\nyou")
    sid = carrier._take("+16135550141", shown, "+16135550100")
    outbox.reconcile(desk.line)
    row = desk.row(sent)
    assert (row.state, row.carrier_sid, row.sender) == (State.SENT, sid, "+16135550100")
    assert row.lease_token is None


@pytest.mark.parametrize("shown", ["hello you", "Hello\nyou", "hello\n\nyou", ""])
def test_other_words_are_no_proof(desk: Desk, carrier: ScriptedCarrier, shown: str) -> None:
    sent = unclear(desk, "hello\nyou")
    carrier._take("+16135550141", shown, "+16135550100")
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.UNKNOWN


def test_the_earliest_of_two_alike_is_the_one(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = unclear(desk)
    first = carrier._take("+16135550141", "hello", "")
    clock.move_to(clock.now() + timedelta(seconds=1))
    carrier._take("+16135550141", "hello", "")
    outbox.reconcile(desk.line)
    assert desk.row(sent).carrier_sid == first
    assert desk.row(sent).sender is None


def test_a_text_to_another_phone_is_no_proof(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = unclear(desk)
    carrier._take("+16135550142", "hello", "")
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.UNKNOWN


def test_one_sent_up_to_five_minutes_before_our_clock_is_found(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk)
    carrier._take("+16135550141", "hello", "")
    carrier.taken = [replace(one, at=one.at - timedelta(minutes=5)) for one in carrier.taken]
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.SENT


def test_a_wording_of_the_carriers_own_may_be_listed_without_words(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk, template_sid="HX" + "1" * 32, age=90)
    carrier._take("+16135550141", "", "")
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.SENT


def test_after_a_restore_an_emptied_text_may_be_this_one_and_a_person_looks(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk, reason=RESTORED, age=90)
    carrier._take("+16135550141", "", "")
    outbox.reconcile(desk.line)
    row = desk.row(sent)
    assert (row.state, row.reason, row.final_at) == (State.HELD, RESTORED, desk.now)
    assert [item.message_id for item in desk.items("not_delivered")] == [sent]


@pytest.mark.parametrize("is_known", [True, False])
def test_after_a_restore_it_goes_again_where_no_stranger_is_emptied(
    desk: Desk, carrier: ScriptedCarrier, is_known: bool
) -> None:
    sent = unclear(desk, reason=RESTORED, age=90)
    sid = carrier._take("+16135550141", "" if is_known else "other words", "")
    if is_known:
        other = desk.write("before")
        with desk.line.database.write() as session:
            row = session.get_one(Message, other)
            row.state, row.carrier_sid = State.SENT, sid
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.QUEUED


def test_one_that_cannot_be_opened_goes_back_to_be_found_so(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = unclear(desk, age=90, body_sealed=b"broken")
    assert outbox.reconcile(desk.line) == 1
    assert desk.row(sent).state == State.QUEUED and carrier.questions == 0


@pytest.mark.parametrize("outcome", [TAKE_SILENTLY, VANISH])
def test_a_whole_round_ends_with_one_text_on_her_phone(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, outcome: str
) -> None:
    carrier.script.append(outcome)
    desk.write("hello")
    desk.send()
    for _ in range(30):
        clock.move_to(clock.now() + timedelta(seconds=5))
        outbox.reconcile(desk.line)
        desk.send()
    assert carrier.bodies == ["hello"]
