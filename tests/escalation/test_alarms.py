"""What stands in the way of a page is found before anybody needs one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select, update

from bot.inbound import Inbound, receive
from records.database import Database
from records.models import Heartbeat, QueueItem, Rotation, RotationMember, Shift
from tests.conversations.urgent.cast import KNIFE, Cast


def end_rota(cast: Cast, days: int) -> None:
    day = cast.stage.line.local(cast.stage.line.now()).date() + timedelta(days=days)
    with cast.stage.line.database.write() as session:
        session.execute(update(Rotation).values(until_on=day))


def test_a_full_rota_raises_no_alarm() -> None:
    cast = Cast()
    cast.later(minutes=10)
    assert cast.alarms() == []
    cast.stage.close()


def test_a_gap_in_the_next_seven_days_is_told_to_the_supervisor_once() -> None:
    cast = Cast()
    end_rota(cast, 3)
    cast.later(minutes=2)
    cast.supervisor.hears("Alarm: nobody is on call at some time in the next 7 days")
    cast.later(minutes=10)
    cast.stage.close()
    assert cast.alarms() == ["rota_gap"]


def test_a_gap_further_off_than_seven_days_wakes_nobody_yet(cast: Cast) -> None:
    end_rota(cast, 8)
    cast.later(hours=23)
    for phone in cast.workers:
        phone.hears_nothing()
    assert cast.alarms() == []
    cast.later(days=1)
    cast.supervisor.hears("Alarm: nobody is on call at some time in the next 7 days")


def test_an_alarm_closes_when_its_cause_is_mended() -> None:
    cast = Cast()
    end_rota(cast, 3)
    cast.later(minutes=2)
    cast.supervisor.ignores()
    with cast.stage.line.database.write() as session:
        session.execute(update(Rotation).values(until_on=None))
    cast.later(minutes=2)
    assert cast.alarms() == []
    with cast.stage.line.database.read() as session:
        outcomes = session.scalars(select(QueueItem.outcome).where(QueueItem.kind == "alarm"))
        assert list(outcomes) == ["mended"]
    cast.stage.close()


def test_nobody_on_call_is_told_to_everybody_at_once() -> None:
    cast = Cast()
    end_rota(cast, 0)
    cast.later(minutes=1)
    for phone in cast.workers:
        phone.hears("Alarm: nobody is on call")
    cast.ignore()
    assert "nobody_on_call" in cast.alarms()


def test_a_rota_that_ran_out_stays_an_alarm_however_long_ago_it_ended() -> None:
    cast = Cast()
    line = cast.stage.line
    today, on_call = line.local(line.now()).date(), cast.staff_id(cast.on_call)
    with line.database.write() as session:
        session.execute(delete(RotationMember))
        session.execute(delete(Rotation))
        session.add(
            Shift(
                id=1, slot="first", staff_id=on_call, weekdays="0123456",
                starts=0, ends=0, from_on=today, until_on=today,
            )
        )  # fmt: skip
    cast.later(minutes=2)
    assert "rota_gap" in cast.alarms()
    cast.later(days=5)
    assert {"nobody_on_call", "rota_gap"} <= set(cast.alarms())
    cast.ignore()
    cast.client.texts(KNIFE).hears("Nobody is on call")
    cast.later(minutes=1)
    assert "no_rota" not in cast.alarms()
    cast.ignore()


def test_without_any_rota_everyone_is_paged_and_the_alarm_says_so() -> None:
    cast = Cast()
    with cast.stage.line.database.write() as session:
        session.execute(delete(RotationMember))
        session.execute(delete(Rotation))
    cast.client.texts(KNIFE).hears("Nobody is on call")
    for phone in cast.workers:
        phone.hears("Urgent item 11")
    assert cast.alarms() == ["no_rota"]


def test_a_host_that_fell_silent_is_an_alarm_and_a_restart_is_none() -> None:
    cast = Cast()
    line = cast.stage.line
    with line.database.write() as session:
        old = line.now() - timedelta(minutes=5)
        session.add(Heartbeat(machine="here:1", version="1", ticked_at=old))
        session.add(Heartbeat(machine="here:2", version="1", ticked_at=line.now()))
    cast.later(minutes=1)
    assert cast.alarms() == []
    with line.database.write() as session:
        session.add(Heartbeat(machine="there:1", version="1", ticked_at=old))
    cast.later(minutes=1)
    assert cast.alarms() == ["machine_stopped"]
    cast.stage.close()


def test_a_growing_queue_is_an_alarm() -> None:
    cast = Cast()
    cast.stage.network.set_fault("refuse", code=503)
    now = cast.stage.line.now()
    receive(cast.stage.line, Inbound("SM" + "0" * 32, "+16135550141", "", KNIFE, now))
    cast.later(minutes=3)
    assert "queue_growing" in cast.alarms()
    cast.ignore()


def test_a_phone_company_that_refuses_is_an_alarm_though_nobody_texts() -> None:
    cast = Cast()
    cast.later(minutes=1)
    cast.stage.network.set_fault("refuse", code=503)
    for _ in range(3):
        cast.later(minutes=1)
    assert cast.alarms() == []
    for _ in range(2):
        cast.later(minutes=1)
    assert cast.alarms() == ["carrier_away"]
    cast.stage.network.clear_fault()
    for _ in range(2):
        cast.later(minutes=1)
    assert cast.alarms() == []
    cast.stage.close()


def test_a_text_that_could_not_be_digested_is_paged_about() -> None:
    cast = Cast()
    with cast.stage.line.database.write() as session:
        session.add(QueueItem(kind="not_digested", level="urgent", opened_at=cast.stage.line.now()))
    cast.later(minutes=1)
    for phone in cast.workers:
        phone.hears("Alarm: a text could not be processed")
    cast.stage.close()


def test_a_text_that_could_not_be_digested_is_paged_about_until_a_page_goes() -> None:
    cast = Cast()
    cast.stage.network.set_fault("reject", code=30003)
    with cast.stage.line.database.write() as session:
        session.add(QueueItem(kind="not_digested", level="urgent", opened_at=cast.stage.line.now()))
    cast.later(minutes=4)
    cast.stage.network.clear_fault()
    cast.later(minutes=6)
    for phone in cast.workers:
        phone.hears("Alarm: a text could not be processed")
    cast.later(hours=5)
    cast.stage.close()


def _host_falls_silent(cast: Cast) -> None:
    line = cast.stage.line
    with line.database.write() as session:
        old = line.now() - timedelta(minutes=5)
        session.add(Heartbeat(machine="there:1", version="1", ticked_at=old))


REFUSES = {
    True: """CREATE TRIGGER refuses BEFORE INSERT ON queue_item WHEN NEW.subject = 'nobody_on_call'
        BEGIN SELECT json('refused'); END""",
    False: """CREATE FUNCTION refuses() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
        CREATE TRIGGER refuses BEFORE INSERT ON queue_item
        FOR EACH ROW WHEN (NEW.subject = 'nobody_on_call') EXECUTE FUNCTION refuses()""",
}


@contextmanager
def refused(database: Database) -> Iterator[None]:
    """The first alarm of all is never taken."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(REFUSES[database.is_sqlite])
    yield
    is_sqlite = database.is_sqlite
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "DROP TRIGGER refuses" if is_sqlite else "DROP FUNCTION refuses CASCADE"
        )


def test_an_alarm_that_always_fails_keeps_no_other_from_being_raised(cast_on_each: Cast) -> None:
    cast = cast_on_each
    end_rota(cast, 0)
    _host_falls_silent(cast)
    with refused(cast.stage.line.database):
        cast.later(minutes=2)
        assert cast.alarms() == ["rota_gap", "machine_stopped"]
    cast.supervisor.hears("Alarm: nobody is on call at some time in the next 7 days")
    for phone in cast.workers:
        phone.hears_nothing()
    cast.later(minutes=1)
    assert cast.alarms() == ["rota_gap", "machine_stopped", "nobody_on_call"]
    for phone in cast.workers:
        phone.hears("Alarm: nobody is on call").hears_nothing()
