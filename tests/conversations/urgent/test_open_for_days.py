"""An item that stays open for days: whoever cries for help again is answered each time."""

from __future__ import annotations

from datetime import timedelta

from bot.escalation import holding, ladder
from bot.triage.verdict import KINDS
from records.models import Escalation
from tests.conversations.urgent.cast import KNIFE, QUESTION, Cast

CRY = "he raped me again just now"


def test_what_was_answered_before_is_kept_once_however_often_it_was(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts(CRY).hears("You did nothing wrong", QUESTION)
    cast.on_call.texts("11")
    for _ in range(2):
        cast.on_call.texts("11: i am here")
        cast.ignore()
        cast.later(minutes=31)
        cast.client.texts(CRY).hears("You did nothing wrong", QUESTION).hears_nothing()
    assert cast.alert().kinds == "sexual_assault"
    cast.ignore()


def test_every_kind_at_once_finds_room() -> None:
    """PostgreSQL refuses what is longer, and with it the text."""
    others = ("generic", "not_ok", "call_back", "wrong_number")
    assert len(",".join([*KINDS, *others])) <= Escalation.__table__.c.kinds.type.length


def test_an_emergency_that_nobody_takes_for_months_pages_on_every_five_minutes(
    cast_on_each: Cast,
) -> None:
    """The steps are counted in a small column, which was full after 113 days."""
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.later(minutes=12)
    cast.ignore()
    _has_waited(cast, steps=32_765)
    for _ in range(5):
        cast.later(minutes=5)
        for phone in cast.workers:
            phone.hears("Urgent item 11 still waits").hears("[call]", "item 11").hears_nothing()
    assert cast.alert().step < 100


def _has_waited(cast: Cast, steps: int) -> None:
    """The alert as it stands after so many steps, the next of them due in five minutes."""
    line = cast.stage.line
    with line.database.write() as session:
        alert = holding.held(session, cast.alert().id)
        next_at = line.now() + timedelta(minutes=5)
        began_at = next_at - (ladder.due_at(alert.level, steps, next_at) - next_at)
        alert.step, alert.next_at = steps, next_at
        alert.opened_at = alert.ladder_at = began_at
