"""A client who would rather be answered by a woman or a man: such a one on call is paged first."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from records.database import Database
from records.models import Contact, Staff
from tests.stage import Stage

FIRST, SECOND = "0191", "0192"
URGENT = "i want out"


@pytest.fixture
def stage(database: Database) -> Stage:
    """A client known to the line; the worker on call is a man, the second a woman."""
    made = Stage(database=database)
    made.phone().texts("hi blorp").ignores()
    with made.line.database.write() as session:
        for staff in session.scalars(select(Staff)):
            phone = staff.phone_index
            if phone == made.line.vault.index("address.sms", f"+1613555{FIRST}"):
                staff.gender = "man"
            elif phone == made.line.vault.index("address.sms", f"+1613555{SECOND}"):
                staff.gender = "woman"
    return made


def _wishes(stage: Stage, wish: str) -> None:
    with stage.line.database.write() as session:
        session.scalars(select(Contact)).one().wish = wish


def _paged(stage: Stage, digits: str) -> bool:
    return any("Urgent item" in text for text in stage.phone(digits).unread)


@pytest.mark.parametrize(("wish", "first"), [("any", FIRST), ("man", FIRST), ("woman", SECOND)])
def test_one_as_wished_is_paged_first(stage: Stage, wish: str, first: str) -> None:
    _wishes(stage, wish)
    stage.phone().texts(URGENT).ignores()
    other = SECOND if first == FIRST else FIRST
    assert _paged(stage, first) and not _paged(stage, other)
    stage.later(minutes=16)
    assert _paged(stage, other)


def test_with_nobody_as_wished_the_order_stays(stage: Stage) -> None:
    with stage.line.database.write() as session:
        for staff in session.scalars(select(Staff)):
            staff.gender = ""
    _wishes(stage, "woman")
    stage.phone().texts(URGENT).ignores()
    assert _paged(stage, FIRST) and not _paged(stage, SECOND)


def test_in_an_emergency_both_are_paged_at_once(stage: Stage) -> None:
    _wishes(stage, "woman")
    stage.phone().texts("he has a knife and he is outside my door").ignores()
    assert _paged(stage, FIRST) and _paged(stage, SECOND)
    for digits in (FIRST, SECOND):
        assert any(text.startswith("[call]") for text in stage.phone(digits).unread)
