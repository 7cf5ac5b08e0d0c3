"""Texts go in order for each person, urgent ones first, and never twice."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import outbox
from bot.outbox.claims import LEASE
from bot.outbox.lookup import SURE_AFTER
from bot.outbox.send import CALL_SECONDS
from records import holders
from records.clock import ManualClock
from records.models import Address, Contact, Message
from records.models.messages import Lane, State
from tests.carrier import VANISH, ScriptedCarrier
from tests.outbox.conftest import Desk
from tests.outbox.test_send import refusal


def test_texts_to_one_person_keep_their_order(desk: Desk, carrier: ScriptedCarrier) -> None:
    for n in range(5):
        desk.write(f"{n}")
    desk.send()
    assert carrier.bodies == ["0", "1", "2", "3", "4"]


def test_one_persons_texts_are_claimed_one_at_a_time(desk: Desk) -> None:
    desk.write("0"), desk.write("1"), desk.write("other", "+16135550142")
    claims = outbox.claim_due(desk.line, desk.now, 10)
    assert len({c.message.contact_id for c in claims}) == len(claims) == 2
    assert outbox.claim_due(desk.line, desk.now, 10) == []


def test_a_reminder_set_for_later_holds_nothing_up(desk: Desk, carrier: ScriptedCarrier) -> None:
    desk.write("tomorrow", lane=Lane.TIMED, due_at=desk.now + timedelta(days=1))
    desk.write("now")
    desk.send()
    assert carrier.bodies == ["now"]


@pytest.mark.parametrize("lane", [Lane.URGENT, Lane.REPLY])
def test_nothing_overtakes_a_text_of_a_machine_whose_clock_is_a_little_ahead(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, lane: Lane
) -> None:
    desk.write("first", lane=lane, now=desk.now + timedelta(seconds=1))
    desk.write("second", lane=lane)
    desk.send()
    assert carrier.bodies == []
    clock.move_to(clock.now() + timedelta(seconds=1))
    desk.send()
    assert carrier.bodies == ["first", "second"]


def test_a_text_from_before_the_clock_was_set_back_holds_nobody_up(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    desk.write("first")
    desk.line.clock = ManualClock(desk.now - timedelta(hours=2))
    desk.write("second")
    desk.send()
    assert carrier.bodies == ["second"]


def test_a_text_that_waits_for_another_try_keeps_its_place(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(refusal("20503"))
    desk.write("first")
    desk.send()
    desk.write("second")
    desk.send()
    assert carrier.bodies == []
    clock.move_to(clock.now() + timedelta(seconds=5))
    desk.send()
    assert carrier.bodies == ["first", "second"]


def test_an_unclear_text_keeps_its_place(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(VANISH)
    desk.write("first")
    desk.write("second")
    desk.send()
    assert carrier.bodies == []
    for _ in range(70):
        clock.move_to(clock.now() + timedelta(seconds=1))
        outbox.reconcile(desk.line)
        desk.send()
    assert carrier.bodies == ["first", "second"]


def test_an_urgent_text_overtakes_routine_ones(desk: Desk, carrier: ScriptedCarrier) -> None:
    desk.write("routine", "+16135550142")
    desk.write("earlier")
    desk.write("Call 911.", lane=Lane.URGENT)
    desk.page("Urgent item 12.", desk.staff())
    desk.send()
    assert set(carrier.bodies[:2]) == {"Call 911.", "Urgent item 12."}
    assert carrier.bodies.index("earlier") > 1


def test_a_stuck_routine_text_does_not_hold_an_urgent_one(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    carrier.script.append(VANISH)
    desk.write("routine")
    desk.send()
    urgent = desk.write("Call 911.", lane=Lane.URGENT)
    desk.send()
    assert desk.row(urgent).state == State.SENT


@pytest.mark.parametrize("lane", [Lane.TIMED, Lane.BULK])
def test_no_answer_waits_for_what_the_line_started(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, lane: Lane
) -> None:
    carrier.script.append(refusal("20503"))
    started = desk.write("Tea at 2.", lane=lane)
    desk.send()
    desk.write("answer")
    desk.send()
    assert (carrier.bodies, desk.row(started).state) == (["answer"], State.QUEUED)
    clock.move_to(clock.now() + timedelta(seconds=5))
    desk.send()
    assert carrier.bodies == ["answer", "Tea at 2."]


@pytest.mark.parametrize("lane", [Lane.TIMED, Lane.BULK])
def test_of_two_that_are_due_the_answer_goes_first_and_alone(
    desk: Desk, carrier: ScriptedCarrier, lane: Lane
) -> None:
    desk.write("Tea at 2.", lane=lane)
    desk.write("answer")
    claims = outbox.claim_due(desk.line, desk.now, 10)
    assert [claim.message.lane for claim in claims] == [Lane.REPLY]
    outbox.send_one(desk.line, claims[0])
    desk.send()
    assert carrier.bodies == ["answer", "Tea at 2."]


def test_news_for_many_keep_no_answer_waiting_for_their_end(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    desk.line.config = replace(desk.line.config, send_rate=1.0)
    for n in range(20):
        desk.write("news", f"+161355502{n:02}", lane=Lane.BULK)
    desk.write("news", lane=Lane.BULK)
    desk.write("answer")
    desk.send()
    assert carrier.bodies[0] == "answer"


def test_a_sender_is_never_faster_than_its_rate(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.line.config = replace(desk.line.config, send_rate=2.0)
    for n in range(10):
        desk.write(f"{n}", f"+161355502{n:02}")
    counts = []
    for _ in range(5):
        before = len(carrier.taken)
        desk.send()
        counts.append(len(carrier.taken) - before)
        clock.move_to(clock.now() + timedelta(seconds=1))
    assert counts == [2, 2, 2, 2, 2]


def test_pages_have_their_own_slots_when_they_have_their_own_number(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    desk.line.config = replace(desk.line.config, send_rate=1.0, page_from="+16135550199")
    desk.write("one"), desk.write("two", "+16135550142")
    desk.page("Urgent item 12.", desk.staff())
    desk.send()
    assert sorted((m.body, m.from_) for m in carrier.taken) == [
        ("Urgent item 12.", "+16135550199"),
        ("one", "+16135550100"),
    ]


def test_the_next_free_slot_is_for_the_urgent(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.line.config = replace(desk.line.config, send_rate=1.0)
    for n in range(5):
        desk.write(f"{n}", f"+161355502{n:02}")
    desk.send()
    desk.write("Call 911.", lane=Lane.URGENT)
    clock.move_to(clock.now() + timedelta(seconds=1))
    desk.send()
    assert carrier.bodies == ["0", "Call 911."]


def test_a_clock_set_back_does_not_stop_a_sender(desk: Desk, carrier: ScriptedCarrier) -> None:
    desk.line.config = replace(desk.line.config, send_rate=1.0)
    desk.write("one")
    desk.send()
    desk.line.clock = ManualClock(desk.now - timedelta(hours=2))
    desk.write("two")
    desk.send()
    assert carrier.bodies == ["one", "two"]


def test_a_late_text_dies_and_is_shown(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("Circle at 5.", expires_at=desk.now + timedelta(minutes=30))
    clock.move_to(clock.now() + timedelta(minutes=30))
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.reason, carrier.taken) == (State.EXPIRED, "too_late", [])
    assert [i.subject for i in desk.items("not_delivered")] == ["too_late"]


@pytest.mark.parametrize("lane", [Lane.TIMED, Lane.BULK])
def test_quiet_hours_move_what_nobody_asked_for(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, lane: Lane
) -> None:
    zone = desk.line.config.zone
    clock.move_to(datetime(2026, 11, 30, 21, 30, tzinfo=zone))
    tomorrow = clock.now() + timedelta(days=1)
    moved = desk.write("reminder", lane=lane, purpose="reminder", expires_at=tomorrow)
    desk.write("answer", "+16135550142")
    desk.has_texted("+16135550142")
    desk.send()
    assert carrier.bodies == ["answer"]
    assert desk.row(moved).due_at == datetime(2026, 12, 1, 10, 0, tzinfo=zone)
    clock.move_to(datetime(2026, 12, 1, 9, 59, tzinfo=zone))
    desk.send()
    clock.move_to(datetime(2026, 12, 1, 10, 0, tzinfo=zone))
    desk.send()
    assert carrier.bodies == ["answer", "reminder"]


def test_a_pause_holds_what_nobody_asked_for(desk: Desk, carrier: ScriptedCarrier) -> None:
    person = desk.person()
    with desk.line.database.write() as session:
        contact = session.get_one(Contact, person)
        contact.paused_until_at = desk.now + timedelta(days=1)
    held = desk.write("reminder", lane=Lane.TIMED, purpose="reminder")
    desk.write("answer")
    desk.send()
    assert desk.row(held).state == State.HELD and carrier.bodies == ["answer"]


def test_a_phone_that_never_texted_in_receives_nothing(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    desk.person("+16135550149", proven=False)
    sent = desk.write("hello", "+16135550149")
    desk.send()
    assert (desk.row(sent).state, desk.row(sent).reason) == (State.FAILED, "not_proven")
    assert carrier.handed == [] and len(desk.items("not_delivered")) == 1


def test_an_erased_person_receives_nothing(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = desk.write("hello")
    with desk.line.database.write() as session:
        session.get_one(Contact, desk.person()).erased_at = desk.now
    desk.send()
    assert desk.row(sent).reason == "erased" and carrier.handed == []


def test_an_echo_is_stopped_and_shown(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    for _ in range(5):
        desk.write("Sorry, 1 or 2?", text_id="menu.again")
        desk.send()
    assert len(carrier.taken) == 3
    (item,) = desk.items("held")
    assert item.contact_id == desk.person()
    clock.move_to(clock.now() + timedelta(minutes=30))
    desk.write("Sorry, 1 or 2?", text_id="menu.again")
    desk.send()
    assert len(carrier.taken) == 4


def test_different_words_of_one_text_are_no_echo(desk: Desk, carrier: ScriptedCarrier) -> None:
    for day in range(5):
        desk.write(f"Circle on day {day}", text_id="circle.next")
    desk.send()
    assert len(carrier.taken) == 5


def test_urgent_texts_pages_and_a_persons_own_words_are_never_held(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    staff = desk.staff()
    for _ in range(5):
        desk.write("Are you safe? 1 yes 2 no", lane=Lane.URGENT, text_id="alert.safe")
        desk.write("ok", answered_by_id=staff, text_id=None)
        desk.page("Urgent item 12.", staff, text_id="page.urgent")
        desk.send()
    assert len(carrier.taken) == 15 and desk.items("held") == []


def test_a_dead_senders_text_is_looked_up_before_it_goes_again(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("hello")
    assert len(outbox.claim_due(desk.line, desk.now)) == 1
    clock.move_to(clock.now() + timedelta(seconds=29))
    with desk.line.database.write() as session:
        assert outbox.lapse(session, desk.now) == 0
    clock.move_to(clock.now() + timedelta(seconds=1))
    with desk.line.database.write() as session:
        assert outbox.lapse(session, desk.now) == 1
    assert desk.row(sent).state == State.UNKNOWN
    desk.send()
    assert carrier.taken == []
    for _ in range(35):
        clock.move_to(clock.now() + timedelta(seconds=1))
        outbox.reconcile(desk.line)
        desk.send()
    assert carrier.bodies == ["hello"] and desk.row(sent).state == State.SENT


def test_a_lost_lease_writes_nothing(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("hello")
    (claim,) = outbox.claim_due(desk.line, desk.now)

    def meanwhile() -> None:
        with desk.line.database.write() as session:
            session.execute(
                update(Message)
                .where(Message.id == sent)
                .values(state=State.UNKNOWN, lease_token=None)
            )

    carrier.before_taking = meanwhile
    outbox.send_one(desk.line, claim)
    assert desk.row(sent).state == State.UNKNOWN and desk.row(sent).carrier_sid is None


def test_a_sender_whose_text_another_took_over_cannot_end_it(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    page = desk.page("Urgent item 12.", desk.staff())
    (first,) = outbox.claim_due(desk.line, desk.now)
    taken_over: list[outbox.Claim] = []

    def meanwhile() -> None:
        carrier.before_taking = lambda: None
        clock.move_to(clock.now() + timedelta(seconds=30))
        with desk.line.database.write() as session:
            outbox.lapse(session, desk.now)
        outbox.reconcile(desk.line)
        taken_over.extend(outbox.claim_due(desk.line, desk.now))

    carrier.before_taking = meanwhile
    carrier.script.append(refusal("30007"))
    outbox.send_one(desk.line, first)
    assert desk.row(page).lease_token == taken_over[0].token
    assert desk.row(page).state == State.SENDING and desk.items() == []
    outbox.send_one(desk.line, taken_over[0])
    assert desk.row(page).state == State.SENT


def test_a_sender_that_slept_past_its_lease_hands_nothing_over(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    desk.write("hello")
    (claim,) = outbox.claim_due(desk.line, desk.now)
    slept = replace(claim, taken=claim.taken - LEASE.total_seconds())
    assert LEASE.total_seconds() > CALL_SECONDS
    outbox.send_one(desk.line, slept)
    assert carrier.handed == []


def test_a_sender_stopped_after_its_last_look_at_the_clock_is_overtaken_by_nothing(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("first"), desk.write("second")
    (claim,) = outbox.claim_due(desk.line, desk.now)

    def the_others_go_on() -> None:
        carrier.before_taking = lambda: None
        for _ in range(int(SURE_AFTER.total_seconds()) - 1):
            clock.move_to(clock.now() + timedelta(seconds=1))
            with desk.line.database.write() as session:
                outbox.lapse(session, desk.now)
            outbox.reconcile(desk.line)
            desk.send()

    carrier.before_taking = the_others_go_on
    outbox.send_one(desk.line, claim)
    assert carrier.bodies == ["first"]
    the_others_go_on()
    assert carrier.bodies == ["first", "second"]


def test_alone_with_its_database_a_process_takes_up_at_once_what_the_one_before_it_held(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent, page = desk.write("hello"), desk.page("Urgent item 12.", desk.staff())
    assert len(outbox.claim_due(desk.line, desk.now, limit=2)) == 2  # and then the process died
    with desk.line.database.write() as session:
        assert outbox.orphans(session, desk.now) == 2
    outbox.reconcile(desk.line)
    desk.send()
    assert carrier.bodies == ["Urgent item 12."]  # a client is not texted again on a guess
    assert desk.row(page).state == State.SENT and desk.row(sent).state == State.UNKNOWN


def test_a_dead_senders_page_waits_half_as_long_as_a_clients_text(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("hello")
    desk.page("Urgent item 12.", desk.staff())
    assert len(outbox.claim_due(desk.line, desk.now, limit=2)) == 2
    clock.move_to(clock.now() + timedelta(seconds=15))
    with desk.line.database.write() as session:
        assert outbox.lapse(session, desk.now) == 1
    outbox.reconcile(desk.line)
    desk.send()
    assert carrier.bodies == ["Urgent item 12."]


def test_many_senders_hand_each_text_over_once_and_in_order(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    people, each = 6, 8
    expected = {f"+161355502{p:02}": [f"{p}-{n}" for n in range(each)] for p in range(people)}
    for n in range(each):
        for p, number in enumerate(expected):
            desk.write(f"{p}-{n}", number)
    stop = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set() and len(carrier.taken) < people * each:
                for claim in outbox.claim_due(desk.line, desk.now, 2):
                    outbox.send_one(desk.line, claim)
        except BaseException as error:
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    heard = {number: [m.body for m in carrier.taken if m.to == number] for number in expected}
    assert heard == expected


def test_a_text_that_comes_due_while_a_later_one_is_under_way_waits(
    desk: Desk, clock: ManualClock
) -> None:
    desk.write("reminder", lane=Lane.TIMED, due_at=desk.now + timedelta(seconds=5))
    later = desk.write("now")
    (claim,) = outbox.claim_due(desk.line, desk.now)
    assert claim.message.id == later
    clock.move_to(clock.now() + timedelta(seconds=5))
    other = desk.write("other", "+16135550142")
    (beside,) = outbox.claim_due(desk.line, desk.now, 10)
    assert beside.message.id == other
    outbox.send_one(desk.line, claim)
    assert len(outbox.claim_due(desk.line, desk.now)) == 1


def test_a_page_whose_sender_died_goes_again(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    page = desk.page("Urgent item 12.", desk.staff())
    outbox.claim_due(desk.line, desk.now)
    clock.move_to(clock.now() + timedelta(seconds=30))
    with desk.line.database.write() as session:
        outbox.lapse(session, desk.now)
    outbox.reconcile(desk.line)
    desk.send()
    assert desk.row(page).state == State.SENT


def test_a_proven_phone_is_proven_by_its_own_text_only(desk: Desk) -> None:
    desk.person()
    with desk.line.database.read() as session:
        assert session.query(Address).one().proven_at == desk.now


def _leave_a_page_to_the_dead(desk: Desk) -> None:
    """A page and a client's text held by a process that has died since; nobody else's lease."""
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    with desk.line.database.write() as session:
        for message in session.scalars(select(Message).where(Message.state == State.SENDING)):
            message.lease_token = holders.sign().replace(f".{os.getpid()}.", f".{child.pid}.")


def test_a_page_of_a_process_that_died_goes_again_at_once_and_a_clients_text_waits(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent, page = desk.write("hello"), desk.page("Urgent item 12.", desk.staff())
    assert len(outbox.claim_due(desk.line, desk.now, limit=2)) == 2
    with desk.line.database.write() as session:
        assert outbox.lapse(session, desk.now) == 0  # whoever holds them is alive: this process
    _leave_a_page_to_the_dead(desk)
    with desk.line.database.write() as session:
        assert outbox.lapse(session, desk.now) == 1
    desk.send()
    assert carrier.bodies == ["Urgent item 12."]
    assert desk.row(page).state == State.SENT and desk.row(sent).state == State.SENDING


@pytest.mark.parametrize("token", (None, "", "x", "0badf00d.1.x", "0badf00d.999999999.x"))
def test_of_another_machines_process_nothing_is_known(token: str | None) -> None:
    assert not holders.is_dead(token)


def test_a_lease_is_signed_by_this_process_and_fits_its_column() -> None:
    tokens = {holders.sign() for _ in range(50)}
    assert len(tokens) == 50 and max(map(len, tokens)) <= 40
    assert not any(map(holders.is_dead, tokens))
    machine, _, _ = tokens.pop().split(".", 2)
    assert holders.is_dead(f"{machine}.999999999.x") and not holders.is_dead(f"{machine}.1.x")
    assert not holders.is_dead(f"{machine}.x.x")
