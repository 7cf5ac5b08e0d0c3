"""What is handed to the phone company for one text, and what each answer makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import outbox, watched
from bot.gateways import Accepted, Filled, GatewayError
from bot.gateways.refusals import CERTIFICATE
from bot.line import SecondCarrier
from bot.outbox import carriers
from bot.outbox.claims import Claim
from bot.outbox.judge import HUSHED
from bot.outbox.send import back_off_seconds
from bot.wordings import Wording
from records.clock import ManualClock
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.models import Message
from records.models.messages import Lane, State
from records.vault import Vault
from tests.carrier import VANISH, ScriptedCarrier
from tests.outbox.conftest import Desk
from tests.outbox.test_send import refusal

OTHER = SecondCarrier("AC" + "1" * 32, ("token",), "+16135550102")
BUSY, ACCOUNT, GONE = "20429", "20003", "30005"


class Ringer(ScriptedCarrier):
    """Writes down what a call was asked for."""

    rung: list[tuple[str, str, str, str | None]]

    def call(self, to: str, answer_url: str, status_url: str, sender: str | None) -> Accepted:
        self.rung.append((to, answer_url, status_url, sender))
        return super().call(to, answer_url, status_url, sender)


def taken(desk: Desk) -> Claim:
    (claim,) = outbox.claim_due(desk.line, desk.now)
    return claim


def wait_of(desk: Desk, message_id: int) -> float:
    due_at = desk.row(message_id).due_at
    assert due_at is not None
    return (due_at - desk.now).total_seconds()


@pytest.mark.parametrize(
    ("page_from", "by_second", "caller"),
    [
        (None, False, "+16135550100"),
        ("+16135550199", False, "+16135550199"),
        ("+16135550199", True, "+16135550102"),
    ],
)
def test_a_call_comes_from_the_number_of_pages(
    desk: Desk, clock: ManualClock, page_from: str | None, by_second: bool, caller: str
) -> None:
    first, second = Ringer(clock), Ringer(clock)
    first.rung, second.rung = [], []
    line = desk.line
    line.gateway = first
    line.config = replace(line.config, page_from=page_from, public_url="https://line.test/")
    if by_second:
        line.config, line.second_gateway = replace(line.config, second=OTHER), second
    page = desk.page("Urgent item 12.", desk.staff(), channel="voice")
    with line.database.write() as session:
        session.get_one(Message, page).carrier = 2 if by_second else 1
    desk.send()
    assert (second if by_second else first).rung == [
        (
            "+16135550191",
            f"https://line.test/voice/page?m={page}",
            f"https://line.test/status?m={page}",
            caller,
        )
    ]
    assert (first if by_second else second).rung == []


@pytest.mark.parametrize(
    ("lives", "validity"),
    [(3, 5), (5, 5), (6, 6), (3600, 3600), (14_400, 14_400), (20_000, 14_400), (None, None)],
)
def test_the_carrier_drops_it_when_it_would_be_too_late(
    desk: Desk, carrier: ScriptedCarrier, lives: float | None, validity: int | None
) -> None:
    ends_at = None if lives is None else desk.now + timedelta(seconds=lives)
    sent = desk.write("hello", expires_at=ends_at)
    with desk.line.database.write() as session:
        session.get_one(Message, sent).expires_at = ends_at
    desk.send()
    assert carrier.handed[0].validity_seconds == validity


@pytest.mark.parametrize(
    ("channel", "own", "sender"),
    [
        ("whatsapp", "+16135550109", "whatsapp:+16135550109"),
        ("whatsapp", None, "+16135550100"),
        ("sms", "+16135550109", "+16135550100"),
    ],
)
def test_a_whatsapp_text_comes_from_the_number_for_that(
    desk: Desk, carrier: ScriptedCarrier, channel: str, own: str | None, sender: str
) -> None:
    desk.line.config = replace(desk.line.config, whatsapp_from=own)
    desk.write("hello")
    claim = taken(desk)
    claim.message.channel = channel
    outbox.send_one(desk.line, claim)
    assert [one.sender for one in carrier.handed] == [sender]


@pytest.mark.parametrize(
    ("left", "slept", "is_sent"), [(30, 0, True), (12, 0, True), (11, 0, False), (30, 19, False)]
)
def test_a_sender_that_slept_leaves_a_clients_text_to_the_others(
    desk: Desk, carrier: ScriptedCarrier, left: float, slept: float, is_sent: bool
) -> None:
    desk.write("hello")
    claim = taken(desk)
    claim.message.lease_until_at = desk.now + timedelta(seconds=left)
    outbox.send_one(desk.line, replace(claim, taken=claim.taken - slept))
    assert (carrier.bodies == ["hello"]) is is_sent


def test_a_sender_that_slept_hands_over_a_page_all_the_same(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    desk.page("Urgent item 12.", desk.staff())
    claim = taken(desk)
    claim.message.lease_until_at = desk.now
    outbox.send_one(desk.line, replace(claim, taken=claim.taken - 60))
    assert carrier.bodies == ["Urgent item 12."]


@pytest.mark.parametrize("change", [{"lease_token": "another's"}, {"state": State.QUEUED}])
def test_what_another_wrote_meanwhile_stands(
    desk: Desk, carrier: ScriptedCarrier, change: dict[str, Any]
) -> None:
    sent = desk.write("hello")
    claim = taken(desk)

    def meanwhile() -> None:
        with desk.line.database.write() as session:
            for name, value in change.items():
                setattr(session.get_one(Message, sent), name, value)

    carrier.before_taking = meanwhile
    outbox.send_one(desk.line, claim)
    row = desk.row(sent)
    assert row.carrier_sid is None and row.state == change.get("state", State.SENDING)
    assert row.lease_token == change.get("lease_token", claim.token)


def test_one_text_taken_changes_no_other(desk: Desk, carrier: ScriptedCarrier) -> None:
    first, second = desk.write("one"), desk.write("two", "+16135550142")
    outbox.send_one(desk.line, taken(desk))
    assert {desk.row(first).state, desk.row(second).state} == {State.SENT, State.QUEUED}


def test_a_text_that_was_taken_is_clean_of_earlier_trouble(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(refusal(BUSY))
    sent = desk.write("hello")
    desk.send()
    assert (desk.row(sent).error_code, desk.row(sent).reason) == (BUSY, "busy")
    clock.move_to(clock.now() + timedelta(seconds=10))
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.error_code, row.reason) == (State.SENT, None, None)
    assert (row.sent_at, row.sender) == (desk.now, "+16135550100")
    assert row.ask_at is not None and row.lease_until_at is None


def test_each_attempt_waits_twice_as_long_and_a_little_apart(desk: Desk) -> None:
    def waits(lane: Lane) -> list[float]:
        row = desk.row(desk.write("hello", lane=lane))
        found = []
        for attempts in range(1, 13):
            row.attempts = attempts
            found.append(back_off_seconds(row))
        return found

    for lane, first, most in ((Lane.REPLY, 2, 120), (Lane.URGENT, 1, 10)):
        for attempts, wait in enumerate(waits(lane)):
            least = min(most, first * 2**attempts)
            assert least <= wait < least * 1.25
    row = desk.row(desk.write("hello"))
    row.attempts = 0
    assert 2 <= back_off_seconds(row) < 2.5
    row.attempts, row.id = 1, 1
    spread = set()
    for row_id in range(400):
        row.id = row_id
        spread.add(back_off_seconds(row))
    assert min(spread) < 2.02 and max(spread) > 2.48 and len(spread) > 100


def test_the_carriers_wish_makes_no_wait_shorter(desk: Desk, carrier: ScriptedCarrier) -> None:
    carrier.script.append(refusal(BUSY, 0.5))
    sent = desk.write("hello")
    desk.send()
    assert 2 <= wait_of(desk, sent) < 2.5


@pytest.mark.parametrize(("lives", "state"), [(45.0, State.EXPIRED), (45.5, State.QUEUED)])
def test_a_text_that_would_come_back_too_late_is_shown_now(
    desk: Desk, carrier: ScriptedCarrier, lives: float, state: State
) -> None:
    carrier.script.append(refusal(BUSY, 45))
    sent = desk.write("hello", expires_at=desk.now + timedelta(seconds=lives))
    desk.send()
    row = desk.row(sent)
    assert row.state == state
    shown = [(item.message_id, item.subject) for item in desk.items("not_delivered")]
    assert shown == ([] if state == State.QUEUED else [(sent, "busy")])


@pytest.mark.parametrize(
    ("error", "subjects"),
    [
        (refusal(ACCOUNT), ["carrier_account"]),
        (refusal("21606"), ["carrier_sender"]),
        (refusal(BUSY), []),
        (GatewayError(CERTIFICATE, code=None, permanent=False), [f"carrier_{CERTIFICATE}"]),
    ],
)
def test_what_only_an_operator_can_mend_is_an_alarm(
    desk: Desk, carrier: ScriptedCarrier, error: GatewayError, subjects: list[str]
) -> None:
    carrier.script.append(error)
    sent = desk.write("hello")
    desk.send()
    assert [item.subject for item in desk.items("alarm")] == subjects
    assert desk.row(sent).state == State.QUEUED


def with_two(desk: Desk, clock: ManualClock) -> ScriptedCarrier:
    """A second phone company; pages begin with the first."""
    second = ScriptedCarrier(clock)
    desk.line.config = replace(desk.line.config, second=OTHER)
    desk.line.second_gateway = second
    with desk.line.database.write() as session:
        carriers.failed(session, desk.line, carriers.SECOND, desk.now)
    return second


def weight(desk: Desk) -> int:
    with desk.line.database.read() as session:
        return carriers.weight(session, desk.now)


def test_a_page_that_one_refuses_for_good_is_tried_by_the_other_and_then_shown(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    second = with_two(desk, clock)
    carrier.script.append(refusal(GONE))
    second.script.append(refusal(GONE))
    page, before = desk.page("Urgent item 12.", desk.staff()), weight(desk)
    desk.send()
    assert len(carrier.handed) == len(second.handed) == 1
    row = desk.row(page)
    assert (row.state, row.reason, row.final_at) == (State.FAILED, "number_gone", desk.now)
    assert weight(desk) == before  # the number is wrong, not the phone company


def test_with_one_phone_company_a_page_refused_for_good_is_shown_at_once(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    carrier.script.append(refusal(GONE))
    page = desk.page("Urgent item 12.", desk.staff())
    desk.send()
    assert (desk.row(page).state, desk.row(page).reason) == (State.FAILED, "number_gone")
    assert [item.message_id for item in desk.items("not_delivered")] == [page]
    assert len(carrier.handed) == 1


@pytest.mark.parametrize("outcome", [refusal(BUSY), VANISH])
def test_a_page_goes_by_the_other_at_once_and_when_both_fail_a_little_later(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, outcome: Any
) -> None:
    second = with_two(desk, clock)
    carrier.script.append(outcome)
    second.script.append(outcome)
    page, before = desk.page("Urgent item 12.", desk.staff()), weight(desk)
    outbox.send_one(desk.line, taken(desk))
    assert (desk.row(page).carrier, desk.row(page).state) == (2, State.QUEUED)
    assert wait_of(desk, page) == 0 and weight(desk) < before
    outbox.send_one(desk.line, taken(desk))
    assert (desk.row(page).carrier, desk.row(page).state) == (1, State.QUEUED)
    assert 2 <= wait_of(desk, page) < 2.5  # the second attempt of an urgent text


def test_a_page_of_unknown_outcome_goes_again_at_once_and_then_ever_later(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.extend([VANISH] * 3)
    page = desk.page("Urgent item 12.", desk.staff())
    found = []
    for _ in range(3):
        outbox.send_one(desk.line, taken(desk))
        found.append(wait_of(desk, page))
        clock.move_to(clock.now() + timedelta(seconds=found[-1]))
    assert found[0] == 0 and 2 <= found[1] < 2.5 and 4 <= found[2] < 5
    assert desk.row(page).state == State.QUEUED


@pytest.mark.parametrize(("lane", "wait"), [(Lane.URGENT, 0), (Lane.REPLY, 20), (Lane.BULK, 20)])
def test_a_clients_text_of_unknown_outcome_is_asked_about_and_never_switched(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, lane: Lane, wait: float
) -> None:
    with_two(desk, clock)
    carrier.script.append(VANISH)
    sent, before = desk.write("hello", lane=lane), weight(desk)
    outbox.send_one(desk.line, taken(desk))
    row = desk.row(sent)
    assert (row.state, row.carrier, wait_of(desk, sent)) == (State.UNKNOWN, 1, wait)
    assert weight(desk) < before


def test_while_a_key_is_missing_a_text_waits_and_an_operator_is_told(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = desk.write("hello")
    claim = taken(desk)
    store, ring = desk.line.vault.keys.database, KeyRing.parse(KeyRing.new_part("another"))
    desk.line.vault = Vault(KeyStore(store, ring, desk.line.now))
    outbox.send_one(desk.line, claim)
    assert carrier.handed == [] and desk.row(sent).state == State.QUEUED
    assert wait_of(desk, sent) == 30
    assert [item.subject for item in desk.items("alarm")] == ["sealing_key_missing"]


def test_words_that_cannot_be_opened_are_shown_to_a_person(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = desk.write("hello")
    with desk.line.database.write() as session:
        session.get_one(Message, sent).body_sealed = b"broken"
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.reason, row.final_at) == (State.FAILED, "cannot_be_opened", desk.now)
    assert [item.message_id for item in desk.items("not_delivered")] == [sent]
    assert carrier.handed == [] and desk.items("alarm") == []


def test_a_text_that_was_judged_to_go_by_a_wording_goes_by_it(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    wording = Wording("reminder", "HX" + "1" * 32, "See you at {{1}}.")
    desk.line.config = replace(desk.line.config, wordings=(wording,))
    desk.write("See you at 2.")
    claim = taken(desk)
    claim.message.template_sid = wording.sid
    outbox.send_one(desk.line, claim)
    assert [one.template for one in carrier.handed] == [Filled(wording.sid, {"1": "2"})]


def test_what_turned_quiet_while_it_was_handed_over_is_not_tried_again(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    def turns_quiet() -> None:
        with desk.line.database.write() as session:
            watched.keep_back(session, desk.person())

    sent = desk.write("the police are coming", answered_by_id=desk.staff())
    carrier.script.append(refusal("20503"))
    carrier.before_taking = turns_quiet
    desk.send()
    clock.move_to(clock.now() + timedelta(seconds=30))
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.reason, carrier.taken) == (State.HELD, HUSHED, [])
