"""A file is fetched from the phone company and from nobody else, wherever it is sent around."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from bot.gateways import GatewayError
from bot.gateways.files import Answer, Auth, download

FIRST, SECRET = "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0", ("a", "s")


class Web:
    """Answers by address, and remembers who was asked with which secret."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Auth]] = []

    def __call__(self, url: str, auth: Auth) -> Answer:
        self.asked.append((url, auth))
        return self.answers["first" if url == FIRST else "then"]


def sent_to(url: str) -> Answer:
    return 307, {"location": url}, []


def test_it_follows_the_carrier_to_its_own_store_without_the_secret() -> None:
    web = Web(first=sent_to("https://mms.twiliocdn.com/x"), then=(200, {}, [b"ab", b"c"]))
    assert download(web, FIRST, SECRET, 10) == b"abc"
    assert web.asked == [(FIRST, SECRET), ("https://mms.twiliocdn.com/x", None)]


@pytest.mark.parametrize(
    "there",
    [
        "https://evil.example/x",
        "http://mms.twiliocdn.com/x",
        "http://169.254.169.254/latest",
        "https://mms.twiliocdn.com.evil.example/x",
        "https://api.twilio.com@evil.example/",
        "file:///etc/passwd",
        "//evil.example/x",
    ],
)
def test_it_is_sent_nowhere_else(there: str) -> None:
    web = Web(first=sent_to(there), then=(200, {}, [b"no"]))
    with pytest.raises(GatewayError) as refused:
        download(web, FIRST, SECRET, 10)
    assert refused.value.permanent and len(web.asked) == 1


def test_round_and_round_ends() -> None:
    web = Web(first=sent_to(FIRST))
    with pytest.raises(GatewayError):
        download(web, FIRST, SECRET, 10)
    assert len(web.asked) == 3 and [auth for _, auth in web.asked[1:]] == [None, None]


def test_more_than_was_asked_for_is_not_read_to_the_end() -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            read.append(1)
            yield b"x" * 1000

    with pytest.raises(GatewayError) as refused:
        download(Web(first=(200, {}, endless())), FIRST, SECRET, 5000)
    assert refused.value.reason == "too_large" and refused.value.permanent and len(read) == 6


@pytest.mark.parametrize(
    ("status", "permanent"), [(404, True), (410, True), (401, False), (429, False), (503, False)]
)
def test_what_passes_is_tried_again(status: int, permanent: bool) -> None:
    with pytest.raises(GatewayError) as refused:
        download(Web(first=(status, {}, [])), FIRST, SECRET, 10)
    assert refused.value.permanent is permanent


def test_no_way_to_the_carrier_is_no_reason_to_give_up() -> None:
    def down(url: str, auth: Auth) -> Answer:
        raise requests.ConnectTimeout

    with pytest.raises(GatewayError) as refused:
        download(down, FIRST, SECRET, 10)
    assert not refused.value.permanent
