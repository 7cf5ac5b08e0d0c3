"""Texts from phones to the line: webhooks tried again, given up, or sent elsewhere."""

import pytest

from simulator import segments

from .stand import ANN, OWN, PUBLIC, Stand


def test_a_failed_webhook_is_tried_again_as_the_address_says(stand: Stand) -> None:
    stand.line.statuses = [500, 503, 200]
    sid = stand.network.phone_sends(ANN, "hi")
    stand.settle(1)
    assert not stand.network.messages.get(sid).answered
    stand.settle(1)
    message = stand.network.messages.get(sid)
    assert (message.answered, message.attempts) == (True, 3)


def test_the_carrier_gives_up_and_tries_the_other_address() -> None:
    stand = Stand(account={"sms_fallback_url": f"{PUBLIC}/other"})
    stand.line.statuses = [500] * 6
    sid = stand.network.phone_sends(ANN, "hi")
    stand.settle(15)
    assert [path for path, _ in stand.line.told] == ["/sms"] * 6 + ["/other"]
    assert stand.network.messages.get(sid).answered


def test_without_overrides_an_error_is_not_tried_again() -> None:
    stand = Stand(account={"sms_url": f"{PUBLIC}/sms"})
    stand.line.statuses = [500]
    stand.network.phone_sends(ANN, "hi")
    stand.settle(15)
    assert len(stand.line.told) == 1
    assert [m.body for m in stand.twilio.messages.list(to=OWN)] == ["hi"]


def test_a_lone_surrogate_is_replaced_and_a_pair_kept(stand: Stand) -> None:
    stand.network.phone_sends(ANN, "\ud83d\ude00 \ud800!")
    stand.settle()
    assert stand.line.fields("/sms", "Body") == ["😀 \ufffd!"]


def test_an_inbound_text_deleted_before_its_webhook_is_announced_no_more(stand: Stand) -> None:
    sid = stand.network.phone_sends(ANN, "hi")
    stand.twilio.messages(sid).delete()
    stand.settle()
    assert stand.line.told == []


def test_overrides_that_cannot_be_read_leave_the_defaults() -> None:
    stand = Stand(account={"sms_url": f"{PUBLIC}/sms#rc=many&rp=5xx"})
    stand.line.statuses = [500, 500]
    stand.network.phone_sends(ANN, "hi")
    stand.settle(15)
    assert len(stand.line.told) == 2


def test_a_known_id_is_never_taken_for_something_else(stand: Stand) -> None:
    text = stand.send("hello")
    for wrong in (text.sid, "12"):
        with pytest.raises(ValueError, match="text"):
            stand.network.phone_sends(ANN, "hi", sid=wrong)


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ᐊ" * 70, 1),
        ("ᐊ" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
    ],
)
def test_segments_are_counted_as_the_carrier_bills_them(body: str, pieces: int) -> None:
    assert segments.count(body) == pieces
