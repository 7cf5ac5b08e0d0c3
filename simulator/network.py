"""A whole phone network in memory: the carrier, the phones, and everything between them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from random import Random, SystemRandom
from threading import RLock
from typing import Any

from . import dialing
from .calls import Calls
from .core import Core, Line, Pace
from .delivery import Delivery
from .faults import Fault, Faults
from .media import DOT, File
from .messages import Messages
from .model import ANSWERING, Accepted, Answer, Call, Heard, Message, Phone, Webhook
from .pending import Event
from .texts import WHATSAPP, Texts

Post = Callable[[Webhook], Answer]


class Network:
    """The carrier and its phones. Safe for threads; nothing is posted outside `run_due`.

    `clock` gives the aware UTC instant, `post` carries a webhook to the line and gives back
    what it answered. `answering` is what a new phone does when it rings (model.ANSWERING).
    With `seed` ids and chances repeat from run to run.
    """

    def __init__(
        self,
        line: Line,
        clock: Callable[[], datetime],
        post: Post,
        *,
        pace: Pace | None = None,
        answering: str = "answers",
        auto_replies: bool = False,
        seed: int | None = None,
    ) -> None:
        # Chance in a toy network, not a secret: S311 does not apply.
        rng = SystemRandom() if seed is None else Random(seed)  # noqa: S311
        self.core = Core(line, clock, pace or Pace(), rng, answering, Faults(rng))
        self.messages = Messages(self.core)
        self.texts = Texts(self.core, self.messages, auto_replies)
        self.calls = Calls(self.core)
        self.lock = RLock()
        self.revision = 0
        self._running: dict[int, Event] = {}
        self._delivery = Delivery(self.core, self.messages)
        self._post = post

    @property
    def line(self) -> Line:
        """The line's account, numbers and webhook addresses."""
        return self.core.line

    def now(self) -> datetime:
        """The network's time, aware UTC."""
        return self.core.clock()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock for something that changes what is kept."""
        with self.lock:
            self.revision += 1
            yield

    # What the line asks ----------------------------------------------------------------------
    def create_message(self, to: str, sender: str, body: str, **given: Any) -> Message:
        """Take a text from the line (see Texts.create); raises core.Refused."""
        with self.changing():
            return self.texts.create(to, sender, body, **given)

    def create_call(self, to: str, sender: str, **given: Any) -> Call:
        """Take a call from the line (see Calls.create); raises core.Refused."""
        with self.changing():
            return self.calls.create(to, sender, **given)

    # What people do with their phones --------------------------------------------------------
    def phone_sends(
        self,
        number: str,
        body: str,
        *,
        sid: str | None = None,
        media: int = 0,
        files: Sequence[File] = (),
        to: str | None = None,
    ) -> str:
        """A phone texts the line; returns the MessageSid. Its webhook goes out in `run_due`.

        Without `to` the text answers whichever of the line's numbers texted this phone last.
        A `sid` used before sends the same webhook once more. `media` attaches so many plain dots.
        """
        with self.changing():
            self.core.phone(number)
            target = to or self._last_writer(number)
            files = [*files, *[("image/jpeg", DOT)] * media]
            return self.texts.arrives(number, body, target, sid, files).sid

    def _last_writer(self, number: str) -> str:
        thread = self.core.threads.get(number, ())
        last = next((heard for heard in reversed(thread) if heard.kind == "text"), None)
        own = WHATSAPP if number.startswith(WHATSAPP) else ""
        return last.line if last else own + self.line.numbers[0]

    def answer(self, number: str) -> bool:
        """The phone is picked up; False when it does not ring."""
        with self.changing():
            return self.calls.answer(number)

    def phone_calls(self, number: str) -> bool:
        """A phone calls the line; False when it is in a call or rings."""
        with self.changing():
            self.core.phone(number)
            free = self.calls.ringing(number) is None
            if free:
                dialing.call_line(self.calls, number)
            return free

    def press(self, number: str, digits: str) -> bool:
        """Keys are pressed during a call; False when nothing waits for them."""
        with self.changing():
            return self.calls.press(number, digits)

    def hang_up(self, number: str) -> bool:
        """The phone ends or declines its call; False when there is none."""
        with self.changing():
            return self.calls.hang_up(number)

    def add_phone(self, number: str, name: str = "", answering: str | None = None) -> Phone:
        """A phone for this number, or the one there is with a new name or behaviour."""
        if answering not in (None, *ANSWERING):
            raise ValueError(f"a phone does one of these: {', '.join(ANSWERING)}")
        with self.changing():
            phone = self.core.phone(number)
            phone.name = name or phone.name
            phone.answering = answering or phone.answering
            return phone

    def inbox(self, number: str) -> list[Heard]:
        """The texts this phone has received, in order; `at`, `line`, `sid` and `body` of each."""
        return [heard for heard in self.thread(number) if heard.kind == "text"]

    def thread(self, number: str) -> list[Heard]:
        """Everything on this phone in order: its own texts, those received, calls heard."""
        with self.lock:
            return list(self.core.threads.get(number, ()))

    def feed(self, since: int = 0) -> list[Heard]:
        """What all phones sent, received and heard, in order, from index `since` on."""
        with self.lock:
            return self.core.feed[since:]

    def ledger(self) -> list[Accepted]:
        """All that the carrier has accepted from the line, in order; redaction leaves it whole."""
        with self.lock:
            return list(self.core.ledger)

    def is_blocked(self, number: str, line: str | None = None) -> bool:
        """Whether this phone has sent STOP to the line (its first number, or `line`)."""
        with self.lock:
            return (line or self.line.numbers[0], number) in self.texts.blocks

    # Faults ----------------------------------------------------------------------------------
    def set_fault(self, kind: str, **settings: Any) -> Fault:
        """Switch a fault on (see Faults.set); raises ValueError."""
        with self.changing():
            return self.core.faults.set(kind, **settings)

    def clear_fault(self, kind: str | None = None, number: str | None = None) -> None:
        """Switch one fault off, or all."""
        with self.changing():
            self.core.faults.clear(kind, number)

    def faults(self) -> list[dict[str, Any]]:
        """The switches that are on, as plain JSON data."""
        with self.lock:
            return self.core.faults.dump()

    def fault(self, kind: str, *numbers: str | None) -> Fault | None:
        """The fault of this kind that strikes now, counted down, or None."""
        with self.lock:
            struck = self.core.faults.hit(kind, *numbers)
            self.revision += struck is not None
            return struck

    # Time ------------------------------------------------------------------------------------
    def next_due(self) -> datetime | None:
        """When the carrier next has something to do, or None."""
        with self.lock:
            return self.core.pending.next_due()

    def take(self, now: datetime | None = None) -> Event | None:
        """The next event due by `now`, for a caller that runs events itself, in lanes."""
        with self.lock:
            event = self.core.pending.take(now or self.now())
            if event:
                self._running[event.order] = event
            return event

    def waiting(self) -> list[Event]:
        """All events still to be carried out, those under way included."""
        with self.lock:
            return sorted([*self.core.pending, *self._running.values()])

    def run(self, event: Event) -> None:
        """Carry out one event; its webhook is posted with the lock released."""
        room = self._delivery if event.kind.startswith("text.") else self.calls
        try:
            with self.changing():
                webhook = room.start(event)
            if webhook is not None:
                answer = Answer(0) if webhook.unreachable else self._post(webhook)
                with self.changing():
                    room.finish(event, answer)
        finally:
            with self.lock:
                self._running.pop(event.order, None)

    def run_due(self, now: datetime | None = None) -> int:
        """Carry out all that is due by `now` (default: the clock), and how many that was."""
        done = 0
        while event := self.take(now):
            self.run(event)
            done += 1
        return done
