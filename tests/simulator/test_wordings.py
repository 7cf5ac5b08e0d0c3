"""Approved wordings through the simulated carrier, as its Content API keeps them."""

import pytest
from twilio.base.exceptions import TwilioRestException

from .stand import OWN, Stand

PHONE = "whatsapp:+16135550101"
SENDER = f"whatsapp:{OWN}"
WORDS = "Your date {{1}}. 1 yes 2 no"


@pytest.fixture
def sid(stand: Stand) -> str:
    """A wording made as the Content API takes it."""
    answer = stand.app.test_client().post(
        "/v1/Content",
        json={"friendly_name": "x", "language": "en", "types": {"twilio/text": {"body": WORDS}}},
        auth=(stand.twilio.username, stand.twilio.password),
    )
    assert answer.status_code == 201
    made: str = answer.json["sid"]
    return made


def test_a_wording_needs_no_open_session_and_its_words_stand_in_the_list(
    stand: Stand, sid: str
) -> None:
    text = stand.twilio.messages.create(
        to=PHONE, from_=SENDER, content_sid=sid, content_variables='{"1": "Thu"}'
    )
    stand.settle()
    assert text.fetch().body == "Your date Thu. 1 yes 2 no"
    assert stand.bodies(PHONE) == ["Your date Thu. 1 yes 2 no"]
    free = stand.send("Your date Thu. 1 yes 2 no", to=PHONE, from_=SENDER)
    stand.settle()
    assert free.fetch().error_code == 63016  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"content_sid": "HX" + "f" * 32}, 21655),
        ({"content_variables": "{}"}, 21654),
        ({"content_variables": "not json"}, 21656),
        ({"content_variables": '{"2": "x"}'}, 21656),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(
    stand: Stand, sid: str, given: dict[str, str], code: int
) -> None:
    asked = given if code in (21655, 21654) else {"content_sid": sid, **given}
    with pytest.raises(TwilioRestException) as refusal:
        stand.twilio.messages.create(to=PHONE, from_=SENDER, **asked)
    assert refusal.value.code == code


def test_a_wording_is_shown_to_whoever_has_the_token(stand: Stand, sid: str) -> None:
    stand.twilio.content.base_url = "http://127.0.0.1:9"
    content = stand.twilio.content.v1.contents(sid)
    assert content.fetch().types == {"twilio/text": {"body": WORDS}}
    assert content.approval_fetch().fetch().whatsapp == {"status": "approved"}
    for wrong in ("HX" + "f" * 32,):
        for ask in (
            stand.twilio.content.v1.contents(wrong).fetch,
            stand.twilio.content.v1.contents(wrong).approval_fetch().fetch,
        ):
            with pytest.raises(TwilioRestException):
                ask()
    browser = stand.app.test_client()
    assert browser.get(f"/v1/Content/{sid}").status_code == 401
    auth = (stand.twilio.username, stand.twilio.password)
    assert browser.post("/v1/Content", json={"types": {}}, auth=auth).status_code == 400
