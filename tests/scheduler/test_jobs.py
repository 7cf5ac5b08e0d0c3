"""Everything that happens by itself happens once, in time, whatever else fails."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.line import Line
from records.clock import ManualClock
from records.models import Heartbeat
from records.models.messages import Lane, State
from scheduler.duties import FORGET_MACHINE
from scheduler.jobs import JOBS, Hand, Job, next_due_at, run_due
from tests.carrier import TAKE_SILENTLY, VANISH, ScriptedCarrier
from tests.outbox.conftest import Desk


@pytest.fixture
def desk(line: Line) -> Desk:
    return Desk(line)


def at_rest(desk: Desk, clock: ManualClock, most: int = 1000) -> list[datetime]:
    """Runs until nothing is due any more, moving the clock; the instants it stopped at."""
    stops = []
    while (at := next_due_at(desk.line, clock.now())) is not None:
        clock.move_to(max(at, clock.now()))
        stops.append(clock.now())
        run_due(desk.line, clock.now())
        assert len(stops) < most, "something is due for ever"
    return stops


def test_what_is_due_goes_and_then_nothing_is_due(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("hello")
    assert next_due_at(desk.line, desk.now) == desk.now
    run_due(desk.line, desk.now)
    assert carrier.bodies == ["hello"] and next_due_at(desk.line, desk.now) is None


def test_the_next_instant_is_known_exactly(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    tomorrow = desk.now + timedelta(days=1)
    desk.write("reminder", lane=Lane.TIMED, due_at=tomorrow)
    assert next_due_at(desk.line, desk.now) == tomorrow
    assert at_rest(desk, clock) == [tomorrow]
    assert carrier.bodies == ["reminder"]


def test_with_a_short_rate_the_next_free_slot_is_the_next_instant(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.line.config = replace(desk.line.config, send_rate=1.0)
    for n in range(5):
        desk.write(f"{n}", f"+161355502{n:02}")
    begun = desk.now
    at_rest(desk, clock)
    assert carrier.bodies == ["0", "1", "2", "3", "4"]
    assert timedelta(seconds=4) <= desk.now - begun < timedelta(seconds=4.1)


@pytest.mark.parametrize("fault", [VANISH, TAKE_SILENTLY])
def test_what_is_unclear_comes_to_rest(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, fault: str
) -> None:
    carrier.script.append(fault)
    sent = desk.write("hello")
    begun = desk.now
    at_rest(desk, clock)
    assert carrier.bodies == ["hello"] and desk.row(sent).state == State.SENT
    assert desk.now - begun <= timedelta(seconds=61)


def test_a_carrier_that_is_gone_for_good_comes_to_rest_too(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.extend([VANISH] * 500)
    carrier.is_down = True
    sent = desk.write("hello", expires_at=desk.now + timedelta(minutes=30))
    page = desk.page("Urgent item 12.", desk.staff(), expires_at=desk.now + timedelta(minutes=5))
    at_rest(desk, clock)
    assert {desk.row(sent).state, desk.row(page).state} == {State.EXPIRED}


def test_a_job_that_fails_stops_no_other(desk: Desk) -> None:
    ran: list[str] = []

    def fails(line: Line, now: datetime) -> None:
        raise RuntimeError("+16135550141")

    jobs = [Job("a", fails), Job("b", lambda *_: ran.append("b"))]
    run_due(desk.line, desk.now, jobs)
    assert ran == ["b"]


def test_a_sweep_runs_once_in_its_time_whichever_machine_it_is(
    desk: Desk, clock: ManualClock
) -> None:
    ran: list[datetime] = []
    job = Job("sweep", lambda _, now: ran.append(now), every=timedelta(minutes=1))
    for _ in range(12):
        run_due(desk.line, clock.now(), [job])
        clock.move_to(clock.now() + timedelta(seconds=10))
    assert len(ran) == 2


def test_machines_that_race_for_a_sweep_run_it_once(desk: Desk) -> None:
    ran: list[int] = []
    gate = threading.Barrier(4)

    def machine() -> None:
        job = Job("sweep", lambda *_: ran.append(1), every=timedelta(minutes=1))
        gate.wait(60)
        run_due(desk.line, desk.now, [job])

    threads = [threading.Thread(target=machine) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert ran == [1]


def test_a_machine_that_is_a_moment_behind_does_not_sweep_again(desk: Desk) -> None:
    """Two that go by the database's clock differ by as long as it takes them to ask."""
    ran: list[int] = []
    job = Job("sweep", lambda *_: ran.append(1), every=timedelta(minutes=1))
    for behind in (0.0, 0.003, 1.0):
        run_due(desk.line, desk.now - timedelta(seconds=behind), [job])
    assert ran == [1]


def test_a_clock_set_back_does_not_silence_a_sweep(desk: Desk) -> None:
    ran: list[int] = []
    job = Job("sweep", lambda *_: ran.append(1), every=timedelta(minutes=1))
    run_due(desk.line, desk.now, [job])
    run_due(desk.line, desk.now - timedelta(hours=2), [job])
    assert ran == [1, 1]


def test_each_machine_says_that_it_is_alive(desk: Desk, clock: ManualClock) -> None:
    for machine in ("one", "two"):
        desk.line.config = replace(desk.line.config, machine=machine)
        run_due(desk.line, clock.now())
    clock.move_to(clock.now() + timedelta(seconds=5))
    run_due(desk.line, clock.now())
    assert beats(desk) == {"one": clock.now() - timedelta(seconds=5), "two": clock.now()}
    clock.move_to(clock.now() + FORGET_MACHINE)
    run_due(desk.line, clock.now())
    assert set(beats(desk)) == {"two"}


def beats(desk: Desk) -> dict[str, datetime]:
    with desk.line.database.read() as session:
        return {row.machine: row.ticked_at for row in session.scalars(select(Heartbeat))}


def test_whatever_asks_the_carrier_is_no_work_for_the_ticker() -> None:
    ticks = {job.name for job in JOBS if job.hand is Hand.TICK}
    assert ticks.isdisjoint({"send", "look_up", "missed_texts", "blank"})
    assert len({job.name for job in JOBS}) == len(JOBS)
    errands = {job.name for job in JOBS if job.hand is Hand.ERRAND}
    assert errands.isdisjoint({"blank", "pictures", "backup"}), "mail to staff waits for these"
