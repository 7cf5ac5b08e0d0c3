"""A phone attaches a picture; the carrier lists it, serves it to us alone, and deletes it."""

from io import BytesIO

import pytest
from twilio.base.exceptions import TwilioRestException

from simulator import media
from simulator.media import DOT

from .desk import Desk
from .stand import ACCOUNT, ANN, TOKEN, Stand


def test_a_picture_is_attached_by_a_plain_form(desk: Desk) -> None:
    fields = {"from": ANN, "body": "", "file": (BytesIO(DOT), "a.jpg", "image/jpeg")}
    answer = desk.browser.post("/simulator/api/send", data=fields)
    assert answer.status_code == 303
    desk.network.run_due()
    [(_, told)] = desk.line.told
    assert (told["NumMedia"], told["MediaContentType0"], told["Body"]) == ("1", "image/jpeg", "")
    assert "Picture" in desk.page()
    nothing = {"from": ANN, "body": "", "file": (BytesIO(b""), "")}
    assert desk.browser.post("/simulator/api/send", data=nothing).status_code == 400


def test_more_than_the_carrier_takes_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "MOST_BYTES", 1000)
    large = {"from": ANN, "file": (BytesIO(b"x" * 1001), "a.jpg")}
    assert desk.browser.post("/simulator/api/send", data=large).status_code == 400
    kind = "multipart/form-data; boundary=b"
    larger = desk.browser.post("/simulator/api/send", data=b"x" * 6_000_000, content_type=kind)
    assert larger.status_code == 413


def test_twilios_library_lists_and_deletes_a_file_that_is_served_to_the_account(
    stand: Stand,
) -> None:
    sid = stand.network.phone_sends(ANN, "look", files=[("image/png", b"abc")])
    stand.settle()
    [url] = stand.line.fields("/sms", "MediaUrl0")
    [listed] = stand.twilio.messages(sid).media.list()
    assert url.endswith(listed.sid) and listed.content_type == "image/png"
    browser = stand.app.test_client()
    path = url.removeprefix("https://api.twilio.com")
    assert browser.get(path).status_code == 401
    sent = browser.get(path, auth=(ACCOUNT, TOKEN))
    assert sent.status_code == 307
    assert browser.get(sent.headers["Location"]).data == b"abc"
    assert listed.delete()
    assert stand.twilio.messages(sid).media.list() == []
    assert browser.get(sent.headers["Location"]).status_code == 404
    with pytest.raises(TwilioRestException) as gone:
        listed.delete()
    assert gone.value.code == 20404
