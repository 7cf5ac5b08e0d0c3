"""Texts as they come in: from the line to be delivered, from a phone to be announced."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from . import media, optout
from .core import Core, Line, Refused
from .messages import Messages
from .model import Message

E164 = re.compile(r"\+[1-9]\d{6,14}")
# Beside its phone number a person may have one on WhatsApp; the two are different addresses.
WHATSAPP = "whatsapp:"
ADDRESS = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
PLACE = re.compile(r"\{\{(\w+)\}\}")
SESSION = timedelta(hours=24)
SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
LONGEST_BODY = 1600
# Seconds a text may wait before it is sent: Twilio's default and upper bound of ValidityPeriod.
LONGEST_WAIT = 36_000.0
HTTP_STATUS = {20003: 401, 20404: 404, 20429: 429}


class Texts:
    """Takes texts from both sides; `blocks` holds (line number, phone) pairs that said STOP.

    `wordings` are approved templates by their ids.
    """

    def __init__(self, core: Core, messages: Messages, auto_replies: bool = False) -> None:
        self._core = core
        self._messages = messages
        self._auto_replies = auto_replies
        self.blocks: set[tuple[str, str]] = set()
        self.wordings: dict[str, str] = {}

    def create(
        self,
        to: str,
        sender: str,
        body: str,
        *,
        status_callback: str = "",
        validity_seconds: float = LONGEST_WAIT,
        service_sid: str | None = None,
        num_media: int = 0,
        account: Line | None = None,
        is_wording: bool = False,
    ) -> Message:
        """Take a text from an account of the line, or raise Refused with Twilio's code.

        `is_wording`: the words of an approved template, which need no open session.
        """
        self._check(to, sender, body, num_media, account or self._core.line)
        reject = self._core.faults.hit("reject", to, sender)
        if reject and reject.code < 30000:
            raise Refused(reject.code, HTTP_STATUS.get(reject.code, 400))
        message = self._messages.new("outbound-api", sender, to, body, "queued")
        message.status_callback = status_callback or None
        message.messaging_service_sid = service_sid
        message.num_media = num_media
        message.expires_at = message.created_at + timedelta(seconds=validity_seconds)
        outside = to.startswith(WHATSAPP) and not (is_wording or self._in_session(to, sender))
        message.doomed_code = reject.code if reject else 63016 if outside else None
        self._dispatch(message)
        return message

    def filled(self, sid: str, variables: str) -> str:
        """The words of a template with its places filled; Refused when it cannot be."""
        if not sid:
            raise Refused(21654)
        if sid not in self.wordings:
            raise Refused(21655)
        try:
            values = json.loads(variables or "{}")
            return PLACE.sub(lambda place: str(values[place[1]]), self.wordings[sid])
        except (KeyError, TypeError, ValueError):
            raise Refused(21656) from None

    def _check(self, to: str, sender: str, body: str, num_media: int, own: Line) -> None:
        for wrong, code in (
            (not to, 21604),
            (not ADDRESS.fullmatch(to), 21211),
            (not sender, 21603),
            (to.startswith(WHATSAPP) != sender.startswith(WHATSAPP), 21910),
            (sender.removeprefix(WHATSAPP) not in own.numbers, 21606),
            (not body and not num_media, 21602),
            (len(body) > LONGEST_BODY, 21617),
            ((sender, to) in self.blocks, 21610),
        ):
            if wrong:
                raise Refused(code)

    def _in_session(self, phone: str, line: str) -> bool:
        """Has this phone written to the line within a day?"""
        theirs = self._messages.search(sender=phone, to=line)
        last = next((one for one in theirs if one.direction == "inbound"), None)
        return last is not None and self._core.clock() - last.created_at <= SESSION

    def _dispatch(self, message: Message) -> None:
        core, to = self._core, message.to_number
        dropped = core.faults.hit("accept_and_drop", to, message.from_number)
        fault = dropped.kind if dropped else None
        core.accept("message", message.sid, message.from_number, to, message.body, fault)
        if not dropped:
            delay = core.faults.hit("queue_delay", to)
            wait = core.pace.sent + (delay.seconds if delay else 0)
            core.pending.add(core.later(wait), "text.send", message.sid, to)

    def arrives(
        self, number: str, body: str, to: str, sid: str | None, files: Sequence[media.File] = ()
    ) -> Message:
        """A phone texts the line: kept in the carrier's list, and its webhook queued.

        A `sid` that is known already only queues its webhook again. ValueError when `sid` is
        not a message's id, or is that of a text to a phone, or when the files are too many.
        """
        if sid and not SID.fullmatch(sid):
            raise ValueError("an id of a text is SM or MM and 32 hexadecimal digits")
        message = self._messages.find(sid)
        if message and message.direction != "inbound":
            raise ValueError("that text was not sent by a phone")
        if message is None:
            # A lone surrogate cannot travel: the network replaces it as a handset would.
            body = body.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            message = self._messages.new("inbound", number, to, body, "received", sid)
            message.sent_at = message.created_at
            media.attach(self._core, message, files)
            message.messaging_service_sid = self._core.line.owner(to).messaging_service_sid
            message.opt_out_type = optout.kind(body)
            self._core.hears("sent", number, to, message.sid, body)
            self._obey(message)
        self._announce(message)
        return message

    def _announce(self, message: Message) -> None:
        core, lane = self._core, message.from_number
        copies = core.faults.hit("duplicate", lane)
        overtaking = core.pending.holds(lane)
        held = None if overtaking else core.faults.hit("reorder", lane)
        due_at = core.later(core.pace.inbound + (held.seconds if held else 0))
        data = {"idempotency": str(UUID(int=core.rng.getrandbits(128)))}
        for copy in range(copies.copies if copies else 1):
            # Copies run in lanes of their own: at the same time, as a carrier's would.
            own = lane if held or not copy else f"{lane}#{copy}"
            core.pending.add(due_at, "text.inbound", message.sid, own, **data, held=bool(held))
        if overtaking:
            core.pending.release(lane, due_at)

    def _obey(self, message: Message) -> None:
        line, phone, word = message.to_number, message.from_number, message.opt_out_type
        # A Messaging Service shares one block list among all its senders.
        account = self._core.line.owner(line)
        shared = account.messaging_service_sid
        pairs = {(own, phone) for own in (account.numbers if shared else (line,))}
        if word == "STOP":
            self.blocks |= pairs
        elif word == "START":
            self.blocks -= pairs
        if word and self._auto_replies:
            reply = self._messages.new("outbound-reply", line, phone, optout.REPLIES[word], "sent")
            self._core.pending.add(self._core.clock(), "text.final", reply.sid, phone)
