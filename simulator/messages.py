"""The carrier's list of texts, which the line may read, search, blank and delete."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from . import segments
from .core import Core, Refused
from .model import Message

# No text waits longer than this before it is sent, so nothing older need be looked at.
LONGEST_QUEUE = timedelta(days=2)


class Messages:
    """Every text the carrier knows, by id, by number and in order of arrival."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._by_sid: dict[str, Message] = {}
        self._by_number: dict[str, dict[str, Message]] = {}

    def new(
        self, direction: str, sender: str, to: str, body: str, status: str, sid: str | None = None
    ) -> Message:
        """A text that has just come in from either side, kept from now on."""
        now = self._core.clock()
        sid = sid or self._core.sid("SM")
        count = segments.count(body)
        message = Message(sid, direction, sender, to, body, status, now, now, count)
        self.keep(message)
        return message

    def keep(self, message: Message) -> None:
        """Put a text into the list."""
        self._by_sid[message.sid] = message
        for number in (message.from_number, message.to_number):
            self._by_number.setdefault(number, {})[message.sid] = message

    def find(self, sid: str | None) -> Message | None:
        """The text with this id, or None."""
        return self._by_sid.get(sid or "")

    def get(self, sid: str) -> Message:
        """The text with this id; Refused 20404 when there is none."""
        if sid not in self._by_sid:
            raise Refused(20404, 404)
        return self._by_sid[sid]

    def redact(self, sid: str) -> Message:
        """Blank the carrier's copy of a text; Refused 20009 while it is on its way."""
        message = self._settled(sid)
        message.body, message.updated_at = "", self._core.clock()
        return message

    def delete(self, sid: str) -> None:
        """Forget a text; Refused 20009 while it is on its way."""
        message = self._settled(sid)
        del self._by_sid[sid]
        for number in {message.from_number, message.to_number}:
            del self._by_number[number][sid]

    def _settled(self, sid: str) -> Message:
        message = self.get(sid)
        if message.status in ("queued", "sending", "sent", "accepted"):
            raise Refused(20009, 409)
        return message

    def search(
        self,
        *,
        to: str = "",
        sender: str = "",
        since_at: datetime | None = None,
        before_at: datetime | None = None,
    ) -> Iterator[Message]:
        """Texts, newest first, that match all that is given: `since_at` <= sent <= `before_at`.

        A text that has not been sent yet is found by when it was taken.
        """
        pool = self._by_number.get(to or sender, {}) if to or sender else self._by_sid
        for message in reversed(pool.values()):
            if since_at and message.created_at < since_at - LONGEST_QUEUE:
                return
            if to in ("", message.to_number) and sender in ("", message.from_number):
                moment = message.sent_at or message.created_at
                if not (since_at and moment < since_at or before_at and moment > before_at):
                    yield message

    def __iter__(self) -> Iterator[Message]:
        return iter(self._by_sid.values())

    def __len__(self) -> int:
        return len(self._by_sid)
