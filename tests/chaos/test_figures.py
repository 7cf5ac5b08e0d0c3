"""Whom a run calls paged: by the order in which texts were kept, whatever the clocks said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.inbound import Inbound, receive
from bot.line import Line
from records.clock import ManualClock
from records.models import Escalation
from service.seed import seed
from tests.chaos.figures import unpaged

KNIFE = "he has a knife and hes outside my door {}"
SIDS = [f"SM{n:032}" for n in range(2)]


@pytest.fixture
def texted(line: Line) -> Line:
    """Two urgent texts; the process that kept the second told the time a little earlier."""
    line.texts = type(line.texts).load()
    seed(line)
    for n, sid in enumerate(SIDS):
        receive(line, Inbound(sid, "+16135550141", "", KNIFE.format(n), line.now()))
        line.clock = ManualClock(line.now() - timedelta(milliseconds=10))
    return line


def found(line: Line, *, is_taken: bool) -> list[str]:
    with line.database.read() as session:
        alerts = session.scalars(select(Escalation)).all()
        assert len(alerts) == 1
        first = {alerts[0].id: line.now()} if is_taken else {}
        return unpaged(session, alerts, first, SIDS)


def test_both_are_covered_by_the_one_alert(texted: Line) -> None:
    assert found(texted, is_taken=True) == []


def test_an_alert_of_which_no_page_was_taken_covers_nobody(texted: Line) -> None:
    assert len(found(texted, is_taken=False)) == 2
