"""What a line does all day long: each as one act whose time can be taken, or its plans."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, text, update

from bot import together
from bot.inbound import receive
from bot.line import Line
from bot.opening import Inbound
from bot.outbox.receipts import record_receipt
from records.models import Contact, Message
from scheduler import jobs
from scheduler.duties import send_due
from service import outside, seed
from tests.admin.desk import Desk
from tests.bench.flat_bench import contacts, number_of, rows_of
from tests.bench.load import WORDS
from tests.bench.panel_bench import supervisor_of

Act = Callable[[], object]
#: Texts of others that are taken in one round.
ROUND = 4


def fill(line: Line, people: int, texts_each: int) -> int:
    """`people` contacts with `texts_each` texts over a year, by sets; how many texts.

    The planner is told of them as a database that has run for a while would tell it.
    """
    seed.seed(line)
    contacts(line, people)
    for seq in range(1, texts_each + 1):
        at = line.now() - timedelta(days=360 * (1 - seq / (texts_each + 1)) + 1)
        with line.database.write() as session:
            session.execute(rows_of(seq, people, at)[0])
    yesterday = line.now() - timedelta(days=1)  # no two people texted last in the same instant
    last = [
        {"id": n, "last_inbound_at": yesterday - timedelta(seconds=n)} for n in range(1, people + 1)
    ]
    with line.database.write() as session:
        session.execute(update(Contact), last)
    with line.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return people * texts_each


class Day:
    """The acts of one line. Each may be done again and again; each leaves the line as busy as it
    was, within a text or two."""

    def __init__(self, line: Line, people: int) -> None:
        self._line, self._people = line, people
        self._chance, self._count = random.Random(7), 0
        self._desk: Desk = supervisor_of(line)

    def acts(self) -> dict[str, Act]:
        """By name, in an order in which each finds something to do."""
        return {
            "a text comes in": lambda: receive(self._line, self._text()),
            "a worker's text is not understood": self._puzzling,
            "texts come together": self._together,
            "what is due is sent": lambda: send_due(self._line, self._line.now()),
            "a report of delivery": self._report,
            "a scheduler's round": self._round,
            "when is the next due": lambda: jobs.next_due_at(self._line, self._line.now()),
            "figures for a watcher": lambda: outside.figures(self._line),
            "the queue's page": lambda: self._desk.read("/admin/queue"),
            "the list of threads": lambda: self._desk.read("/admin/conversations"),
            "a thread's page": self._thread,
        }

    def _text(self) -> Inbound:
        self._count += 1
        number = number_of(self._chance.randrange(self._people))
        sid = f"SMhot{self._count:027d}"
        return Inbound(sid, number, "", self._chance.choice(WORDS), self._line.now())

    def _puzzling(self) -> None:
        """What a worker texts that is no command: they get a hint, a few times an hour."""
        on_call = seed.STAFF[0][-1]
        receive(self._line, replace(self._text(), from_=on_call, body="see you at the meeting"))

    def _together(self) -> None:
        texts = {text.from_: text for text in (self._text() for _ in range(ROUND))}
        together.take(self._line, list(texts.values()))

    def _report(self) -> None:
        with self._line.database.read() as session:
            sent = select(Message.carrier_sid).where(Message.state == "sent").limit(1)
            sid = session.scalar(sent)
        assert sid is not None, "nothing was sent"
        told = {"MessageSid": sid, "MessageStatus": "delivered"}
        record_receipt(self._line, told, None, self._line.now())

    def _round(self) -> None:
        """Every duty of a live process but those that run by night or by the hour."""
        for job in jobs.JOBS:
            if job.hand is not jobs.Hand.SLOW or job.name == "blank":
                job.run(self._line, self._line.now())

    def _thread(self) -> None:
        with self._line.database.read() as session:
            one = session.get_one(Contact, self._chance.randrange(self._people) + 1)
        self._desk.read(f"/admin/conversations/{one.public_id}")
