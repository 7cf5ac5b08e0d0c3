"""The turn of whoever has an item ends: it stays theirs, and whoever is on call knows of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from admin.personnel import staff_row
from records.ids import new_id
from records.models import Override, Swap
from service.rehearsal import ZONE
from tests.conversations.urgent.cast import HELP, KNIFE, Cast

FOUR_O_CLOCK = datetime(2026, 11, 30, 16, 0, tzinfo=ZONE)


@pytest.fixture
def relieved(cast: Cast) -> Cast:
    """Taken and answered at four; at five the supervisor is first on call for days."""
    cast.stage.at(FOUR_O_CLOCK)
    cast.comes_on_call(cast.supervisor, after=timedelta(hours=1), until=timedelta(days=5))
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


def swap(cast: Cast, giver: int, taker: int) -> None:
    """A swap of the turn that has begun already is accepted at this moment."""
    now = cast.stage.line.now()
    with cast.stage.line.database.write() as session:
        session.add(
            Swap(
                id=new_id(), slot="first", from_staff_id=giver, to_staff_id=taker,
                starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8),
                asked_at=now, accepted_at=now,
            )
        )  # fmt: skip


def test_who_accepts_a_swap_meanwhile_is_told_too(cast: Cast) -> None:
    cast.stage.at(FOUR_O_CLOCK)
    cast.client.texts(HELP)
    cast.on_call.texts("11: im here, are you safe?")
    cast.ignore()
    cast.later(minutes=5)
    swap(cast, cast.staff_id(cast.on_call), cast.staff_id(cast.supervisor))
    cast.later(minutes=3)
    cast.supervisor.hears("Item 11 is already taken. A colleague has it.").hears_nothing()
    cast.later(hours=2)
    for phone in (cast.client, *cast.workers):
        phone.hears_nothing()


def test_who_is_on_call_again_once_an_exception_is_taken_back_is_told_too(cast: Cast) -> None:
    cast.stage.at(FOUR_O_CLOCK)
    line, now = cast.stage.line, cast.stage.line.now()
    fourth = cast.stage.phone("0194")
    row = staff_row(line, "fourth", "Fourth", "caseworker", fourth.number, now)
    exception = Override(
        id=new_id(), slot="first", staff_id=row.id, starts_at=now,
        ends_at=now + timedelta(hours=8), made_by=row.id, made_at=now,
    )  # fmt: skip
    with line.database.write() as session:
        session.add_all((row, exception))
    cast.client.texts(HELP)
    fourth.hears("Urgent item 11").ignores().texts("11: im here, are you safe?").ignores()
    cast.later(minutes=10)
    with line.database.write() as session:
        session.get_one(Override, exception.id).withdrawn_at = line.now()
    cast.client.ignores()
    cast.on_call.hears_nothing()
    cast.later(minutes=3)
    cast.on_call.hears("Item 11 is already taken. A colleague has it.").hears_nothing()
    for phone in (fourth, cast.second, cast.supervisor, cast.client):
        phone.hears_nothing()
    cast.later(hours=2)
    for phone in (fourth, cast.client, *cast.workers):
        phone.hears_nothing()


@pytest.fixture
def untaken(cast: Cast) -> Cast:
    """Six minutes to five: an urgent item that nobody takes. At five the supervisor is first."""
    cast.stage.at(FOUR_O_CLOCK + timedelta(minutes=54))
    cast.comes_on_call(cast.supervisor, after=timedelta(minutes=6), until=timedelta(hours=15))
    cast.client.texts(HELP).texts("1")
    cast.later(minutes=5, seconds=30)
    cast.on_call.hears("Urgent item 11").hears("[call]").hears("still waits").hears("[call]")
    cast.ignore()
    return cast


def test_what_nobody_has_is_paged_to_whoever_comes_on_call(untaken: Cast) -> None:
    untaken.later(minutes=2)
    untaken.supervisor.hears("Urgent item 11. Reply 11 to take it").hears("[call]", "item 11")
    for phone in (untaken.client, *untaken.workers):
        phone.hears_nothing()
    untaken.later(minutes=7)
    for phone in (untaken.client, *untaken.workers):
        phone.hears_nothing()
    untaken.later(minutes=1)
    untaken.second.hears("Urgent item 11").ignores()
    untaken.supervisor.hears("Urgent item 11 still waits").hears_nothing()
    untaken.on_call.hears_nothing()


def test_what_a_colleague_has_taken_by_then_is_not_paged_anew(untaken: Cast) -> None:
    untaken.on_call.texts("11: im here").ignores()
    untaken.later(minutes=3)
    untaken.supervisor.hears("Item 11 is already taken. A colleague has it.").hears_nothing()
    untaken.on_call.hears_nothing()
    untaken.client.hears("im here").hears_nothing()
