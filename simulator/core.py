"""What texts and calls share inside the carrier: numbers, clock, queue, switches and books."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from . import webhooks
from .faults import Faults
from .model import Accepted, Answer, Heard, Phone, Webhook
from .pending import Event, Pending

# Source: Twilio, "Error and warning dictionary", read 2026-11-23.
REASONS = {
    20003: "Authenticate",
    20009: "Resource not in a state that allows this",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21201: "No 'To' number is specified",
    21205: "Invalid URL",
    21210: "'From' phone number not verified",
    21211: "Invalid 'To' phone number",
    21220: "Invalid call state",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a valid, message-capable number of this account",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The message body exceeds the 1600 character limit",
    21620: "Invalid message update",
    21654: "ContentSid Required",
    21655: "The ContentSid is Invalid",
    21656: "The ContentVariables Parameter is invalid",
    30001: "Queue overflow",
    30002: "Account suspended",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30036: "Validity Period Expired",
    21910: "'From' and 'To' should be of the same channel",
    63016: "Outside messaging window",
}


class Refused(Exception):
    """The carrier says no: HTTP status, Twilio error code and reason."""

    def __init__(self, code: int, status: int = 400) -> None:
        self.code, self.status = code, status
        self.reason = REASONS.get(code, "Error")
        super().__init__(f"{code}: {self.reason}")


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds; the default takes none, as tests want it."""

    inbound: float = 0.0
    sent: float = 0.0
    delivered: float = 0.0
    answer: float = 0.0
    speech_per_character: float = 0.0


LIFELIKE = Pace(inbound=0.05, sent=0.1, delivered=0.4, answer=2.0, speech_per_character=0.06)


@dataclass(frozen=True)
class Line:
    """The line's account with the carrier. `sms_url` may end in connection overrides (#rc=5).

    `beside` are further accounts of the same line, each with numbers and a token of its own.
    """

    account: str
    token: str
    numbers: tuple[str, ...] = ("+16135550100",)
    sms_url: str = "http://127.0.0.1:8080/sms"
    sms_fallback_url: str = ""
    voice_url: str = ""
    messaging_service_sid: str | None = None
    beside: tuple["Line", ...] = ()

    @property
    def accounts(self) -> tuple["Line", ...]:
        """This account and those beside it."""
        return (self, *self.beside)

    def owner(self, number: str) -> "Line":
        """The account that has this number; this one when none has."""
        return next((one for one in self.accounts if number in one.numbers), self)


@dataclass
class Core:
    """State shared by texts and calls; only ever touched under the network's lock."""

    line: Line
    clock: Callable[[], datetime]
    pace: Pace
    rng: Random
    answering: str
    faults: Faults
    pending: Pending = field(default_factory=Pending)
    phones: dict[str, Phone] = field(default_factory=dict)
    ledger: list[Accepted] = field(default_factory=list)
    feed: list[Heard] = field(default_factory=list)
    threads: dict[str, list[Heard]] = field(default_factory=dict)

    def sid(self, prefix: str) -> str:
        """A new id: `prefix` and 32 hexadecimal digits."""
        return f"{prefix}{self.rng.getrandbits(128):032x}"

    def later(self, seconds: float) -> datetime:
        """The instant `seconds` from now."""
        return self.clock() + timedelta(seconds=seconds)

    def phone(self, number: str) -> Phone:
        """The phone with this number, made on first use."""
        return self.phones.setdefault(number, Phone(number, answering=self.answering))

    def hears(self, kind: str, number: str, line: str, sid: str, body: str) -> None:
        """Put something on a phone's screen, or in its ear."""
        self.phone(number)
        self.remember(Heard(self.clock(), kind, number, line, sid, body))

    def remember(self, heard: Heard) -> None:
        """Add one line to the day of all phones and to that of its own."""
        self.feed.append(heard)
        self.threads.setdefault(heard.number, []).append(heard)

    def accept(
        self, kind: str, sid: str, sender: str, to: str, body: str, fault: str | None
    ) -> None:
        """Write into the ledger that the carrier took this from the line."""
        self.ledger.append(Accepted(self.clock(), kind, sid, sender, to, body, fault))

    def webhook(
        self,
        event: Event,
        number: str,
        url: str,
        params: dict[str, str],
        own: str = "",
        method: str = "POST",
    ) -> Webhook:
        """The request for `event`, with the faults of `number` on it.

        It is signed by the account that has the line's `own` number.
        """
        unreachable = self.faults.hit("webhook_down", number) is not None
        forged = self.faults.hit("bad_signature", number) is not None
        return webhooks.build(
            url,
            params,
            "0" * 32 if forged else self.line.owner(own).token,
            method=method,
            idempotency=str(event.data.get("idempotency", "")),
            unreachable=unreachable,
        )

    def retry(self, event: Event, url: str, answer: Answer) -> bool:
        """Queue `event` again when the carrier would; False when it gives up or is done."""
        wait = webhooks.retry_after(url, answer, event.attempt)
        if wait is not None:
            self.pending.again(event, self.clock() + wait)
        return wait is not None
