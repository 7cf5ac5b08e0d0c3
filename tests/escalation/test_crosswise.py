"""Two that need the same rows in the same moment wait for one another in turn, never crosswise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from admin import personnel
from bot import people
from bot.escalation import handing_over, holding
from bot.inbound import Inbound, receive
from records.database import Database
from records.models import Contact, Escalation, Handover, Staff
from tests.at_once import Beside
from tests.conversations.urgent.cast import KNIFE, Cast
from tests.escalation.item import Desk
from tests.stage import Phone

# On SQLite there is one writer at a time.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def cast(database: Database) -> Cast:
    return Cast(database=database)


def test_a_turn_is_confirmed_while_its_giver_is_disabled(cast: Cast) -> None:
    """Both need the rows of the same two clients; who texted first has the later item."""
    cast.client.texts("hello")
    cast.stage.phone("0142").texts(KNIFE)
    desk, line = Desk(cast), cast.stage.line
    with line.database.write() as session:
        items = session.scalars(select(Escalation).order_by(Escalation.id)).all()
        (later, earlier) = (alert.contact_id for alert in items)
        assert earlier < later
        for alert in items:
            holding.take(session, line, alert, desk.ann, "panel", desk.now)
    asked = _asks_for_the_turn(desk)

    def confirms() -> None:
        with line.database.write() as session:
            row = handing_over.find(session, asked)
            assert row is not None and handing_over.accept(session, line, row, desk.now)

    with line.database.write() as session:
        people.locked(session, earlier)
        ben = Beside(line.database, confirms)
        ann = session.get_one(Staff, desk.ann)
        personnel.disable(session, line, ann, f"staff:{desk.ben}", desk.now)
    ben.ends()
    with line.database.read() as session:
        states = {alert.state for alert in session.scalars(select(Escalation))}
        assert states == {holding.OPEN}, "what a disabled worker had is nobody's"
        assert session.get_one(Handover, asked).state == handing_over.ACCEPTED


def _asks_for_the_turn(desk: Desk) -> int:
    until = desk.now + timedelta(hours=8)
    people = (desk.ann, desk.ben)
    with desk.line.database.write() as session:
        return handing_over.ask_turn(
            session, desk.line, "first", people, until, "both wait", desk.now
        ).id


def test_a_text_that_waits_crosswise_is_stored_at_once_and_once(cast: Cast) -> None:
    """The worker who takes an item has a record of her own, from before she was a worker, and
    somebody just holds the client and wants hers."""
    ann = _was_a_client(cast, cast.on_call)
    desk, line = Desk(cast), cast.stage.line
    taking = Inbound("SM" + "c" * 32, cast.on_call.number, "", "11", desk.now)
    with capture_logs() as logs:
        with line.database.write() as session:
            # The other one finds the circle first, and is the one that is ended.
            session.execute(text("SET LOCAL deadlock_timeout = '10s'"))
            people.locked(session, cast.alert().contact_id)
            web = Beside(line.database, lambda: receive(line, taking))
            people.locked(session, ann)
        web.ends()
    assert [log["event"] for log in logs] == ["text_stored_anew"]
    assert desk.acks() == [(desk.ann, "sms", None, None)]
    cast.later(seconds=1)
    cast.on_call.hears("You have item 11").hears_nothing()
    assert receive(line, taking) is None


def _was_a_client(cast: Cast, worker: Phone) -> int:
    """A worker whose phone has texted before it was known as hers; the client's id."""
    line, staff_id = cast.stage.line, cast.staff_id(worker)
    with line.database.write() as session:
        staff = session.get_one(Staff, staff_id)
        index, staff.phone_index = staff.phone_index, None
    worker.texts("hello")
    cast.ignore()
    with line.database.write() as session:
        session.get_one(Staff, staff_id).phone_index = index
        return session.scalars(select(Contact.id)).one()
