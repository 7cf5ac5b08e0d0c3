"""Asks the phone company how it sees our account, our number and the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from bot.gateways.refusals import distrusted
from records.clock import Clock, utc
from service import doctor_wordings
from service.findings import Finding
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER, Settings

CLOCK_MOST = timedelta(seconds=30)
TIMEOUT_SECONDS = 8.0
#: Twilio tries again for 15 s, for any failure; by itself it does so once, and hardly ever.
RETRIES = "#ct=2000&rt=5000&tt=15000&rc=5&rp=all"


class _Ear:
    """Twilio's way out; keeps the Date of the last answer."""

    is_async = False

    def __init__(self) -> None:
        from twilio.http.http_client import TwilioHttpClient

        self._way_out = TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        self.date: datetime | None = None

    def request(self, *args: Any, **kwargs: Any) -> Any:
        answer = self._way_out.request(*args, **kwargs)
        date = (answer.headers or {}).get("Date")
        self.date = utc(parsedate_to_datetime(date)) if date else None
        return answer


@dataclass(frozen=True)
class _Account:
    """One carrier's account as the settings give it; `name` and `prefix` are what we call it."""

    name: str
    prefix: str
    sid: str
    token: str
    url: str | None
    number: str | None
    service: str | None


def _accounts(settings: Settings) -> Iterator[_Account]:
    tokens, url = settings.tokens(), settings.twilio_api_url
    sid = settings.twilio_account_sid or SIMULATOR_ACCOUNT
    number = settings.twilio_from or (SIMULATOR_NUMBER if settings.is_simulated else None)
    service = settings.twilio_messaging_service_sid
    yield _Account("", "TWILIO", sid, tokens[0] if tokens else "-", url, number, service)
    if (second := settings.second()) is not None:
        url = url if settings.is_simulated else settings.twilio2_api_url
        sid, token = second.account_sid, second.auth_tokens[0]
        yield _Account("second ", "TWILIO2", sid, token, url, second.sender, None)


def look(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Each account's credentials, clock, and where its number or service takes texts and calls."""
    for account in _accounts(settings):
        for finding in _look_at(account, settings, clock):
            yield replace(finding, name=account.name + finding.name)


def _look_at(given: _Account, settings: Settings, clock: Clock) -> Iterator[Finding]:
    from requests import RequestException
    from twilio.base.exceptions import TwilioException

    ear = _Ear()
    client = _client(given, ear)
    try:
        account = client.api.accounts(client.username).fetch()
    except TwilioException as error:
        names = f"{given.prefix}_ACCOUNT_SID and {given.prefix}_AUTH_TOKEN"
        what = f"refuses us (HTTP {getattr(error, 'status', None)})"
        yield Finding("carrier", False, what, f"copy {names} from the console again")
        return
    except RequestException as error:
        yield _silence(error, given, is_simulated=settings.is_simulated)
        return
    mend = "open the account in the carrier's console: it may be suspended or unpaid"
    yield Finding("carrier", account.status == "active", f"account is {account.status}", mend)
    yield _clock(ear.date, clock, is_simulated=settings.is_simulated)
    yield from _addresses(client, given, settings)
    if given.prefix == "TWILIO" and settings.twilio_whatsapp_from and not settings.is_simulated:
        yield from _whatsapp(client, settings)
    if given.prefix == "TWILIO" and settings.whatsapp_wordings:
        yield from doctor_wordings.look(client, settings.whatsapp_wordings)


def _silence(error: Exception, given: _Account, *, is_simulated: bool) -> Finding:
    """It could not be asked: because it cannot be trusted, or because nothing answers."""
    where = given.url or "https://api.twilio.com"
    if distrusted(error):
        mend = f"set this machine's clock; else {where} must renew it: see its status page"
        return Finding("carrier", False, "its certificate is not valid", mend)
    mend = f"see that this machine reaches {where}"
    if is_simulated:
        mend = "start the simulator: 'alluriarniq run'"
    return Finding("carrier", False, f"does not answer ({type(error).__name__})", mend)


def _client(given: _Account, ear: _Ear) -> Any:
    from twilio.rest import Client

    client = Client(given.sid, given.token, http_client=ear)
    if given.url:
        client.api.base_url = client.messaging.base_url = given.url.rstrip("/")
        client.content.base_url = client.api.base_url
    return client


def _clock(date: datetime | None, clock: Clock, *, is_simulated: bool) -> Finding:
    if is_simulated:
        return Finding("clock", True, "the simulator's own")
    if date is None:
        return Finding("clock", True, "the carrier does not tell the time")
    apart = abs(clock.now() - date)
    what = f"{apart.total_seconds():.0f} s apart from the carrier's"
    return Finding(
        "clock", apart <= CLOCK_MOST, what, "set this machine's clock by NTP, and the database's"
    )


def _addresses(client: Any, given: _Account, settings: Settings) -> Iterator[Finding]:
    wanted = f"{settings.public_url.rstrip('/')}/sms"
    number = given.number
    found = client.incoming_phone_numbers.list(phone_number=number, limit=1) if number else []
    own = found[0] if found else None
    service = _service_that_answers(client, given)
    if service is not None:
        url, fallback = service.inbound_request_url, service.fallback_url
        yield from _judged(wanted, url, service.inbound_method, fallback, settings)
    elif own is not None:
        yield from _judged(wanted, own.sms_url, own.sms_method, own.sms_fallback_url, settings)
    elif number is None:
        yield Finding("webhook", False, "is left to the numbers", "set TWILIO_FROM to look at one")
    if own is not None:
        yield _calls(settings, own.voice_url, own.voice_method)
    elif number is not None:
        what = f"{given.prefix}_FROM is not of this account"
        yield Finding("number", False, what, "set the right number")


def _service_that_answers(client: Any, given: _Account) -> Any:
    """The Messaging Service, where texts that come in go to its address and not the number's."""
    if not given.service:
        return None
    service = client.messaging.v1.services(given.service).fetch()
    return None if service.use_inbound_webhook_on_number else service


def _calls(settings: Settings, url: str | None, method: str | None) -> Finding:
    wanted = f"{settings.public_url.rstrip('/')}/voice/call"
    plain = (url or "").partition("#")[0]
    mend = f"in the console, set 'A call comes in' to {wanted} with HTTP POST"
    is_ours = plain == wanted and method == "POST"
    return Finding("voice webhook", is_ours, f"carrier calls {plain or 'nothing'}", mend)


def _whatsapp(client: Any, settings: Settings) -> Iterator[Finding]:
    """Is the sender online, and does it call us?"""
    from twilio.base.exceptions import TwilioException

    wanted, hook = f"whatsapp:{settings.twilio_whatsapp_from}", settings.public_url.rstrip("/")
    mend = f"in the console, Messaging > Senders > WhatsApp senders: set {hook}/sms, HTTP Post"
    try:
        found = [
            one
            for one in client.messaging.v2.channels_senders.stream(channel="whatsapp")
            if one.sender_id == wanted
        ]
    except TwilioException as error:
        yield Finding("whatsapp", False, f"cannot be asked ({type(error).__name__})", mend)
        return
    if not found:
        missing = "set TWILIO_WHATSAPP_FROM to a sender of this account"
        yield Finding("whatsapp", False, f"no sender {wanted}", missing)
        return
    sender = found[0]
    yield Finding("whatsapp", str(sender.status).startswith("ONLINE"), str(sender.status), mend)
    called = dict(sender.webhook or {}).get("callback_url")
    yield Finding("whatsapp webhook", called == f"{hook}/sms", f"calls {called or 'nothing'}", mend)


def _judged(
    wanted: str, url: str | None, method: str | None, fallback: str | None, settings: Settings
) -> Iterator[Finding]:
    # What follows '#' are Twilio's retry settings, not the address.
    plain = (url or "").partition("#")[0]
    mend = f"in the console, set 'A message comes in' to {wanted} with HTTP POST"
    yield Finding("webhook", plain == wanted, f"carrier calls {plain or 'nothing'}", mend)
    yield Finding("webhook method", method == "POST", str(method), mend)
    retries = (url or "").partition("#")[2]
    mend = f"append {RETRIES} to {wanted}"
    yield Finding("webhook retries", "rc=" in retries, retries or "not set", mend)
    if settings.is_simulated:
        return
    elsewhere = bool(fallback) and urlsplit(fallback).hostname != urlsplit(wanted).hostname
    mend = "set 'Primary handler fails' to an address on another host: README, 'Connect a number'"
    yield Finding("webhook fallback", elsewhere, fallback or "not set", mend)
