"""What fails again and again for one alert or timer is not tried each second, nor left for long."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.resting import SHORT_WAITS
from bot.timer_due import AGAIN
from records.models import Escalation, Message, Page, SafetyTimer
from records.models.messages import State
from scheduler import escalations, timers
from tests.conversations.urgent.cast import KNIFE, Cast
from tests.escalation.item import Desk
from tests.faults.test_moved_clock import set_back


def has_level(desk: Desk, level: str) -> None:
    """A level that no ladder knows: whoever climbs stumbles over it."""
    with desk.line.database.write() as session:
        session.execute(update(Escalation).where(Escalation.id == desk.id).values(level=level))


def test_an_alert_whose_step_fails_rests_for_seconds_and_its_ladder_goes_on(cast: Cast) -> None:
    desk = Desk(cast)
    has_level(desk, "spoilt")
    with capture_logs() as logs:
        cast.later(minutes=5)
    failed = [log for log in logs if log["event"] == "alert_failed"]
    # At 2 minutes, then 2, 4, 8, 15 and 30 seconds after each other: not 180 times.
    assert len(failed) == 10
    for phone in cast.workers:
        phone.hears_nothing()
    has_level(desk, "emergency")
    cast.later(seconds=30)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.on_call.hears("Urgent item 11").ignores()
    cast.second.hears("Urgent item 11").ignores()


def test_while_one_rests_the_ladder_of_another_climbs_to_the_second(cast: Cast) -> None:
    desk = Desk(cast)
    has_level(desk, "spoilt")
    cast.later(minutes=1)
    other = cast.stage.phone("0142").texts(KNIFE).ignores()
    cast.ignore()
    cast.later(minutes=2)
    cast.on_call.hears("Urgent item 12").hears("[call]").hears_nothing()
    cast.later(minutes=3)
    other.ignores()
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.on_call.ignores()
    cast.second.hears("Urgent item 12").ignores()


def test_an_alert_never_rests_longer_than_half_a_minute(cast: Cast) -> None:
    desk = Desk(cast)
    has_level(desk, "spoilt")
    at, waits = desk.now + timedelta(minutes=2), []
    for _ in range(8):
        escalations.run(desk.line, at)
        next_at = escalations.next_at(desk.line, at)
        assert next_at is not None
        waits.append((next_at - at).total_seconds())
        at = next_at
    assert waits == [2, 4, 8, 15, 30, 30, 30, 30]
    has_level(desk, "emergency")
    escalations.run(desk.line, at)
    assert escalations.next_at(desk.line, at) != at
    assert desk.line.resting.next_at(at, escalations.FAILED) is None


REFUSES = {
    True: """CREATE TRIGGER refuses BEFORE INSERT ON audit_entry WHEN NEW.act = 'no_answer'
        BEGIN SELECT RAISE(ABORT, 'refused'); END""",
    False: """CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
        CREATE TRIGGER refuses BEFORE INSERT ON audit_entry
        FOR EACH ROW WHEN (NEW.act = 'no_answer') EXECUTE FUNCTION refuses()""",
}


def test_what_fails_for_an_alert_keeps_its_pages_from_nobody(cast_on_each: Cast) -> None:
    """That nobody answered cannot be written down; who is second is paged all the same."""
    cast = cast_on_each
    cast.client.texts(KNIFE).ignores()
    database = cast.stage.line.database
    with database.engine.begin() as connection:
        connection.exec_driver_sql(REFUSES[database.is_sqlite])
    cast.later(minutes=4)
    cast.ignore()
    cast.later(minutes=1)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.second.hears("Urgent item 11").hears("[call]").hears_nothing()
    cast.later(minutes=5, seconds=30)
    cast.supervisor.hears("Urgent item 11").ignores()
    cast.ignore()
    with database.engine.begin() as connection:
        gone = "TRIGGER refuses" if database.is_sqlite else "FUNCTION refuses CASCADE"
        connection.exec_driver_sql(f"DROP {gone}")


def test_a_page_whose_check_fails_rests_too(cast: Cast) -> None:
    desk = Desk(cast)
    now = desk.now
    with desk.line.database.write() as session:
        session.execute(update(Message).values(state=State.FAILED))
        session.execute(update(Page).values(check_at=now, proven_at=None, channel="email"))
        session.execute(update(Escalation).values(next_at=None, silence_at=None, tell_at=None))
    has_level(desk, "spoilt")
    escalations.run(desk.line, now)
    assert escalations.next_at(desk.line, now) == now + SHORT_WAITS[0]


def test_a_timer_whose_step_fails_rests_for_seconds_and_then_goes_on(cast: Cast) -> None:
    line = cast.stage.line
    for words in ("SAFE 2h", "48 21", "room 9 blue van"):
        cast.client.texts(words).ignores()
    with line.database.write() as session:
        timer = session.scalars(select(SafetyTimer)).one()
        phone, timer.address_id = timer.address_id, 1
    at, waits = timer.ends_at, []
    for _ in range(7):
        timers.run(line, at)
        next_at = timers.next_at(line, at)
        assert next_at is not None
        waits.append((next_at - at).total_seconds())
        at = next_at
    assert waits == [2, 4, 8, 15, 30, 30, 30]
    with line.database.write() as session:
        session.get_one(SafetyTimer, timer.id).address_id = phone
    timers.run(line, at)
    assert timers.next_at(line, at) == at + AGAIN
    cast.ignore()


def test_a_clock_that_is_set_back_lets_nothing_rest_longer(cast: Cast) -> None:
    desk = Desk(cast)
    has_level(desk, "spoilt")
    cast.later(minutes=10, seconds=10)
    has_level(desk, "emergency")
    set_back(cast, timedelta(hours=1))
    cast.on_call.hears("Urgent item 11").ignores()
    cast.ignore()
