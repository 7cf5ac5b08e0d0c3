"""Two machines mail pages in the same moment: each page is one machine's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation import taking
from bot.outbox import claims
from records.database import Database
from records.models import Message
from records.models.messages import State
from tests.at_once import Beside
from tests.conversations.urgent.cast import Cast
from tests.escalation.item import Desk

# On SQLite there is one writer at a time.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
MAIL = "email"


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(Cast(database=database))


def mails(desk: Desk, *due: float) -> list[int]:
    """So many of an emergency's pages wait as mails, each due so many seconds from now."""
    with desk.line.database.write() as session:
        pages = select(Message).where(Message.purpose == "page").order_by(Message.id)
        found = list(session.scalars(pages.limit(len(due))))
        for message, seconds in zip(found, due, strict=True):
            message.channel, message.state, message.final_at = MAIL, State.QUEUED, None
            message.due_at = desk.now + timedelta(seconds=seconds)
        return [message.id for message in found]


def takes(desk: Desk, session: Session) -> int | None:
    taken = taking.take(session, MAIL, desk.now)
    return taken and taken[0].id


def test_while_one_machine_takes_a_page_the_other_takes_the_next_and_waits_for_nobody(
    desk: Desk,
) -> None:
    first, second = mails(desk, -5, 0)
    with desk.line.database.write() as here:
        assert takes(desk, here) == first
        with desk.line.database.write() as there:
            assert takes(desk, there) == second
            with desk.line.database.write() as elsewhere:
                assert takes(desk, elsewhere) is None


def test_a_mail_that_took_too_long_is_not_written_over_what_another_machine_does_with_it(
    desk: Desk,
) -> None:
    """The mail server was slow; the page is just being taken back as it answers."""
    mails(desk, 0)
    with desk.line.database.write() as session:
        taken = taking.take(session, MAIL, desk.now)
    assert taken is not None
    message, token = taken
    still_ours: list[Message | None] = []

    def answered() -> None:
        with desk.line.database.write() as session:
            still_ours.append(taking.held(session, message, token))

    with desk.line.database.write() as session:
        assert claims.lapse(session, desk.now + taking.LEASE) == 1
        session.flush()
        slow = Beside(desk.line.database, answered)
    slow.ends()
    assert still_ours == [None]
    with desk.line.database.read() as session:
        assert session.get_one(Message, message.id).state == State.QUEUED
