"""The running process: fast when idle, urgent never waits, and stuck means restarted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, text

from bot import outbox
from bot.line import Line
from bot.outbox.blank import SECOND_MACHINE
from bot.texts import Catalogues
from records.clock import SystemClock
from records.database import Database
from records.keystore import SYSTEM
from records.models import Fact, Staff
from records.models.messages import Lane, State
from scheduler.clock import Ticker
from scheduler.jobs import JOBS, Job
from scheduler.senders import CHANNEL, SENDERS, Senders
from scheduler.watchdog import Watchdog
from service.compose import Teller
from tests.carrier import ScriptedCarrier
from tests.outbox.conftest import Desk

LONG = 60.0


@pytest.fixture
def desk(line: Line, carrier: ScriptedCarrier) -> Desk:
    line.clock = carrier.clock = SystemClock()
    return Desk(line)


@pytest.fixture
def senders(desk: Desk) -> Senders:
    return Senders(desk.line, Watchdog({SENDERS: LONG}))


def until(true: Callable[[], bool], seconds: float = LONG) -> float:
    """Waits for it; the seconds it took."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it never happened"
        time.sleep(0.005)
    return time.monotonic() - begun


def test_a_text_leaves_as_soon_as_it_is_kept(
    desk: Desk, carrier: ScriptedCarrier, senders: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.senders.POLL_SECONDS", 10 * LONG)  # nobody just comes by
    senders.start()
    for n in range(5):
        desk.write(f"{n}")
        desk.line.wake.now()
        until(lambda n=n: len(carrier.taken) == n + 1)
    senders._stopped.set()
    for hand in senders._hands:
        hand.call.set()
    senders.stop()


def test_a_lost_call_costs_one_poll(desk: Desk, carrier: ScriptedCarrier, senders: Senders) -> None:
    senders.start()
    desk.write("hello")
    until(lambda: carrier.bodies == ["hello"])
    senders.stop()


def test_a_carrier_that_hangs_on_routine_texts_keeps_no_urgent_one_waiting(
    desk: Desk, carrier: ScriptedCarrier, senders: Senders
) -> None:
    release = threading.Event()
    hung = threading.Semaphore(0)

    def hang() -> None:
        if threading.current_thread() not in free:
            hung.release()
            release.wait(LONG)

    urgent_first = senders._threads[0]
    free = {urgent_first}
    carrier.before_taking = hang
    for n in range(6):
        desk.write(f"{n}", f"+161355502{n:02}")
    senders.start()
    for _ in range(3):
        assert hung.acquire(timeout=LONG)
    desk.write("Call 911.", lane=Lane.URGENT)
    desk.line.wake.now()
    until(lambda: carrier.bodies == ["Call 911."])
    release.set()
    until(lambda: len(carrier.taken) == 7)
    senders.stop()


def test_senders_outlive_a_database_that_is_away(
    desk: Desk, carrier: ScriptedCarrier, senders: Senders, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 0
    read = desk.line.database.read

    def away() -> object:
        nonlocal failures
        failures += 1
        if failures <= 4:
            raise OSError("gone")
        return read()

    monkeypatch.setattr(desk.line.database, "read", away)
    desk.write("hello")
    senders.start()
    until(lambda: carrier.bodies == ["hello"])
    senders.stop()


def test_a_commit_of_another_process_wakes_the_senders(desk: Desk, senders: Senders) -> None:
    if desk.line.database.is_sqlite:
        assert len(senders._threads) == 5  # nobody to listen to: SQLite is one process
        return
    heard = threading.Event()
    desk.line.wake.event.set = heard.set  # type: ignore[method-assign]
    listener = threading.Thread(target=senders._listen, daemon=True)
    listener.start()
    engine = desk.line.database.engine

    def tell() -> bool:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_notify(:c, '')"), {"c": CHANNEL})
            connection.commit()
        return heard.wait(0.2)

    until(tell)
    senders._stopped.set()
    listener.join(LONG)
    assert not listener.is_alive()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite is one process
def test_a_hint_waits_for_no_disk_and_the_next_text_does(database: Database) -> None:
    asked, told = list[str](), threading.Event()

    @event.listens_for(database.engine, "commit")
    def ask(connection: Connection) -> None:
        asked.append(str(connection.exec_driver_sql("SHOW synchronous_commit").scalar()))
        told.set()

    Teller(database)()
    assert told.wait(LONG) and asked == ["off"]
    event.remove(database.engine, "commit", ask)
    with database.write() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "on"


def test_the_ticker_ticks_and_tells_the_watchdog(desk: Desk) -> None:
    ticked = threading.Event()
    watchdog = Watchdog({"tick": LONG})
    before = watchdog._seen["tick"]
    ticker = Ticker(desk.line, watchdog, (Job("t", lambda *_: ticked.set()),))
    ticker.start()
    assert ticked.wait(LONG)
    until(lambda: watchdog._seen["tick"] > before)
    ticker.stop()


class Mail:
    """A mail server that says when it was handed something."""

    def __init__(self) -> None:
        self.came = threading.Event()

    def send(self, to: str, subject: str, body: str) -> None:
        self.came.set()


def test_while_copies_are_being_emptied_mail_to_staff_does_not_wait(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    hung, release, mail = threading.Event(), threading.Event(), Mail()
    carrier.before_blanking = lambda: (hung.set(), release.wait(LONG))
    desk.line.mailer, desk.line.texts = mail, Catalogues.load()
    desk.write("hello")
    desk.send()
    told = {"MessageSid": carrier.taken[0].sid, "MessageStatus": "delivered"}
    outbox.record_receipt(desk.line, told, None, desk.now)
    staff_id = desk.staff()
    with desk.line.database.write() as session:
        session.merge(Fact(name=SECOND_MACHINE, value="", at=desk.now))
        sealed = desk.line.vault.seal(SYSTEM, f"staff.email:{staff_id}", "ann@example.org")
        session.get_one(Staff, staff_id).email_sealed = sealed
    ticker = Ticker(desk.line, Watchdog({}), tuple(j for j in JOBS if j.name in ("blank", "mail")))
    ticker.start()
    assert hung.wait(LONG)
    desk.page("Urgent item 12.", staff_id, channel="email")
    assert mail.came.wait(LONG / 4) and carrier.blanked == []
    release.set()
    until(lambda: carrier.blanked == [carrier.taken[0].sid])
    ticker.stop()


def test_the_watchdog_ends_a_stuck_process_and_no_other() -> None:
    now, ended = [0.0], []
    watchdog = Watchdog(
        {"tick": 30.0, "senders": 60.0}, steady=lambda: now[0], end=lambda: ended.append(now[0])
    )
    for second in range(0, 200, 5):
        now[0] = float(second)
        if second <= 100:
            watchdog.beat("tick")
        watchdog.beat("senders")
        watchdog.check()
        if ended:
            break
    assert ended == [135.0] and watchdog.late() == ["tick"]


def test_a_real_row_survives_the_live_clock(
    desk: Desk, carrier: ScriptedCarrier, senders: Senders
) -> None:
    sent = desk.write("hello", due_at=desk.now + timedelta(seconds=1))
    senders.start()
    until(lambda: desk.row(sent).state == State.SENT)
    senders.stop()
    row = desk.row(sent)
    assert row.sending_at and row.due_at and row.sending_at >= row.due_at
