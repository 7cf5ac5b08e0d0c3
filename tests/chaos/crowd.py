"""Phones that text, each body with a number of its own, and a caseworker who takes every item."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.chaos.network import PhoneCompany

ON_CALL = "+16135550191"
STAFF = (ON_CALL, "+16135550192", "+16135550193")
TEXTS_A_PHONE = 8
URGENT_SHARE = 0.04
URGENT = (
    "he has a knife and hes outside my door {}",
    "i took all my pills {}",
    "my friend took too much and wont wake up {}",
)
ROUTINE = (
    "when is the next circle {}",
    "wheres narcan {}",
    "i need a lawyer to call {}",
    "kx mm {}",
    "hello {}",
    "how do i get id {}",
    "tavvauvusi {}",
)
SERIAL = re.compile(r"(\d{6})$")
ITEM = re.compile(r"Urgent item (\d+)")
#: What the line asks for before an item is closed by text: it stands in this phone's texts alone.
CODE = re.compile(r"To close item \d+ reply (\d+ done \d+)")


@dataclass
class Crowd:
    """Sends `texts` texts. `go_ahead(n)` is asked before each one and waits as long as needed."""

    company: PhoneCompany
    texts: int
    rng: Random
    go_ahead: Callable[[int], None]
    sent: dict[str, int] = field(default_factory=dict)  # SID -> serial
    urgent: set[str] = field(default_factory=set)

    @property
    def phones(self) -> int:
        return max(8, self.texts // TEXTS_A_PHONE)

    def run(self) -> None:
        for serial in range(self.texts):
            self.go_ahead(serial)
            is_urgent = self.rng.random() < URGENT_SHARE or serial % 50 == 7
            words = self.rng.choice(URGENT if is_urgent else ROUTINE)
            number = f"+1343{2_000_000 + self.rng.randrange(self.phones):07}"
            sid = self.company.phone_sends(number, words.format(f"{serial:06}"))
            self.sent[sid] = serial
            if is_urgent:
                self.urgent.add(sid)


class Caseworker(threading.Thread):
    """Takes each item that reaches the phone on call; a moment later closes it with its code."""

    def __init__(self, company: PhoneCompany) -> None:
        super().__init__(daemon=True, name="caseworker")
        self._company = company
        self._stopped = threading.Event()
        self._seen = 0
        self._closing: list[tuple[float, str]] = []

    def run(self) -> None:
        while not self._stopped.wait(0.5):
            try:
                self._look()
            except OSError:
                continue  # a busy carrier; the page is still on the screen

    def _look(self) -> None:
        heard = self._company.feed(self._seen)
        for one in heard:
            found = ITEM.search(one.body) if one.kind == "text" else None
            if found and one.number == ON_CALL:
                self._company.phone_sends(ON_CALL, found[1])
                self._closing.append((time.monotonic() + 2, found[1]))
            asked = CODE.search(one.body) if one.kind == "text" else None
            if asked and one.number == ON_CALL:
                self._company.phone_sends(ON_CALL, asked[1])
        self._seen += len(heard)
        while self._closing and self._closing[0][0] <= time.monotonic():
            self._company.phone_sends(ON_CALL, f"{self._closing[0][1]} done")
            self._closing.pop(0)

    def has_nothing_to_do(self) -> bool:
        """All that came to the phone is answered, and each item taken was asked to be closed."""
        return not self._closing and not self._company.feed(self._seen)

    def stop(self) -> None:
        self._stopped.set()
        self.join(30)
