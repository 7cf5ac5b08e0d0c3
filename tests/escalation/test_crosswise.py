"""Two that need the same rows in the same moment wait for one another in turn, never crosswise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import personnel
from bot import people
from bot.escalation import handing_over, holding
from records.database import Database
from records.models import Escalation, Handover, Staff
from tests.at_once import Beside
from tests.conversations.urgent.cast import KNIFE, Cast
from tests.escalation.item import Desk

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
