"""Two who need the same dates in the same moment take them in one order, and nobody waits in a
circle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.calendar import dates, repeating, waiting
from bot.calendar.seats import held
from records.models import Occurrence
from tests.at_once import Beside
from tests.conversations.dates import BY, THURSDAY, Calendar, at, wall

# On SQLite there is one writer at a time.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
EVENING, MORNING = at(THURSDAY, 18), at(THURSDAY, 10)

Act = Callable[[Session, Calendar, int], object]


def _nothing_may_be_sent(session: Session, calendar: Calendar, event_id: int) -> None:
    waiting.pass_over(session, calendar.ids["0141"], calendar.line.now())


def _dates_are_changed(session: Session, calendar: Calendar, event_id: int) -> None:
    dates.coming(session, event_id, calendar.line.now())


def _the_series_ends(session: Session, calendar: Calendar, event_id: int) -> None:
    line = calendar.line
    repeating.end_series(session, line, event_id, wall(MORNING), "other", BY, line.now())


def _it_is_a_holiday(session: Session, calendar: Calendar, event_id: int) -> None:
    line = calendar.line
    repeating.set_holiday(session, line, THURSDAY, "Snow", BY, line.now())


@pytest.mark.parametrize(
    "act", [_nothing_may_be_sent, _dates_are_changed, _the_series_ends, _it_is_a_holiday]
)
def test_whoever_holds_two_dates_takes_the_lower_id_first(calendar: Calendar, act: Act) -> None:
    """The evening was entered before the morning; somebody swaps a seat between them just now."""
    line = calendar.line
    calendar.client()
    (evening,) = calendar.event(EVENING)
    with line.database.write() as session:
        event_id = session.get_one(Occurrence, evening).event_id
        morning = dates.add_date(session, event_id, wall(MORNING), BY, line.now()).id
    assert evening < morning
    for date_id in (morning, evening):
        calendar.wait("0141", date_id)
    with line.database.write() as session:  # the evening's row lies behind the morning's now
        offers = {"offer_at": line.now() + timedelta(hours=1)}
        session.execute(update(Occurrence).where(Occurrence.id == morning).values(offers))
        session.execute(update(Occurrence).where(Occurrence.id == evening).values(offers))

    def acts() -> None:
        with line.database.write() as session:
            act(session, calendar, event_id)

    with line.database.write() as session:
        assert held(session, evening) is not None
        other = Beside(line.database, acts)
        assert held(session, morning) is not None
    other.ends()
