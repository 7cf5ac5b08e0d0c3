"""Texts through the simulated carrier, asked for by the real Twilio library."""

from datetime import timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from .stand import ACCOUNT, ANN, BEA, OWN, PAGER, PUBLIC, START, TOKEN, Stand


def test_a_text_is_queued_then_sent_then_delivered(stand: Stand) -> None:
    text = stand.send("hello")
    assert (text.status, text.num_segments, text.direction) == ("queued", "1", "outbound-api")
    assert (text.date_created, text.date_sent) == (START, None)
    stand.settle()
    assert stand.bodies() == ["hello"]
    assert stand.line.fields("/status", "MessageStatus") == ["sent", "delivered"]
    assert set(stand.line.fields("/status", "MessageSid")) == {text.sid}
    assert stand.line.refused == []
    after = text.fetch()
    assert (after.status, after.date_sent, after.error_code) == ("delivered", START, None)


def test_nothing_reaches_phone_or_line_before_the_events_are_run(stand: Stand) -> None:
    stand.send("hello")
    stand.network.phone_sends(ANN, "hi")
    assert stand.bodies() == []
    assert stand.line.told == []


def test_a_phone_texts_the_line_with_all_the_fields_of_twilio(stand: Stand) -> None:
    sid = stand.network.phone_sends(ANN, "ᐊᐃ", media=1)
    stand.settle()
    [(path, params)] = stand.line.told
    assert path == "/sms"
    assert params["MessageSid"] == params["SmsSid"] == params["SmsMessageSid"] == sid
    assert (params["From"], params["To"], params["Body"]) == (ANN, OWN, "ᐊᐃ")
    assert (params["AccountSid"], params["ApiVersion"]) == (ACCOUNT, "2010-04-01")
    assert (params["NumSegments"], params["NumMedia"], params["SmsStatus"]) == (
        "1",
        "1",
        "received",
    )
    assert params["MediaContentType0"] == "image/jpeg"
    assert [params[place] for place in ("FromCity", "FromZip", "ToCity", "ToZip")] == [""] * 4
    assert (params["FromCountry"], params["ToState"]) == ("CA", "ON")
    assert "MessagingServiceSid" not in params
    assert stand.network.messages.get(sid).answered


def test_a_messaging_service_is_named_and_picks_its_own_number() -> None:
    service = "MG" + "2" * 32
    stand = Stand(account={"messaging_service_sid": service})
    text = stand.twilio.messages.create(to=ANN, messaging_service_sid=service, body="hello")
    assert (text.from_, text.messaging_service_sid) == (OWN, service)
    stand.network.phone_sends(ANN, "hi")
    stand.settle()
    assert stand.line.fields("/sms", "MessagingServiceSid") == [service]


def test_an_answer_goes_to_the_number_that_texted_last(stand: Stand) -> None:
    stand.send("page", from_=PAGER)
    stand.settle()
    stand.network.phone_sends(ANN, "12")
    stand.network.phone_sends(BEA, "hi")
    stand.settle()
    assert stand.line.fields("/sms", "To") == [PAGER, OWN]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"to": "+1"}, 21211),
        ({"to": "613 555 0101"}, 21211),
        ({"to": ""}, 21604),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": "+16135559999"}, 21606),
        ({"from_": ""}, 21603),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(
    stand: Stand, asked: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        stand.send(**{"body": "hello", **asked})
    assert (refusal.value.status, refusal.value.code) == (400, code)
    assert stand.network.ledger() == []


def test_a_wrong_token_or_account_is_turned_away(stand: Stand) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        stand.library("wrong").messages("SM1").fetch()
    assert (refusal.value.status, refusal.value.code) == (401, 20003)
    with pytest.raises(TwilioRestException) as refusal:
        stand.twilio.api.accounts("AC" + "9" * 32).fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)


def test_stop_blocks_and_start_opens_again(stand: Stand) -> None:
    stand.network.phone_sends(ANN, " stop ")
    assert stand.network.is_blocked(ANN)
    with pytest.raises(TwilioRestException) as refusal:
        stand.send("hello")
    assert refusal.value.code == 21610
    stand.send("page", from_=PAGER)
    stand.network.phone_sends(ANN, "Start", to=OWN)
    stand.send("hello")
    stand.settle()
    assert stand.bodies() == ["page", "hello"]
    assert [params.get("OptOutType") for _, params in stand.line.told if "Body" in params] == [
        "STOP",
        "START",
    ]


@pytest.mark.parametrize(
    "word", ["STOPALL", "unsubscribe", "Cancel", "END", "quit", "REVOKE", "optout"]
)
def test_every_stop_word_of_twilio_blocks(stand: Stand, word: str) -> None:
    stand.network.phone_sends(ANN, word)
    assert stand.network.is_blocked(ANN)
    stand.network.phone_sends(ANN, "unstop")
    assert not stand.network.is_blocked(ANN)


def test_stop_inside_a_sentence_blocks_nothing(stand: Stand) -> None:
    stand.network.phone_sends(ANN, "stop him hes outside")
    assert not stand.network.is_blocked(ANN)


def test_a_messaging_service_shares_its_block_list() -> None:
    stand = Stand(account={"messaging_service_sid": "MG" + "2" * 32})
    stand.network.phone_sends(ANN, "STOP")
    assert stand.network.is_blocked(ANN, PAGER)


def test_the_carriers_own_answers_are_off_unless_asked_for(stand: Stand) -> None:
    chatty = Stand(auto_replies=True)
    for one in (stand, chatty):
        one.network.phone_sends(ANN, "HELP")
        one.settle()
    assert stand.bodies() == []
    assert len(chatty.bodies()) == 1


def test_the_list_is_newest_first_and_filtered(stand: Stand) -> None:
    stand.send("one")
    stand.settle(3600)
    stand.send("two", to=BEA)
    stand.network.phone_sends(ANN, "three")
    stand.settle()
    listed = stand.twilio.messages.list
    assert [m.body for m in listed()] == ["three", "two", "one"]
    assert [m.body for m in listed(to=ANN)] == ["one"]
    assert [m.body for m in listed(from_=ANN)] == ["three"]
    assert [m.direction for m in listed(to=OWN)] == ["inbound"]
    assert [m.body for m in listed(date_sent_after=START + timedelta(minutes=1))] == [
        "three",
        "two",
    ]
    assert [m.body for m in listed(date_sent_before=START + timedelta(minutes=1))] == ["one"]
    assert len(listed(date_sent=START.date())) == 3
    assert listed(date_sent=START.date() - timedelta(days=1)) == []


def test_the_list_turns_its_pages(stand: Stand) -> None:
    for number in range(7):
        stand.send(f"text {number}")
    assert [m.body[-1] for m in stand.twilio.messages.list(page_size=3)] == list("6543210")


def test_the_carriers_copy_is_blanked_only_when_the_text_has_arrived(stand: Stand) -> None:
    text = stand.send("hello")
    with pytest.raises(TwilioRestException) as refusal:
        text.update(body="")
    assert refusal.value.code == 20009
    stand.settle()
    assert text.update(body="").body == ""
    inbound = stand.network.phone_sends(ANN, "mine")
    assert stand.twilio.messages(inbound).update(body="").body == ""
    assert stand.bodies() == ["hello"]
    assert [entry.body for entry in stand.network.ledger()] == ["hello"]


def test_a_text_can_be_deleted_and_is_then_unknown(stand: Stand) -> None:
    text = stand.send("hello")
    stand.settle()
    assert text.delete()
    with pytest.raises(TwilioRestException) as refusal:
        text.fetch()
    assert (refusal.value.status, refusal.value.code) == (404, 20404)
    assert stand.twilio.messages.list() == []


def test_a_text_that_waits_too_long_fails_instead_of_arriving_late(stand: Stand) -> None:
    stand.network.set_fault("queue_delay", seconds=90)
    stand.send("late", validity_period=60)
    stand.send("in time", validity_period=120)
    stand.settle(100)
    assert stand.bodies() == ["in time"]
    [late, _] = reversed(stand.twilio.messages.list())
    assert (late.status, late.error_code) == ("failed", 30036)
    assert stand.line.fields("/status", "MessageStatus") == ["failed", "sent", "delivered"]


def test_the_account_and_its_numbers_can_be_looked_up(stand: Stand) -> None:
    assert stand.twilio.api.accounts(ACCOUNT).fetch().status == "active"
    [own] = stand.twilio.incoming_phone_numbers.list(phone_number=OWN)
    assert (own.phone_number, own.sms_url) == (OWN, f"{PUBLIC}/sms#rc=5&rp=all")
    assert len(stand.twilio.incoming_phone_numbers.list()) == 2


def test_a_text_is_blanked_and_never_rewritten(stand: Stand) -> None:
    text = stand.send("hello")
    stand.settle()
    with pytest.raises(TwilioRestException) as refusal:
        text.update(body="other")
    assert refusal.value.code == 21620
    assert text.fetch().body == "hello"


def test_filters_that_cannot_be_read_filter_nothing(stand: Stand) -> None:
    stand.send("hello")
    answer = stand.app.test_client().get(
        f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?DateSent>=soon&PageSize=many",
        auth=(ACCOUNT, TOKEN),
    )
    assert [text["body"] for text in answer.get_json()["messages"]] == ["hello"]
