"""Machines whose clocks are 90 s apart: nothing is sent twice, and nothing waits for the slower."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot import outbox
from bot.escalation import alarms
from bot.line import Line
from records.clock import ManualClock, OffsetClock, SystemClock
from records.database import Database
from records.models.messages import State
from records.shared_clock import SharedClock
from scheduler.jobs import Job, run_due
from service import compose, doctor_clock, outside
from tests.carrier import TAKE_SILENTLY, ScriptedCarrier
from tests.outbox.conftest import Desk

SKEW = timedelta(seconds=90)
# A file has one machine, and so one clock.
shared = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def hosts(line: Line, carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """Three machines on one database: on time, 90 s fast and 90 s slow."""
    carrier.clock = SystemClock()
    made = []
    for n, skew in enumerate((timedelta(0), SKEW, -SKEW)):
        wrong = OffsetClock(lambda skew=skew: skew)
        monkeypatch.setattr(compose, "SystemClock", lambda wrong=wrong: wrong)
        config = replace(line.config, machine=f"host{n}")
        made.append(replace(line, config=config, clock=compose.clock_of(line.database)))
    return made


@shared
def test_all_tell_the_same_time(hosts: list[Line]) -> None:
    now = SystemClock().now()
    assert all(abs(host.now() - now) < timedelta(seconds=5) for host in hosts)


@shared
@pytest.mark.parametrize("holder", [0, 1, 2])
def test_what_one_holds_no_other_takes_away(
    hosts: list[Line], carrier: ScriptedCarrier, holder: int
) -> None:
    desk = Desk(hosts[holder])
    text, page = desk.write("hello"), desk.page("item 1", desk.staff())
    claims = outbox.claim_due(hosts[holder], hosts[holder].now(), limit=5)
    assert {claim.message.id for claim in claims} == {text, page}
    for host in hosts:
        run_due(host, host.now())
    assert carrier.bodies == []
    for claim in claims:
        outbox.send_one(hosts[holder], claim)
    for host in hosts:
        run_due(host, host.now())
    assert sorted(carrier.bodies) == ["hello", "item 1"]
    assert {desk.row(one).state for one in (text, page)} == {State.SENT}


@shared
def test_what_the_fast_one_writes_the_slow_one_sends_at_once(
    hosts: list[Line], carrier: ScriptedCarrier
) -> None:
    _, fast, slow = hosts
    Desk(fast).write("hello")
    run_due(slow, slow.now())
    assert carrier.bodies == ["hello"]


@shared
def test_a_job_of_each_minute_runs_once_among_all(hosts: list[Line]) -> None:
    ran: list[str] = []
    job = Job("j", lambda line, _: ran.append(line.config.machine), every=timedelta(minutes=1))
    for _ in range(2):
        for host in hosts:
            run_due(host, host.now(), (job,))
    assert ran == ["host0"]


@shared
@pytest.mark.parametrize("ticking", [0, 1, 2])
def test_no_machine_seems_dead_to_another(hosts: list[Line], ticking: int) -> None:
    run_due(hosts[ticking], hosts[ticking].now())
    for host in hosts:
        age = outside.figures(host)["tick_age_seconds"]
        assert age is not None and age < outside.STALE_TICK_SECONDS
        with host.database.write() as session:
            assert not alarms._has_stopped(session, host, host.now())


@shared
@pytest.mark.parametrize(("skew", "ok"), [(timedelta(0), True), (SKEW, False), (-SKEW, False)])
def test_the_doctor_names_a_machine_whose_clock_is_off(
    database: Database, monkeypatch: pytest.MonkeyPatch, skew: timedelta, ok: bool
) -> None:
    monkeypatch.setattr(doctor_clock, "SystemClock", lambda: OffsetClock(lambda: skew))
    (finding,) = doctor_clock.look(database)
    assert finding.ok is ok and "NTP" in finding.mend


@shared
def test_a_clock_that_is_set_right_meanwhile_moves_nothing(database: Database) -> None:
    steady = [0.0]
    clock = SharedClock(database, ManualClock(SystemClock().now() + SKEW), lambda: steady[0])
    first = clock.now()
    assert abs(first - SystemClock().now()) < timedelta(seconds=5)
    steady[0] = 4.0
    assert clock.now() - first == timedelta(seconds=4)


@shared
def test_looking_takes_nothing_from_a_connection(database: Database) -> None:
    """A roll-back would make the connection that texts go by forget its prepared statements."""
    undone: list[object] = []
    event.listen(database.engine, "rollback", undone.append)
    SharedClock(database)
    assert undone == []


@shared
def test_a_slow_way_to_the_database_puts_a_new_process_nowhere_ahead(database: Database) -> None:
    steady = [0.0]

    def slow(*_: object) -> None:
        steady[0] += 4

    event.listen(database.engine, "engine_connect", slow)
    clock = SharedClock(database, steady=lambda: steady[0])
    assert clock.now() <= SystemClock().now()


def test_without_its_database_it_goes_by_the_machine_and_then_follows(database: Database) -> None:
    if database.is_sqlite:
        assert isinstance(compose.clock_of(database), SystemClock)
        return
    wrong = ManualClock(SystemClock().now() + SKEW)
    away = Database("postgresql://nobody@127.0.0.1:1/none")
    clock = SharedClock(away, wrong)
    assert abs(clock.now() - wrong.now()) < timedelta(seconds=5)
    clock._database = database
    clock.look()
    assert abs(clock.now() - SystemClock().now()) < timedelta(seconds=5)
    away.close()


@pytest.mark.parametrize("ahead", [SKEW, -SKEW])
def test_a_text_is_found_with_a_carrier_whose_clock_differs(
    line: Line, clock: ManualClock, carrier: ScriptedCarrier, ahead: timedelta
) -> None:
    carrier.clock = OffsetClock(lambda: ahead, clock)
    carrier.script.append(TAKE_SILENTLY)
    desk = Desk(line)
    sent = desk.write("hello")
    desk.send()
    assert desk.row(sent).state == State.UNKNOWN
    for _ in range(20):
        clock.move_to(clock.now() + timedelta(seconds=10))
        run_due(line, clock.now())
    assert carrier.bodies == ["hello"] and desk.row(sent).state == State.SENT
