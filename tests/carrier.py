"""A phone company that does as a test tells it, and remembers every text it took."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from bot.gateways import Accepted, Attached, CarrierMessage, GatewayError, Outgoing, UnknownOutcome
from records.clock import Clock

#: What may happen to the next text: taken; taken without an answer; nothing; or an error.
TAKE, TAKE_SILENTLY, VANISH = "take", "take silently", "vanish"


class ScriptedCarrier:
    """A Gateway. `script` says what happens to the next texts, in order; then all are taken.

    `is_down` makes every question about earlier texts fail, `fails_at` those about these SIDs
    (with `trouble`); `questions` counts them. `blanked` lists emptied SIDs.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.script: deque[str | GatewayError] = deque()
        self.taken: list[CarrierMessage] = []
        self.handed: list[Outgoing] = []
        self.arrived: list[CarrierMessage] = []
        self.blanked: list[str] = []
        self.refuses_blanking: GatewayError | None = None
        self.is_down = False
        self.fails_at: set[str] = set()
        self.trouble: Exception = UnknownOutcome("HTTP 500")
        self.questions = 0
        self.longest_list: int | None = None
        self.asked = 0
        self.files: dict[str, dict[str, tuple[str, bytes]]] = {}
        self.before_taking = lambda: None
        self.before_blanking = lambda: None
        self.before_listing: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def check(self) -> None:
        self._answer()

    def send(self, message: Outgoing) -> Accepted:
        self.before_taking()
        with self._lock:
            self.handed.append(message)
            next_ = self.script.popleft() if self.script else TAKE
            if isinstance(next_, GatewayError):
                raise next_
            if next_ == VANISH:
                raise UnknownOutcome("ReadTimeout")
            sid = self._take(message.to, message.body, message.sender)
            if next_ == TAKE_SILENTLY:
                raise UnknownOutcome("ReadTimeout")
            return Accepted(sid, message.sender)

    def _take(self, to: str, body: str, sender: str | None) -> str:
        sid = f"SM{len(self.taken):032x}"
        self.taken.append(
            CarrierMessage(
                sid, "outbound", sender or "", to, body, "queued", None, self.clock.now()
            )
        )
        return sid

    def call(self, to: str, answer_url: str, status_url: str, sender: str | None) -> Accepted:
        with self._lock:
            return Accepted(self._take(to, f"[call] {answer_url}", sender), sender)

    def fetch(self, sid: str) -> CarrierMessage:
        self._answer(sid)
        return next(m for m in (*self.taken, *self.arrived) if m.sid == sid)

    def becomes(self, sid: str, status: str, code: str | None = None) -> None:
        """What became of a text, without a word to the line about it."""
        self.taken = [
            replace(m, status=status, error_code=code) if m.sid == sid else m for m in self.taken
        ]

    def sent_to(self, to: str, since: datetime) -> Iterable[CarrierMessage]:
        self._answer()
        return [m for m in reversed(self.taken) if m.to == to and m.at >= since]

    def received_between(self, since: datetime, until: datetime) -> Iterable[CarrierMessage]:
        self.asked += 1
        self.before_listing()
        self._answer()
        found = [m for m in self.arrived if since <= m.at <= until]
        if self.longest_list is not None and len(found) > self.longest_list:
            raise UnknownOutcome("ReadTimeout")
        return found

    def blank(self, sid: str) -> None:
        self.before_blanking()
        self._answer(sid)
        if self.refuses_blanking:
            raise self.refuses_blanking
        self.blanked.append(sid)
        self.taken = [replace(m, body="") if m.sid == sid else m for m in self.taken]

    def attached(self, sid: str) -> list[Attached]:
        self._answer()
        return [Attached(name, kind) for name, (kind, _) in self.files.get(sid, {}).items()]

    def download(self, sid: str, file_sid: str, most_bytes: int) -> bytes:
        self._answer()
        return self.files[sid][file_sid][1]

    def forget(self, sid: str, file_sid: str) -> None:
        self._answer()
        del self.files[sid][file_sid]

    def _answer(self, sid: str | None = None) -> None:
        self.questions += 1
        if self.is_down:
            raise UnknownOutcome("ReadTimeout")
        if sid in self.fails_at:
            raise self.trouble

    @property
    def bodies(self) -> list[str]:
        return [m.body for m in self.taken]
