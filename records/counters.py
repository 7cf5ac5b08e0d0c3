"""Gives numbers that only grow, each to one row and never twice."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from records.models import Counter

#: The numbers of urgent items, which workers text as codes.
ITEMS = "escalation"


def following(session: Session, name: str, first: int = 1) -> int:
    """The next number of a counter. Held until the commit, so that none is given twice."""
    grow = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    value = session.scalar(grow)
    if value is not None:
        return value
    try:
        with session.begin_nested():
            session.add(Counter(name=name, value=first))
    except IntegrityError:
        return session.execute(grow).scalar_one()  # another process gave the very first one
    return first


def skip(session: Session, name: str, count: int) -> None:
    """Leaves out the next `count` numbers: somebody may know them already."""
    grow = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + count)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(grow) is None:
        session.add(Counter(name=name, value=count))
