"""The turn of whoever has an item ends: it stays theirs, and whoever is on call knows of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from records.ids import new_id
from records.models import Override
from service.rehearsal import ZONE
from tests.conversations.urgent.cast import KNIFE, Cast

FOUR_O_CLOCK = datetime(2026, 11, 30, 16, 0, tzinfo=ZONE)


@pytest.fixture
def relieved(cast: Cast) -> Cast:
    """Taken and answered at four; at five the supervisor is first on call for days."""
    cast.stage.at(FOUR_O_CLOCK)
    now, who = cast.stage.line.now(), cast.staff_id(cast.supervisor)
    with cast.stage.line.database.write() as session:
        session.add(
            Override(
                id=new_id(), slot="first", staff_id=who, starts_at=now + timedelta(hours=1),
                ends_at=now + timedelta(days=5), made_by=who, made_at=now,
            )
        )  # fmt: skip
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: im here, are you safe?")
    cast.ignore()
    return cast


def test_whoever_comes_on_call_is_told_once_who_has_what(relieved: Cast) -> None:
    relieved.later(minutes=59)
    relieved.supervisor.hears_nothing()
    relieved.later(minutes=3)
    relieved.supervisor.hears("Item 11 is already taken. A colleague has it.").hears_nothing()
    relieved.later(days=1)
    for phone in (relieved.client, *relieved.workers):
        phone.hears_nothing()
    assert relieved.alert().acknowledged_by == relieved.staff_id(relieved.on_call)


def test_what_the_client_then_writes_reaches_whoever_is_on_call_too(relieved: Cast) -> None:
    relieved.later(days=1)
    relieved.ignore()
    relieved.client.texts("hello?? are you there").hears("It is noted")
    relieved.on_call.hears("More has come in on item 11").hears_nothing()
    relieved.supervisor.hears("More has come in on item 11").hears_nothing()
    relieved.second.hears_nothing()


def test_while_they_write_past_their_turn_nobody_else_is_told_of_each_text(relieved: Cast) -> None:
    relieved.later(hours=2)
    relieved.ignore()
    relieved.on_call.texts("11: still here")
    relieved.client.hears("still here").texts("he left now").hears_nothing()
    relieved.on_call.hears("More has come in on item 11").hears_nothing()
    relieved.supervisor.hears_nothing()


def test_during_their_turn_only_they_are_told(relieved: Cast) -> None:
    relieved.later(minutes=45)
    relieved.client.texts("hello?? are you there").ignores()
    relieved.on_call.hears("More has come in on item 11").hears_nothing()
    relieved.supervisor.hears_nothing()
