"""Hands texts and calls to the phone company through Twilio's own library."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bot.gateways import (
    Accepted,
    Attached,
    CarrierMessage,
    GatewayError,
    Outgoing,
    UnknownOutcome,
)
from bot.gateways.files import Ask, download, over_http
from bot.gateways.refusals import Listener

CONNECT_SECONDS, READ_SECONDS = 3.0, 8.0
RING_SECONDS = 25
NEWEST, PAGE_SIZE = 50, 200
#: Twilio's word for an account that is suspended or closed (docs/api/errors/20005).
NOT_ACTIVE = "20005"
CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
# These loggers write web addresses, and Twilio's addresses carry phone numbers.
for _name in ("twilio", "twilio.http_client", "urllib3.connectionpool"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class TwilioGateway:
    """A Gateway. `base_url` replaces https://api.twilio.com; time-outs in seconds."""

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        base_url: str | None = None,
        http_client: Any = None,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        ask_for_file: Ask = over_http,
    ) -> None:
        # Imported late: the library takes a while, and triage on the command line needs none.
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        own = http_client is None
        self._listener = Listener(
            TwilioHttpClient() if own else http_client, timeouts if own else timeouts[1]
        )
        self._client = Client(account_sid, auth_token, http_client=self._listener)
        if base_url:
            self._client.api.base_url = base_url.rstrip("/")
        self._auth, self._ask_for_file = (account_sid, auth_token), ask_for_file

    def check(self) -> None:
        """Would the carrier take what this account hands over? Free, and nobody is texted.

        Raises GatewayError, never a permanent one: the next time it may.
        """
        try:
            account = self._listener.ask(lambda: self._client.api.accounts(self._auth[0]).fetch())
        except GatewayError as error:
            raise GatewayError(error.reason, code=error.code, permanent=False) from None
        if account.status != "active":
            raise GatewayError("account", code=NOT_ACTIVE, permanent=False)

    def send(self, message: Outgoing) -> Accepted:
        """Hands over one text. A sender that begins with MG is a Messaging Service."""
        service = (message.sender or "").startswith("MG")
        given: dict[str, Any] = {"messaging_service_sid" if service else "from_": message.sender}
        if message.validity_seconds is not None:
            given["validity_period"] = message.validity_seconds
        if message.template is None:
            given["body"] = message.body
        else:
            # Source: Twilio, error 63016: a template goes by ContentSid, without Body.
            given["content_sid"] = message.template.sid
            given["content_variables"] = json.dumps(dict(message.template.values))
        taken = self._listener.ask(
            lambda: self._client.messages.create(
                to=message.to, status_callback=message.status_url, **given
            )
        )
        return Accepted(_sid(taken), taken.from_ or message.sender)

    def call(self, to: str, answer_url: str, status_url: str, sender: str | None) -> Accepted:
        """Rings a phone and asks `answer_url` what to say; listens for answering machines."""
        taken = self._listener.ask(
            lambda: self._client.calls.create(
                to=to,
                from_=sender,
                url=answer_url,
                status_callback=status_url,
                status_callback_event=CALL_EVENTS,
                machine_detection="Enable",
                timeout=RING_SECONDS,
            )
        )
        return Accepted(_sid(taken), sender)

    def fetch(self, sid: str) -> CarrierMessage:
        return self._listener.ask(lambda: _as_shown(self._client.messages(sid).fetch()))

    def sent_to(self, to: str, since: datetime) -> Iterable[CarrierMessage]:
        """The newest texts to one number, made at or after `since` by the carrier's clock.

        Not asked for by time of sending: what the carrier still queues has none yet.
        """
        return self._shown("outbound", since, to=to, limit=NEWEST)

    def received_between(self, since: datetime, until: datetime) -> Iterable[CarrierMessage]:
        """Texts that came in from `since` to `until`, both included, oldest first."""
        # A second more, because Twilio's dates have no fractions of one.
        end = until + timedelta(seconds=1)
        found = self._shown(
            "inbound", since, date_sent_after=since, date_sent_before=end, page_size=PAGE_SIZE
        )
        return [one for one in reversed(found) if one.at <= until]

    def blank(self, sid: str) -> None:
        """Empties the carrier's copy of a text, and looks whether it is empty."""
        left = self._listener.ask(lambda: self._client.messages(sid).update(body=""))
        if left.body:
            raise GatewayError("copy_kept", code=None, permanent=True)

    def attached(self, sid: str) -> list[Attached]:
        """The files that came with a text."""
        return self._listener.ask(
            lambda: [
                Attached(one.sid, one.content_type or "")
                for one in self._client.messages(sid).media.stream(limit=NEWEST)
            ]
        )

    def download(self, sid: str, file_sid: str, most_bytes: int) -> bytes:
        """One file. Its address is built from ids, never taken from a request."""
        base = str(self._client.api.base_url).rstrip("/")
        path = f"/2010-04-01/Accounts/{self._auth[0]}/Messages/{sid}/Media/{file_sid}"
        return download(self._ask_for_file, base + path, self._auth, most_bytes)

    def forget(self, sid: str, file_sid: str) -> None:
        """Deletes the carrier's copy of one file."""
        self._listener.ask(lambda: self._client.messages(sid).media(file_sid).delete())

    def _shown(self, direction: str, since: datetime, **which: Any) -> list[CarrierMessage]:
        found = self._listener.ask(
            lambda: [_as_shown(one) for one in self._client.messages.stream(**which)]
        )
        # Twilio's dates have no fractions of a second.
        whole = since.replace(microsecond=0)
        return [one for one in found if one.direction == direction and one.at >= whole]


def _sid(taken: Any) -> str:
    if not isinstance(taken.sid, str) or not taken.sid:
        raise UnknownOutcome("an answer without a SID")
    return taken.sid


def _as_shown(shown: Any) -> CarrierMessage:
    return CarrierMessage(
        sid=shown.sid,
        direction="inbound" if shown.direction == "inbound" else "outbound",
        from_=shown.from_ or "",
        to=shown.to or "",
        body=shown.body or "",
        status=shown.status or "",
        error_code=str(shown.error_code) if shown.error_code else None,
        at=shown.date_created,
        media_count=int(shown.num_media or 0),
    )
