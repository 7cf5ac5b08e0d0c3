"""The edge to the phone company: what we ask of it, and what can come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class GatewayError(Exception):
    """The carrier refused. `permanent`: trying again cannot help; `code` is the carrier's.

    `retry_after_seconds`: how long the carrier asked us to wait, if it said so.
    """

    def __init__(
        self,
        reason: str,
        *,
        code: str | None,
        permanent: bool,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds


class UnknownOutcome(Exception):  # noqa: N818 - not an error: nobody knows yet
    """The carrier did not answer: it may or may not have taken the message."""


@dataclass(frozen=True)
class Filled:
    """A wording that the carrier knows by `sid`, and what fills its places {{1}}, {{2}} ..."""

    sid: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Outgoing:
    """One text to hand over. `validity_seconds`: after so long the carrier drops it.

    With a `template` the carrier makes the body itself, the very same words.
    """

    to: str
    body: str
    status_url: str
    sender: str | None
    validity_seconds: int | None = None
    template: Filled | None = None


@dataclass(frozen=True)
class Accepted:
    """The carrier's word that it has the message."""

    sid: str
    sender: str | None


@dataclass(frozen=True)
class CarrierMessage:
    """A message as the carrier's own list shows it."""

    sid: str
    direction: str  # "inbound" or "outbound"
    from_: str
    to: str
    body: str
    status: str
    error_code: str | None
    at: datetime
    media_count: int = 0


@dataclass(frozen=True)
class Attached:
    """A file that the carrier keeps beside a text; `kind` is what its sender calls it."""

    sid: str
    kind: str


class Gateway(Protocol):
    """What the line needs of a carrier. All calls raise GatewayError or UnknownOutcome."""

    def check(self) -> None: ...

    def send(self, message: Outgoing) -> Accepted: ...

    def call(self, to: str, answer_url: str, status_url: str, sender: str | None) -> Accepted: ...

    def fetch(self, sid: str) -> CarrierMessage: ...

    def sent_to(self, to: str, since: datetime) -> Iterable[CarrierMessage]: ...

    def received_between(self, since: datetime, until: datetime) -> Iterable[CarrierMessage]: ...

    def blank(self, sid: str) -> None: ...

    def attached(self, sid: str) -> list[Attached]: ...

    def download(self, sid: str, file_sid: str, most_bytes: int) -> bytes: ...

    def forget(self, sid: str, file_sid: str) -> None: ...
