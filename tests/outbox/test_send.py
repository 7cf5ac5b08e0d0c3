"""A text is handed over once, and whatever the phone company answers is acted on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import outbox
from bot.gateways import GatewayError
from bot.outbox.codes import meaning
from records.clock import ManualClock
from records.models import Contact, OptOut
from records.models.messages import Lane, State
from tests.carrier import TAKE_SILENTLY, VANISH, ScriptedCarrier
from tests.outbox.conftest import Desk


def refusal(code: str, wait: float | None = None) -> GatewayError:
    trouble = meaning(code)
    return GatewayError(
        trouble.reason, code=code, permanent=trouble.permanent, retry_after_seconds=wait
    )


def test_a_text_is_handed_over_once(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = desk.write("See you Tuesday 2.")
    assert desk.send() == 1
    assert desk.send() == 0
    row = desk.row(sent)
    assert (row.state, row.carrier_sid) == (State.SENT, carrier.taken[0].sid)
    handed = carrier.handed[0]
    assert handed.to == "+16135550141" and handed.body == "See you Tuesday 2."
    assert handed.status_url == f"https://line.test/status?m={sent}"
    assert handed.validity_seconds == 3600
    assert row.lease_token is None and row.sent_at == desk.now


def test_dear_signs_are_swapped_and_the_size_is_written_down(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    row = desk.row(desk.write("Tuesday\u202f2\u2019s"))
    desk.send()
    assert carrier.bodies == ["Tuesday 2's"]
    assert (row.encoding, row.segments) == ("GSM-7", 1)


def test_words_and_numbers_are_sealed(desk: Desk) -> None:
    row = desk.row(desk.write("a secret"))
    assert row.body_sealed is not None and b"secret" not in row.body_sealed


def test_an_empty_text_is_never_queued(desk: Desk) -> None:
    with pytest.raises(ValueError, match="words"):
        desk.write(" \n")


@pytest.mark.parametrize(
    "code",
    ["21211", "21614", "30003", "30004", "30005", "30006", "30007", "30008", "30034", "63016"],
)
def test_a_final_refusal_is_shown_and_never_tried_again(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, code: str
) -> None:
    carrier.script.append(refusal(code))
    sent = desk.write("hello")
    desk.send()
    clock.move_to(clock.now() + timedelta(minutes=30))
    assert desk.send() == 0
    row = desk.row(sent)
    assert (row.state, row.error_code, row.reason) == (State.FAILED, code, meaning(code).reason)
    (item,) = desk.items("not_delivered")
    assert item.message_id == sent and item.subject == meaning(code).reason


def test_an_opted_out_phone_closes_our_ledger(desk: Desk, carrier: ScriptedCarrier) -> None:
    carrier.script.append(refusal("21610"))
    desk.write("hello")
    desk.send()
    with desk.line.database.read() as session:
        ledger = session.scalars(select(OptOut)).one()
    assert ledger.closed_by == "carrier" and ledger.reopened_at is None
    later = desk.write("again")
    desk.send()
    assert (desk.row(later).state, desk.row(later).reason) == (State.FAILED, "opted_out")
    assert len(carrier.handed) == 1


def test_an_urgent_text_is_tried_though_the_ledger_is_closed(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    carrier.script.append(refusal("21610"))
    desk.write("hello")
    desk.send()
    urgent = desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    assert desk.row(urgent).state == State.SENT


def test_a_number_that_is_gone_must_be_asked_again(desk: Desk, carrier: ScriptedCarrier) -> None:
    person = desk.person()
    with desk.line.database.write() as session:
        session.get_one(Contact, person).safe_to_text = "yes"
    carrier.script.append(refusal("30005"))
    desk.write("hello")
    desk.send()
    with desk.line.database.read() as session:
        assert session.get_one(Contact, person).safe_to_text == "unknown"


@pytest.mark.parametrize("code", ["20429", "20503", "30001", "21611", "500"])
def test_a_passing_refusal_is_tried_again_a_little_later(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, code: str
) -> None:
    carrier.script.append(refusal(code))
    sent = desk.write("hello")
    desk.send()
    row = desk.row(sent)
    assert row.state == State.QUEUED and row.due_at is not None
    assert timedelta(seconds=2) <= row.due_at - desk.now <= timedelta(seconds=3)
    clock.move_to(row.due_at)
    desk.send()
    assert desk.row(sent).state == State.SENT and desk.items() == []


def test_the_carriers_wish_to_wait_is_honoured(desk: Desk, carrier: ScriptedCarrier) -> None:
    carrier.script.append(refusal("20429", 45))
    row = desk.row(desk.write("hello"))
    desk.send()
    due_at = desk.row(row.id).due_at
    assert due_at == desk.now + timedelta(seconds=45)


def test_what_is_urgent_waits_no_longer_than_it_would_anyhow(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    carrier.script.append(refusal("20429", 7200))
    sent = desk.write("Are you safe right now?", lane=Lane.URGENT)
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.due_at) == (State.QUEUED, desk.now + timedelta(seconds=10))


def test_trying_again_ends_when_it_would_be_too_late(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.extend(refusal("20503") for _ in range(100))
    sent = desk.write("hello", expires_at=desk.now + timedelta(minutes=10))
    waits = []
    while (row := desk.row(sent)).state == State.QUEUED:
        assert row.due_at is not None
        waits.append((row.due_at - clock.now()).total_seconds())
        clock.move_to(row.due_at)
        desk.send()
    assert (row.state, row.reason) == (State.EXPIRED, "carrier_error")
    assert clock.now() <= row.created_at + timedelta(minutes=10)
    assert waits[:6] == sorted(waits[:6]) and max(waits) <= 150
    assert len(desk.items("not_delivered")) == 1


@pytest.mark.parametrize("code", ["20003", "20005", "401", "30002", "21606"])
def test_trouble_with_the_account_alarms_once_and_loses_nothing(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, code: str
) -> None:
    carrier.script.extend([refusal(code), refusal(code)])
    first, second = desk.write("one"), desk.write("two", "+16135550142")
    desk.send()
    assert len(desk.items("alarm")) == 1 and desk.items("not_delivered") == []
    clock.move_to(clock.now() + timedelta(minutes=5))
    desk.send()
    assert [desk.row(m).state for m in (first, second)] == [State.SENT] * 2


def test_a_client_is_not_texted_again_before_the_carrier_was_asked(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(TAKE_SILENTLY)
    sent = desk.write("hello")
    desk.send()
    row = desk.row(sent)
    assert row.state == State.UNKNOWN and row.due_at == desk.now + timedelta(seconds=20)
    assert outbox.reconcile(desk.line) == 0
    clock.move_to(row.due_at)
    assert outbox.reconcile(desk.line) == 1
    row = desk.row(sent)
    assert (row.state, row.carrier_sid) == (State.SENT, carrier.taken[0].sid)
    assert carrier.bodies == ["hello"]


def test_a_text_the_carrier_never_had_goes_again_after_a_minute(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(VANISH)
    sent = desk.write("hello")
    desk.send()
    begun = desk.now
    while not carrier.taken:
        clock.move_to(clock.now() + timedelta(seconds=1))
        outbox.reconcile(desk.line)
        desk.send()
    assert timedelta(seconds=60) <= desk.now - begun <= timedelta(seconds=62)
    assert desk.row(sent).state == State.SENT and carrier.bodies == ["hello"]


def test_an_urgent_text_of_unknown_outcome_goes_again_after_20_seconds(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(VANISH)
    desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    begun = desk.now
    while not carrier.taken:
        clock.move_to(clock.now() + timedelta(seconds=1))
        outbox.reconcile(desk.line)
        desk.send()
    assert desk.now - begun == timedelta(seconds=20)


def test_an_urgent_text_waits_a_minute_for_a_carrier_that_cannot_be_asked(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(TAKE_SILENTLY)
    sent = desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    begun, carrier.is_down = desk.now, True
    while desk.now - begun < timedelta(seconds=50):
        clock.move_to(clock.now() + timedelta(seconds=1))
        outbox.reconcile(desk.line)
        desk.send()
    assert carrier.bodies == ["Call 911."]
    carrier.is_down = False
    clock.move_to(clock.now() + timedelta(seconds=5))
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.SENT and carrier.bodies == ["Call 911."]


def test_in_the_end_an_urgent_text_goes_again_on_a_guess(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(VANISH)
    desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    begun, carrier.is_down = desk.now, True
    while not carrier.taken:
        clock.move_to(clock.now() + timedelta(seconds=1))
        outbox.reconcile(desk.line)
        desk.send()
    assert timedelta(seconds=60) <= desk.now - begun <= timedelta(seconds=62)


def test_an_urgent_text_the_carrier_has_is_found_at_once(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    carrier.script.append(TAKE_SILENTLY)
    sent = desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    outbox.reconcile(desk.line)
    assert desk.row(sent).state == State.SENT and len(carrier.taken) == 1


def test_a_page_to_staff_goes_again_at_once(desk: Desk, carrier: ScriptedCarrier) -> None:
    carrier.script.append(TAKE_SILENTLY)
    page = desk.page("Urgent item 12.", desk.staff())
    desk.send()
    assert desk.row(page).state == State.SENT
    assert [m.to for m in carrier.taken] == ["+16135550191"] * 2


def test_while_the_carrier_cannot_be_asked_a_client_is_not_texted_again(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(VANISH)
    sent = desk.write("hello", expires_at=desk.now + timedelta(minutes=5))
    desk.send()
    carrier.is_down = True
    while desk.row(sent).state == State.UNKNOWN:
        clock.move_to(clock.now() + timedelta(seconds=5))
        outbox.reconcile(desk.line)
        desk.send()
    row = desk.row(sent)
    assert (row.state, row.reason) == (State.EXPIRED, "outcome_unknown")
    assert carrier.taken == [] and len(desk.items("not_delivered")) == 1


def test_two_texts_alike_are_not_taken_for_one_another(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    first = desk.write("hello")
    desk.send()
    carrier.script.append(VANISH)
    second = desk.write("hello")
    desk.send()
    clock.move_to(clock.now() + timedelta(seconds=25))
    outbox.reconcile(desk.line)
    assert desk.row(first).state == State.SENT
    assert desk.row(second).state == State.UNKNOWN


def test_words_of_an_erased_person_are_not_sent(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = desk.write("hello")
    with desk.line.database.read() as session:
        ref = session.get_one(Contact, desk.person()).data_key
    desk.line.vault.keys.destroy(ref)
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.reason) == (State.FAILED, "cannot_be_opened")
    assert carrier.handed == []
