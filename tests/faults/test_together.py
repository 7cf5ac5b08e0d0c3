"""Texts that are taken together come to what they come to one by one, and none harms another."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import inbound, people, together
from bot.line import Line, Wake
from bot.opening import Inbound
from bot.turnstile import NEXT_SECONDS, Turnstile
from records.clock import ManualClock
from records.database import Database
from records.keyring import KeyRing
from records.models import Contact, Message, Question, QueueItem
from tests.conftest import START
from tests.faults import taking
from tests.outbox.child import line_of
from tests.outbox.conftest import Desk
from tests.scheduler.test_live import until
from tests.stage import MONDAY_MORNING, Stage

ROOT = Path(__file__).parents[2]
ANNA, BEN, CLEO = "+16135550141", "+16135550142", "+16135550143"
KNIFE = "he has a knife and hes outside my door"
#: What three people text, each beginning at another point; then what all of them text.
PLAIN = (
    "hi", "1", "CIRCLE", "1", "wheres narcan", "2", "food", "9", "7", "peer group",
    "menu", "3", "asdf qwer", "qwer asdf", "zxcv", "NEWS", "1", "PAUSE", "2", "ii",
    "ᓄᓇᓕᖕᓂ ᐅᖃᐅᓯᖅ", "English", "1", "who is this", "MY HOURS", "k", "",
)  # fmt: skip
TAIL = ("STOP", "hello?", "START", "1", "i need a place 2nite", KNIFE, "ok", "CIRCLE", "yes")


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    """Three people who have texted before and were answered."""
    made = Stage(MONDAY_MORNING, database=database)
    for number in (ANNA, BEN, CLEO):
        made.rehearsal.texts(number, "CIRCLE")
    made.later(minutes=1)
    yield made


def said(line: Line, number: str, words: str, sid: str) -> Inbound:
    return Inbound(f"SM{sid:0>32}", number, "", words, line.now())


def together_or_alone(line: Line, texts: list[Inbound]) -> int:
    """As the turnstile does it; how many were taken together."""
    kept = together.take(line, texts)
    for one, message_id in zip(texts, kept, strict=True):
        if message_id is None:
            inbound.receive(line, one)
    return sum(message_id is not None for message_id in kept)


def alone(line: Line, texts: list[Inbound]) -> int:
    return sum(inbound.receive(line, one) is None for one in texts)


def play(stage: Stage, take: Callable[[Line, list[Inbound]], int]) -> tuple[int, Any]:
    """Three people text the same things, each at another point; what came of it."""
    taken = 0
    turned = [PLAIN[11 * k :] + PLAIN[: 11 * k] + TAIL for k in range(3)]
    for n, words in enumerate(zip(*turned, strict=True)):
        texts = [
            said(stage.line, number, each, f"{n}000{k}")
            for k, (number, each) in enumerate(zip((ANNA, BEN, CLEO), words, strict=True))
        ]
        taken += take(stage.line, texts)
        stage.rehearsal.settle()
        stage.later(seconds=10)
    heard = {n: [m.body for m in stage.network.inbox(n)] for n in (ANNA, BEN, CLEO)}
    return taken, (heard, *rows(stage.line))


def rows(line: Line) -> tuple[Any, ...]:
    """What is kept, as far as it does not depend on who of three came first."""
    with line.database.read() as session:
        messages = session.scalars(select(Message).where(Message.contact_id.is_not(None)))
        items, questions = session.scalars(select(QueueItem)), session.scalars(select(Question))
        contacts = session.scalars(select(Contact).order_by(Contact.id)).all()
        who = {contact.id: n for n, contact in enumerate(contacts)}
        return (
            sorted(
                (who[m.contact_id or 0], m.seq or 0, m.direction, m.purpose, m.state, m.level or "",
                 m.kind or "", m.text_id or "", m.created_at) for m in messages
            ),
            sorted((i.kind, i.level, who.get(i.contact_id or 0, -1), i.opened_at) for i in items),
            sorted((who[q.contact_id], q.flow, q.step, q.outcome or "") for q in questions),
            [(c.language, c.script, c.safe_to_text, c.age_ok, c.next_seq) for c in contacts],
        )  # fmt: skip


@cache
def one_by_one() -> Any:
    return play(three_known(Stage(MONDAY_MORNING)), alone)[1]


def three_known(stage: Stage) -> Stage:
    for number in (ANNA, BEN, CLEO):
        stage.rehearsal.texts(number, "CIRCLE")
    stage.later(minutes=1)
    return stage


def test_together_comes_to_the_same_as_one_by_one(stage: Stage) -> None:
    taken, came = play(stage, together_or_alone)
    assert taken > len(PLAIN), taken
    for ours, theirs in zip(came, one_by_one(), strict=True):
        assert ours == theirs


def kept(line: Line) -> list[str]:
    """The ids of all texts that came in since the three were known, by their person's order."""
    with line.database.read() as session:
        found = session.execute(
            select(Message.carrier_sid)
            .where(Message.direction == "inbound", Message.seq > 1)
            .order_by(Message.contact_id, Message.seq)
        )
        sids = [str(row[0]) for row in found]
        return [sid[2:].lstrip("0") for sid in sids if sid[2:5] == "000"]


def test_what_is_not_plain_is_left_to_be_taken_alone(stage: Stage) -> None:
    line = stage.line
    known = said(line, BEN, "again", "8")
    inbound.receive(line, known)
    texts = [
        said(line, ANNA, KNIFE, "1"),
        known,
        said(line, "+16135550191", "who is on call", "2"),
        said(line, "+16135550177", "hi", "3"),
        said(line, CLEO, "food", "4"),
    ]
    got = together.take(line, texts)
    assert [one is not None for one in got] == [False, False, False, False, True]
    assert kept(line) == ["8", "4"]


# On SQLite there is one writer at a time: nobody's row is in other hands while we write.
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_is_in_other_hands_is_left_out_and_holds_up_nobody(stage: Stage) -> None:
    line = stage.line
    with line.database.write() as other:
        people.find(other, line, "sms", ANNA)
        got = together.take(line, [said(line, ANNA, "food", "1"), said(line, BEN, "food", "2")])
    assert got[0] is None and got[1] is not None


def test_a_text_that_cannot_be_kept_harms_nobody_who_came_with_it(stage: Stage) -> None:
    line = stage.line
    with line.database.read() as session:
        person = people.find(session, line, "sms", BEN)
    assert person is not None
    line.vault.keys.destroy(person.contact.data_key)  # erased while their text was on its way
    texts = [said(line, number, "food", f"{n + 1}") for n, number in enumerate((ANNA, BEN, CLEO))]
    got = together.take(line, texts)
    assert got[0] is not None and got[1] is None and got[2] is not None
    assert kept(line) == ["1", "3"]


def test_a_text_our_code_stumbles_over_is_put_before_a_person_alone(stage: Stage) -> None:
    line = stage.line
    with line.database.write() as session:
        person = people.find(session, line, "sms", BEN)
        assert person is not None
        session.execute(
            update(Question)
            .where(Question.contact_id == person.contact.id, Question.data_sealed.is_not(None))
            .values(data_sealed=b"altered by somebody")
        )
    said_ = ((ANNA, "food"), (BEN, "1"), (CLEO, "food"))
    texts = [said(line, number, words, f"{n}0") for n, (number, words) in enumerate(said_, 1)]
    got = together.take(line, texts)
    assert [one is not None for one in got] == [True, False, True]
    assert inbound.receive(line, texts[1]) is not None
    with line.database.read() as session:
        (item,) = session.scalars(select(QueueItem).where(QueueItem.kind == "not_digested"))
    assert item.level == "urgent" and item.contact_id == person.contact.id


@contextmanager
def refusing(database: Database, table: str) -> Iterator[None]:
    """A database that takes no new row into this table."""
    if database.is_sqlite:
        make = f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
        drop = "DROP TRIGGER no"
    else:
        make = (
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no'; END $$; "
            f"CREATE TRIGGER no BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no()"
        )
        drop = f"DROP TRIGGER no ON {table}; DROP FUNCTION no()"
    with database.engine.begin() as connection:
        connection.execute(text(make))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.execute(text(drop))


def test_an_error_of_the_database_in_the_middle_leaves_nothing_of_any(stage: Stage) -> None:
    line = stage.line
    texts = [said(line, ANNA, "", "1"), said(line, BEN, "CIRCLE", "2")]
    before = rows(line)
    with refusing(line.database, "question"):
        assert together.take(line, texts) == [None, None]
        assert rows(line) == before
        # Alone each is kept after all; of the second, whose question is refused, a person hears.
        assert inbound.receive(line, texts[0]) is not None
        assert inbound.receive(line, texts[1]) is not None
    assert kept(line) == ["1", "2"]
    with line.database.read() as session:
        (item,) = session.scalars(select(QueueItem).where(QueueItem.kind == "not_digested"))
    assert item.level == "urgent"


class Crowd:
    """Texts that queue in a known order behind one that cannot go on yet."""

    def __init__(self, line: Line, turnstile: Turnstile | None = None) -> None:
        self.line, self.turnstile = line, turnstile or Turnstile(line)
        self.commits: list[None] = []
        line.wake = Wake(lambda: self.commits.append(None))
        self.answers: dict[str, object] = {}
        self._threads: list[threading.Thread] = []

    def send(self, number: str, words: str, sid: str) -> None:
        text_ = said(self.line, number, words, sid)
        key = f"{len(self._threads)}"

        def run() -> None:
            try:
                self.answers[key] = self.turnstile.receive(text_)
            except Exception as error:
                self.answers[key] = error

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()

    def come(self, texts: list[tuple[str, str, str]]) -> None:
        """The first is held up by somebody who has its sender's row; the others come meanwhile."""
        with self.line.database.write() as other:
            people.find(other, self.line, "sms", texts[0][0])
            self.send(*texts[0])
            until(lambda: self.turnstile.is_busy and not self.turnstile.waiting)
            for n, one in enumerate(texts[1:], 1):
                self.send(*one)
                until(partial(self._has, n))
        self.join()

    def join(self) -> None:
        """Waits until all that were sent have their answers."""
        for thread in self._threads:
            thread.join()

    def _has(self, waiting: int) -> bool:
        return self.turnstile.waiting == waiting


def test_those_who_come_meanwhile_are_taken_together(stage: Stage) -> None:
    crowd = Crowd(stage.line)
    crowd.come([(ANNA, "hi", "1"), (BEN, "food", "2"), (CLEO, "menu", "3")])
    assert all(isinstance(answer, int) for answer in crowd.answers.values())
    assert len(crowd.commits) == 2  # the first alone, then both others at once
    assert kept(stage.line) == ["1", "2", "3"]
    assert not crowd.turnstile.is_busy


class Stream(Crowd):
    """Texts that come one by one, each while the round before it waits for more."""

    def __init__(self, line: Line, coming: list[tuple[str, str]]) -> None:
        self.seconds, self.coming, self.pauses = 0.0, coming, 0
        super().__init__(line, Turnstile(line, clock=lambda: self.seconds, pause=self._pause))
        self.pauses_at_commit: list[int] = []
        line.wake = Wake(lambda: self.pauses_at_commit.append(self.pauses))

    def _pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.pauses += 1
        if self.coming:
            before = self.turnstile.waiting
            self.send(*self.coming.pop(0), sid=str(self.pauses))
            until(lambda: self.turnstile.waiting == before + 1)


def test_those_about_to_come_are_waited_for_and_taken_along(stage: Stage) -> None:
    stream = Stream(stage.line, [(CLEO, "menu"), (ANNA, "menu")])
    stream.come([(ANNA, "hi", "a"), (BEN, "food", "b")])
    # Nobody is waited for when it is quiet; then two are about, and one more comes.
    assert stream.pauses_at_commit == [0, 1]
    assert kept(stage.line) == ["a", "b", "1"]


def test_who_does_not_come_again_is_waited_for_once(stage: Stage) -> None:
    stream = Stream(stage.line, [])
    stream.come([(ANNA, "hi", "a"), (BEN, "food", "b"), (CLEO, "menu", "c")])
    assert stream.pauses_at_commit == [0, 1] and stream.seconds == NEXT_SECONDS
    stream.send(ANNA, "menu", "d")
    stream.join()
    assert stream.pauses_at_commit == [0, 1, 2]  # two were about
    stream.send(BEN, "menu", "e")
    stream.join()
    assert stream.pauses_at_commit == [0, 1, 2, 2]


def test_nobody_is_held_up_for_long_by_those_who_come(stage: Stage) -> None:
    stream = Stream(stage.line, [])
    stream.come([(ANNA, "hi", "1"), *[(f"+1613555020{n}", "food", f"b{n}") for n in range(8)]])
    assert stream.pauses == 0
    stream.coming = [(BEN, f"food {n}") for n in range(20)]
    before = len(stream.pauses_at_commit)
    stream.send(CLEO, "hi", "2")
    stream.join()
    assert stream.pauses_at_commit[before] == 6  # thousandths of a second
    assert not stream.turnstile.waiting and not stream.turnstile.is_busy


def test_a_round_that_is_full_waits_for_nobody(stage: Stage) -> None:
    pauses: list[float] = []
    crowd = Crowd(stage.line, Turnstile(stage.line, clock=lambda: 0.0, pause=pauses.append))
    crowd.come([(ANNA, "hi", "1"), *[(f"+1613555020{n}", "food", f"b{n}") for n in range(8)]])
    assert all(isinstance(answer, int) for answer in crowd.answers.values())
    assert len(crowd.answers) == 9 and not pauses


def test_a_wait_that_fails_costs_its_own_text_only_and_leaves_nobody_standing(
    stage: Stage,
) -> None:
    failures = [RuntimeError("no memory for a wait")]

    def pause(seconds: float) -> None:
        if failures:
            raise failures.pop()

    crowd = Crowd(stage.line, Turnstile(stage.line, clock=lambda: 0.0, pause=pause))
    crowd.come([(ANNA, "hi", "1"), (BEN, "food", "2"), (CLEO, "menu", "3")])
    assert isinstance(crowd.answers["1"], RuntimeError)  # the company sends it again
    assert kept(stage.line) == ["1", "3"]
    assert not crowd.turnstile.waiting and not crowd.turnstile.is_busy


def test_texts_of_one_person_keep_their_order_and_come_once(stage: Stage) -> None:
    crowd = Crowd(stage.line)
    crowd.come(
        [(ANNA, "hi", "1"), (BEN, "food", "2"), (BEN, "menu", "3"), (BEN, "food", "2"),
         (ANNA, "CIRCLE", "4"), (CLEO, "menu", "5"), (BEN, "CIRCLE", "6")]
    )  # fmt: skip
    assert kept(stage.line) == ["1", "4", "2", "3", "6", "5"]
    assert sum(answer is None for answer in crowd.answers.values()) == 1  # had it already
    stage.rehearsal.settle()
    circles = [one for one in stage.network.inbox(BEN) if "circle" in one.body.casefold()]
    assert len(circles) == 2  # before, and now


def test_with_the_database_refusing_all_are_told_and_nothing_is_kept(stage: Stage) -> None:
    crowd, texts = Crowd(stage.line), [(ANNA, "hi", "1"), (BEN, "food", "2"), (CLEO, "hi", "3")]
    before = rows(stage.line)
    with refusing(stage.line.database, "message"):
        crowd.come(texts)
    assert all(isinstance(answer, Exception) for answer in crowd.answers.values())
    assert rows(stage.line) == before and not crowd.turnstile.is_busy
    crowd = Crowd(stage.line)
    crowd.come(texts)  # the carrier tries again
    assert kept(stage.line) == ["1", "2", "3"]


@pytest.mark.parametrize(("failpoint", "left"), [("before_commit", 0), ("after_commit", 3)])
def test_a_plug_pulled_while_three_are_taken(
    database: Database, tmp_path: Path, failpoint: str, left: int
) -> None:
    (tmp_path / "ring").write_text(KeyRing.new_part("test"))
    line = line_of(database, tmp_path, ManualClock(START))
    for number in taking.NUMBERS:
        Desk(line).person(number)
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.faults.taking", url, str(tmp_path), START.isoformat()]
    env = {**os.environ, "FAILPOINT": failpoint}
    assert subprocess.run(command, cwd=ROOT, env=env, timeout=120, check=False).returncode == -9
    with database.read() as session:
        assert len(session.scalars(select(Message.id)).all()) == left
    for one in taking.three(line):  # the carrier tries again
        inbound.receive(line, one)
    with database.read() as session:
        assert len(session.scalars(select(Message.id)).all()) == 3
    line.vault.keys.database.close()
