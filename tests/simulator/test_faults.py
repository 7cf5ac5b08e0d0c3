"""Every switch of the simulator, seen from the line's side of the wire."""

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from .stand import ACCOUNT, ANN, BEA, STAFF, TOKEN, Stand


def accepted(stand: Stand) -> list[str]:
    """The bodies that the carrier took, in order."""
    return [entry.body for entry in stand.network.ledger()]


def test_slow_times_out_though_the_text_was_taken(stand: Stand) -> None:
    stand.network.set_fault("slow", seconds=20, count=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        stand.send("hello")
    stand.settle()
    assert stand.bodies() == ["hello"]


def test_slow_but_within_the_time_out_is_only_slow(stand: Stand) -> None:
    stand.network.set_fault("slow", seconds=5)
    assert stand.send("hello").status == "queued"


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500), (503, 20503)])
def test_refuse_takes_nothing(stand: Stand, status: int, code: int) -> None:
    stand.network.set_fault("refuse", code=status)
    with pytest.raises(TwilioRestException) as refusal:
        stand.send("hello")
    assert (refusal.value.status, refusal.value.code) == (status, code)
    assert accepted(stand) == []


def test_refuse_says_when_to_come_back(stand: Stand) -> None:
    stand.network.set_fault("refuse", code=429, seconds=7)
    answer = stand.app.test_client().get(
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", auth=(ACCOUNT, TOKEN)
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_cut_connection_takes_nothing(stand: Stand) -> None:
    stand.network.set_fault("refuse", code=0)
    with pytest.raises(requests.exceptions.ConnectionError):
        stand.send("hello")
    assert accepted(stand) == []


@pytest.mark.parametrize("code", [21610, 21211, 20003])
def test_reject_at_once(stand: Stand, code: int) -> None:
    stand.network.set_fault("reject", code=code)
    with pytest.raises(TwilioRestException) as refusal:
        stand.send("hello")
    assert refusal.value.code == code
    assert accepted(stand) == []


@pytest.mark.parametrize(
    ("code", "status"), [(30003, "undelivered"), (30007, "undelivered"), (30001, "failed")]
)
def test_reject_later_by_status_callback(stand: Stand, code: int, status: str) -> None:
    stand.network.set_fault("reject", code=code)
    text = stand.send("hello")
    stand.settle()
    assert stand.bodies() == []
    assert (text.fetch().status, text.fetch().error_code) == (status, code)
    assert stand.line.told[-1][1]["ErrorCode"] == str(code)


def test_accept_and_drop_never_says_another_word(stand: Stand) -> None:
    stand.network.set_fault("accept_and_drop")
    text = stand.send("hello")
    call = stand.ring()
    stand.settle(3600)
    assert (text.fetch().status, call.fetch().status) == ("queued", "queued")
    assert stand.line.told == []
    assert [entry.fault for entry in stand.network.ledger()] == ["accept_and_drop"] * 2


def test_accept_then_timeout_can_be_found_afterwards(stand: Stand) -> None:
    stand.network.set_fault("accept_then_timeout", count=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        stand.send("hello")
    assert [m.body for m in stand.twilio.messages.list(to=ANN)] == ["hello"]
    assert accepted(stand) == ["hello"]


def test_broken_json_hides_that_the_text_was_taken(stand: Stand) -> None:
    stand.network.set_fault("broken_json", count=1)
    with pytest.raises((ValueError, TwilioRestException)):
        stand.send("hello")
    assert accepted(stand) == ["hello"]


def test_duplicate_repeats_webhooks_of_both_kinds(stand: Stand) -> None:
    stand.network.set_fault("duplicate", copies=3)
    sid = stand.network.phone_sends(ANN, "hi")
    stand.send("hello", to=BEA)
    stand.settle()
    assert stand.line.fields("/sms", "MessageSid") == [sid] * 3
    assert stand.line.fields("/status", "MessageStatus") == ["sent"] * 3 + ["delivered"] * 3
    assert stand.bodies(BEA) == ["hello"]


def test_the_same_text_can_be_sent_again_under_its_own_id(stand: Stand) -> None:
    sid = stand.network.phone_sends(ANN, "hi")
    assert stand.network.phone_sends(ANN, "hi", sid=sid) == sid
    stand.settle()
    assert stand.line.fields("/sms", "MessageSid") == [sid, sid]
    assert len(stand.twilio.messages.list()) == 1


def test_reorder_lets_the_second_text_overtake_the_first(stand: Stand) -> None:
    stand.network.set_fault("reorder", number=ANN)
    for body in "ABCD":
        stand.network.phone_sends(ANN, body)
    stand.network.phone_sends(BEA, "mine")
    stand.settle(5)
    assert stand.line.fields("/sms", "Body") == ["B", "A", "D", "C", "mine"]


def test_reorder_does_not_keep_a_lone_text_for_ever(stand: Stand) -> None:
    stand.network.set_fault("reorder")
    stand.network.phone_sends(ANN, "A")
    stand.settle(2)
    assert stand.line.told == []
    stand.settle(2)
    assert stand.line.fields("/sms", "Body") == ["A"]


def test_reorder_tells_of_delivery_before_sending(stand: Stand) -> None:
    stand.network.set_fault("reorder")
    stand.send("hello")
    stand.settle()
    assert stand.line.fields("/status", "MessageStatus") == ["delivered", "sent"]


def test_webhook_down_is_tried_again_and_then_given_up(stand: Stand) -> None:
    stand.network.set_fault("webhook_down", number=ANN)
    sid = stand.network.phone_sends(ANN, "hi")
    stand.settle(60)
    message = stand.network.messages.get(sid)
    assert (message.answered, message.attempts) == (False, 6)
    assert stand.line.told == []
    assert [m.sid for m in stand.twilio.messages.list(from_=ANN)] == [sid]


def test_webhook_down_for_a_moment_loses_nothing(stand: Stand) -> None:
    stand.network.set_fault("webhook_down", count=2)
    stand.network.phone_sends(ANN, "hi")
    stand.settle(60)
    assert stand.line.fields("/sms", "Body") == ["hi"]


def test_bad_signature_is_refused_by_a_line_that_looks(stand: Stand) -> None:
    stand.network.set_fault("bad_signature", count=1)
    stand.network.phone_sends(ANN, "forged")
    stand.settle()
    assert stand.line.refused == ["/sms"]


def test_a_fault_of_one_number_leaves_the_others_alone(stand: Stand) -> None:
    stand.network.set_fault("accept_and_drop", number=ANN)
    stand.send("one")
    stand.send("two", to=BEA)
    stand.settle()
    assert (stand.bodies(ANN), stand.bodies(BEA)) == ([], ["two"])


def test_chance_and_count_are_kept(stand: Stand) -> None:
    stand.network.set_fault("accept_and_drop", probability=0.3)
    for number in range(200):
        stand.send(str(number))
    stand.settle()
    assert 40 < 200 - len(stand.bodies()) < 80
    stand.network.clear_fault()
    stand.network.set_fault("accept_and_drop", number=STAFF, count=2)
    for number in range(5):
        stand.send(str(number), to=STAFF)
    stand.settle()
    assert stand.bodies(STAFF) == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("gremlin", {}),
        ("slow", {"colour": 1}),
        ("slow", {"probability": 2}),
        ("slow", {"copies": 0}),
        ("slow", {"count": 0}),
        ("slow", {"seconds": -1}),
        ("slow", {"number": 5}),
        ("slow", {"probability": "often"}),
        ("refuse", {"code": 200}),
    ],
)
def test_a_switch_that_does_not_exist_is_named(
    stand: Stand, kind: str, settings: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        stand.network.set_fault(kind, **settings)
