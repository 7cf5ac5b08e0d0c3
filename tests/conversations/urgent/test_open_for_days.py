"""An item that stays open for days: whoever cries for help again is answered each time."""

from __future__ import annotations

from bot.triage.verdict import KINDS
from records.models import Escalation
from tests.conversations.urgent.cast import QUESTION, Cast

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
