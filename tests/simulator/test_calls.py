"""Calls through the simulated carrier, asked for by the real Twilio library."""

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator.core import LIFELIKE

from .stand import PUBLIC, STAFF, Stand


def test_a_person_answers_hears_the_page_and_presses_a_key(stand: Stand) -> None:
    stand.line.twiml["/voice/key"] = "<Response><Say>Thank you.</Say><Hangup/></Response>"
    call = stand.ring()
    assert call.status == "queued"
    stand.settle()
    assert call.fetch().status == "in-progress"
    assert stand.network.press(STAFF, "1")
    stand.settle()
    assert stand.network.calls.get(call.sid).said == ["Urgent item 12. Press 1.", "Thank you."]
    assert call.fetch().status == "completed"
    assert stand.line.fields("/voice/key", "Digits") == ["1"]
    assert stand.line.fields("/voice/page", "To") == [STAFF]
    assert stand.line.fields("/voice/page", "CallStatus") == ["in-progress"]
    assert stand.line.fields("/voice/status", "CallStatus") == [
        "ringing",
        "in-progress",
        "completed",
    ]
    assert stand.line.refused == []


def test_nobody_presses_a_key(stand: Stand) -> None:
    call = stand.ring()
    stand.settle(6)
    assert stand.network.calls.get(call.sid).said[-1] == "Goodbye."
    assert (call.fetch().status, call.fetch().duration) == ("completed", "5")
    assert not stand.network.press(STAFF, "1")


@pytest.mark.parametrize(("behaviour", "status"), [("busy", "busy"), ("no-answer", "no-answer")])
def test_a_phone_that_does_not_answer_hears_nothing(
    stand: Stand, behaviour: str, status: str
) -> None:
    stand.network.add_phone(STAFF, answering=behaviour)
    call = stand.ring(timeout=20)
    stand.settle(21)
    assert call.fetch().status == status
    assert stand.network.thread(STAFF) == []
    assert stand.line.fields("/voice/status", "CallStatus")[-1] == status


def test_a_machine_is_named_as_one_and_cannot_press(stand: Stand) -> None:
    stand.network.add_phone(STAFF, answering="machine")
    stand.ring(machine_detection="Enable")
    stand.settle()
    assert stand.line.fields("/voice/page", "AnsweredBy") == ["machine_start"]
    assert not stand.network.press(STAFF, "1")


def test_a_person_may_let_it_ring_answer_or_decline(stand: Stand) -> None:
    stand.network.add_phone(STAFF, answering="asks")
    first = stand.ring()
    stand.settle()
    assert first.fetch().status == "ringing"
    assert stand.network.answer(STAFF)
    stand.settle()
    assert first.fetch().status == "in-progress"
    assert stand.network.hang_up(STAFF)
    second = stand.ring()
    stand.settle()
    assert stand.network.hang_up(STAFF)
    assert (first.fetch().status, second.fetch().status) == ("completed", "busy")
    assert not stand.network.hang_up(STAFF)


def test_instructions_given_with_the_call_and_a_redirection(stand: Stand) -> None:
    stand.line.twiml["/voice/next"] = "<Response><Play>https://x.example/iu.mp3</Play></Response>"
    text = f"<Response><Say>One.</Say><Redirect>{PUBLIC}/voice/next</Redirect></Response>"
    call = stand.ring(url="", twiml=text)
    stand.settle()
    assert stand.network.calls.get(call.sid).said == ["One.", "[recording iu.mp3]"]


def test_keys_end_with_the_finish_key(stand: Stand) -> None:
    stand.line.twiml["/voice/page"] = (
        '<Response><Gather action="/voice/key"><Say>Code?</Say></Gather></Response>'
    )
    stand.ring()
    stand.settle()
    for key in "42#":
        assert stand.network.press(STAFF, key)
    stand.settle()
    assert stand.line.fields("/voice/key", "Digits") == ["42"]


def test_instructions_that_lead_in_a_circle_are_cut_off(stand: Stand) -> None:
    stand.line.twiml["/voice/page"] = "<Response><Redirect>/voice/page</Redirect></Response>"
    call = stand.ring()
    stand.settle()
    assert call.fetch().status == "failed"


@pytest.mark.parametrize("answer", ["not xml", "<Other/>", "<Response><Dial/></Response>"])
def test_instructions_that_make_no_sense_end_the_call_with_an_apology(
    stand: Stand, answer: str
) -> None:
    stand.line.twiml["/voice/page"] = answer
    call = stand.ring()
    stand.settle()
    assert "application error" in stand.network.calls.get(call.sid).said[0]
    assert call.fetch().status == "completed"


def test_the_line_may_end_a_call_itself(stand: Stand) -> None:
    stand.network.add_phone(STAFF, answering="asks")
    call = stand.ring()
    stand.settle()
    assert call.update(status="canceled").status == "canceled"
    assert not stand.network.answer(STAFF)
    assert [c.sid for c in stand.twilio.calls.list(status="canceled")] == [call.sid]


@pytest.mark.parametrize(
    ("asked", "code"),
    [({"to": "+1"}, 21211), ({"from_": "+16135559999"}, 21210), ({"url": ""}, 21205)],
)
def test_what_twilio_refuses_is_refused_with_its_code(
    stand: Stand, asked: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        stand.ring(**asked)
    assert refusal.value.code == code


def test_talking_takes_time_when_asked_to() -> None:
    stand = Stand(pace=LIFELIKE)
    call = stand.ring()
    stand.settle(2.2)
    assert call.fetch().status == "in-progress"
    stand.settle(5)
    assert call.fetch().status == "in-progress"
    stand.settle(5)
    assert call.fetch().status == "completed"


def test_a_question_without_an_answer_may_ask_the_line_again(stand: Stand) -> None:
    stand.line.twiml["/voice/page"] = (
        '<Response><Gather action="/voice/key" actionOnEmptyResult="true" timeout="3"/></Response>'
    )
    stand.ring()
    stand.settle(4)
    assert stand.line.fields("/voice/key", "Digits") == [""]


def test_keys_that_stop_short_are_sent_when_the_time_is_up(stand: Stand) -> None:
    stand.line.twiml["/voice/page"] = (
        '<Response><Gather action="/voice/key" numDigits="4" timeout="x"/></Response>'
    )
    stand.ring()
    stand.settle()
    stand.network.press(STAFF, "12")
    stand.settle(6)
    assert stand.line.fields("/voice/key", "Digits") == ["12"]


def test_instructions_with_nowhere_to_send_the_keys_fail(stand: Stand) -> None:
    call = stand.ring(url="", twiml='<Response><Gather numDigits="1"/></Response>')
    stand.settle()
    stand.network.press(STAFF, "1")
    assert call.fetch().status == "failed"


def test_a_rejected_call_is_not_taken_and_an_unknown_one_not_found(stand: Stand) -> None:
    stand.network.set_fault("reject", number=STAFF, code=21211)
    with pytest.raises(TwilioRestException) as refusal:
        stand.ring()
    assert refusal.value.code == 21211
    with pytest.raises(TwilioRestException) as refusal:
        stand.twilio.calls("CA" + "0" * 32).fetch()
    assert refusal.value.code == 20404
    assert stand.network.ledger() == []


def test_only_an_end_may_be_asked_for(stand: Stand) -> None:
    call = stand.ring()
    with pytest.raises(TwilioRestException) as refusal:
        call.update(url="https://elsewhere.example/")
    assert refusal.value.code == 21220
