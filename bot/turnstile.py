"""Where texts wait for their turn: the one at the front takes with it all that wait behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot import inbound, people, together
from bot.line import Line
from bot.opening import Inbound

#: So many requests a process serves at the same time.
THREADS = 8
#: A round that begins so soon after the last waits for those who are about again by now ...
BUSY_SECONDS = 0.02
#: ... as long as the next comes within this ...
NEXT_SECONDS = 0.001
#: ... and altogether no longer than this.
MOST_SECONDS = 0.006


@dataclass(eq=False)
class _Waiting:
    """A text in the queue, and the thread that holds its request open until it is kept."""

    text: Inbound
    sender: str
    called: threading.Lock = field(default_factory=threading.Lock)
    leads: bool = False
    message_id: int | None = None


class Turnstile:
    """One transaction at a time for a process's texts, shared by those that come meanwhile.

    A text that finds nobody before it goes through at once, alone. Those that come while it
    does wait, and then the first of them takes all, and those who are about to come as well. A
    text of somebody who has one in that very round waits for the next, so that each person's
    texts keep their order.
    """

    def __init__(
        self,
        line: Line,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self.line, self._clock = line, clock
        self._guard = threading.Lock()
        self._all_came = threading.Event()
        self._pause = pause or self._all_came.wait
        self._ended, self._about = -BUSY_SECONDS, 1
        self._queue: list[_Waiting] = []
        self.is_busy = False

    @property
    def waiting(self) -> int:
        """How many texts wait for their turn."""
        return len(self._queue)

    def receive(self, text: Inbound) -> int | None:
        """As `inbound.receive`: returns when the text is kept; raises when it could not be."""
        mine = _Waiting(text, people.normal_number(text.from_))
        self._stand_in_line(mine)
        if mine.leads:
            round_: list[_Waiting] = []
            try:
                self._let_others_come()
                round_ = self._next_round()
                if len(round_) > 1:
                    self._take(round_)
                else:
                    return inbound.receive(self.line, text)
            finally:
                self._let_go(mine, round_)
        if mine.message_id is not None:
            return mine.message_id
        return inbound.receive(self.line, text)

    def _stand_in_line(self, mine: _Waiting) -> None:
        """Returns when the text is at the front, or when somebody took it along."""
        mine.called.acquire()
        with self._guard:
            self._queue.append(mine)
            if len(self._queue) >= self._about:
                self._all_came.set()
            if not self.is_busy:
                self.is_busy = mine.leads = True
        if not mine.leads:
            mine.called.acquire()

    def _let_others_come(self) -> None:
        """Those of the last round have their answers, and the next texts are being read."""
        began = now = self._clock()
        if began - self._ended >= BUSY_SECONDS:
            return
        seen = 0
        while seen < len(self._queue) < self._about and now - began < MOST_SECONDS:
            seen = len(self._queue)
            self._pause(NEXT_SECONDS)
            now = self._clock()

    def _next_round(self) -> list[_Waiting]:
        """Takes the first text of each sender out of the queue, the leader's own among them."""
        with self._guard:
            first: dict[str, _Waiting] = {}
            for one in self._queue:
                if len(first) < THREADS:
                    first.setdefault(one.sender, one)
            self._queue = [one for one in self._queue if first.get(one.sender) is not one]
            return list(first.values())

    def _take(self, round_: list[_Waiting]) -> None:
        kept = together.take(self.line, [one.text for one in round_])
        for one, message_id in zip(round_, kept, strict=True):
            one.message_id = message_id

    def _let_go(self, mine: _Waiting, round_: list[_Waiting]) -> None:
        """Calls the next to lead, and all whose texts were in this round."""
        with self._guard:
            if mine not in round_:  # the wait for others failed: nobody else may be kept waiting
                self._queue.remove(mine)
            self._ended = self._clock()
            # Whoever had a text in this round may have the next one under way.
            self._about = min(len(round_) + len(self._queue), THREADS)
            self._all_came.clear()
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].called.release()
            else:
                self.is_busy = False
        for one in round_:
            if one is not mine:
                one.called.release()
