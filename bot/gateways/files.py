"""Fetches a file from the phone company, and from nobody else, however it is sent around."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urljoin, urlsplit

from bot.gateways import GatewayError
from bot.outbox.codes import meaning

Auth = tuple[str, str] | None
#: Status, headers by lower-case name, and the content in pieces.
Answer = tuple[int, Mapping[str, str], Iterable[bytes]]
Ask = Callable[[str, Auth], Answer]

CONNECT_SECONDS, READ_SECONDS, LONGEST_SECONDS = 3.0, 10.0, 60.0
PIECE = 64 * 1024
MOST_HOPS = 3
#: Where Twilio keeps files. Source: Twilio, "Protect Media Access with HTTP Basic
#: Authentication for Programmable Messaging", read 2026-11-28.
HOSTS = ("mms.twiliocdn.com", "s3-external-1.amazonaws.com")


def download(ask: Ask, url: str, auth: Auth, most_bytes: int) -> bytes:
    """The file at `url`. Raises GatewayError: code "too_large" beyond `most_bytes`.

    The account's secret goes to the first address only; from there nothing leads anywhere but
    to the same host or, over https, to the carrier's own.
    """
    first, until = urlsplit(url), time.monotonic() + LONGEST_SECONDS
    for _ in range(MOST_HOPS):
        status, headers, pieces = _asked(ask, url, auth)
        if status in (301, 302, 303, 307, 308):
            url, auth = urljoin(url, headers.get("location", "")), None
            there = urlsplit(url)
            is_same = (there.scheme, there.netloc) == (first.scheme, first.netloc)
            if not is_same and not (there.scheme == "https" and there.netloc in HOSTS):
                raise GatewayError("elsewhere", code="elsewhere", permanent=True)
            continue
        if status == 200:
            return _whole(pieces, most_bytes, until)
        code = "20404" if status == 404 else str(status)
        raise GatewayError("not_fetched", code=code, permanent=meaning(code).permanent)
    raise GatewayError("elsewhere", code="elsewhere", permanent=True)


def _asked(ask: Ask, url: str, auth: Auth) -> Answer:
    try:
        return ask(url, auth)
    except OSError:  # what the library raises is one; asking again does no harm
        raise GatewayError("unreached", code=None, permanent=False) from None


def _whole(pieces: Iterable[bytes], most_bytes: int, until: float) -> bytes:
    content = bytearray()
    try:
        for piece in pieces:
            content += piece
            if len(content) > most_bytes:
                raise GatewayError("too_large", code="too_large", permanent=True)
            if time.monotonic() > until:
                raise GatewayError("too_slow", code=None, permanent=False)
    except OSError:
        raise GatewayError("unreached", code=None, permanent=False) from None
    return bytes(content)


def over_http(url: str, auth: Auth) -> Answer:
    """Asks the address itself; follows nothing. Raises OSError."""
    import requests

    answer = requests.get(
        url,
        auth=auth,
        stream=True,
        allow_redirects=False,
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    )
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return answer.status_code, headers, answer.iter_content(PIECE)
