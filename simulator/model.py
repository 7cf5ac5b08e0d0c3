"""The things a phone network knows: texts, calls, phones, and what each phone has seen or heard."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

ANSWERING = ("asks", "answers", "machine", "no-answer", "busy")
FINAL = ("delivered", "undelivered", "failed", "received", "canceled", "read")


@dataclass
class Message:
    """One text, inbound (from a phone) or outbound (from the line), as the carrier keeps it.

    `media`: its files by id, each with `kind` and `base64`; `num_media` counts deleted ones too.
    """

    sid: str
    direction: str
    from_number: str
    to_number: str
    body: str
    status: str
    created_at: datetime
    updated_at: datetime
    num_segments: int
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    num_media: int = 0
    error_code: int | None = None
    status_callback: str | None = None
    messaging_service_sid: str | None = None
    opt_out_type: str | None = None
    doomed_code: int | None = None
    reordered: bool = False
    answered: bool = False
    attempts: int = 0
    media: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Call:
    """One call; `verbs` is what is still to be said or asked.

    `inbound`: the phone called the line. `dial`: whom the line rings for it. `parent`: the call
    for whose sake this phone rings.
    """

    sid: str
    from_number: str
    to_number: str
    status: str
    created_at: datetime
    updated_at: datetime
    url: str | None = None
    method: str = "POST"
    twiml: str | None = None
    status_callback: str | None = None
    status_callback_events: list[str] = field(default_factory=lambda: ["completed"])
    machine_detection: bool = False
    timeout_seconds: float = 60
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by: str | None = None
    said: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    verbs: list[dict[str, Any]] = field(default_factory=list)
    gather: dict[str, Any] | None = None
    base_url: str = ""
    digits: str = ""
    turn: int = 0
    sequence: int = 0
    inbound: bool = False
    parent: str = ""
    dial: dict[str, Any] | None = None

    @property
    def phone(self) -> str:
        """The phone in somebody's hand."""
        return self.from_number if self.inbound else self.to_number

    @property
    def own(self) -> str:
        """The line's number."""
        return self.to_number if self.inbound else self.from_number


@dataclass
class Phone:
    """A phone in somebody's hand; `answering` says what it does when it rings (ANSWERING)."""

    number: str
    name: str = ""
    answering: str = "answers"


@dataclass
class Heard:
    """One line of a phone's day: kind is "text" (received), "call" (heard) or "sent" (its own)."""

    at: datetime
    kind: str
    number: str
    line: str
    sid: str
    body: str


@dataclass
class Accepted:
    """One entry of the ledger: something the carrier took from the line and must answer for."""

    at: datetime
    kind: str
    sid: str
    from_number: str
    to_number: str
    body: str
    fault: str | None = None


@dataclass(frozen=True)
class Webhook:
    """One signed request from the carrier to the line; `url` is what was signed."""

    method: str
    url: str
    params: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    timeout_seconds: float = 15.0
    unreachable: bool = False


@dataclass(frozen=True)
class Answer:
    """What the line answered; status 0 means that nothing answered in time."""

    status: int
    body: str = ""


T = TypeVar("T")


def pack(thing: Any) -> dict[str, Any]:
    """A record as plain JSON data; instants become ISO 8601 text. Lists stay the record's own."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in vars(thing).items()
    }


def unpack(kind: type[T], data: dict[str, Any]) -> T:
    """The record again from `pack`'s data; fields this version does not know are left out."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    return kind(
        **{
            key: datetime.fromisoformat(value) if value and _is_instant(key) else value
            for key, value in data.items()
            if key in known
        }
    )


def _is_instant(name: str) -> bool:
    return name == "at" or name.endswith("_at")
