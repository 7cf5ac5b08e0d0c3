"""A late "2" to "are you safe right now?", after the item was closed, is a cry."""

from __future__ import annotations

import pytest

from records.models import Staff
from tests.conversations.urgent.cast import HELP, KNIFE, Cast


def closed(cast: Cast, cry: str = HELP) -> Cast:
    """Somebody in need was asked whether they are safe; a worker has closed the item."""
    cast.client.texts(cry).hears("Are you safe right now?")
    cast.later(minutes=1)
    cast.closes(cast.on_call)
    cast.ignore()
    return cast


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "2"), (20, "no"), (29, "2"), (1, "22"), (1, "no no")]
)
def test_a_2_after_the_closing_opens_an_emergency(
    cast_on_each: Cast, minutes: int, words: str
) -> None:
    cast = closed(cast_on_each)
    cast.later(minutes=minutes)
    cast.client.texts(words).hears("call 911", "Are you safe right now?").hears_nothing()
    alert = cast.alert()
    assert (alert.number, alert.level, alert.is_silent) == (12, "emergency", False)
    cast.on_call.hears("Urgent item 12").hears("[call]", "item 12").hears_nothing()
    cast.second.hears("Urgent item 12").hears_nothing()
    cast.later(minutes=5)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.ignore()


def test_a_2_with_its_reason_does_too(cast: Cast) -> None:
    closed(cast, "missed my dose i feel sick").client.texts("2 hes here").hears("call 911")
    assert (cast.alert().number, cast.alert().level) == (12, "emergency")
    cast.ignore()


def test_after_the_answer_1_no_is_no_cry(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores().texts("1").ignores()
    cast.closes(cast.on_call)
    cast.ignore()
    cast.client.texts("no thanks").ignores().texts("no").ignores()
    assert cast.alert().number == 11
    for worker in cast.workers:
        worker.hears_nothing()


def test_after_the_answer_1_a_2_counts(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores().texts("1").ignores()
    cast.closes(cast.on_call)
    cast.ignore()
    cast.client.texts("2").hears("Are you safe right now?").hears_nothing()
    assert (cast.alert().number, cast.alert().level) == (12, "emergency")
    cast.ignore()


@pytest.mark.parametrize("what", ["1", "half an hour", "a person's word", "a question since"])
def test_what_is_no_answer_to_it_opens_nothing(cast: Cast, what: str) -> None:
    cast.client.texts(HELP).ignores()
    if what == "a person's word":
        cast.on_call.texts("11").texts("11: is tuesday good? 1 or 2").ignores()
    cast.closes(cast.on_call)
    cast.ignore()
    if what == "half an hour":
        cast.later(minutes=31)
    if what == "a question since":
        cast.client.texts("menu").ignores()
    cast.client.texts("1" if what == "1" else "2").ignores()
    assert cast.alert().number == 11
    for worker in cast.workers:
        worker.hears_nothing()


def test_a_quiet_item_asked_nothing(cast: Cast) -> None:
    cast.client.texts("he reads my texts he is going to kill me tonight").ignores()
    cast.closes(cast.on_call)
    cast.ignore()
    cast.client.texts("2").ignores()
    assert cast.alert().number == 11
    for worker in cast.workers:
        worker.hears_nothing()


@pytest.mark.parametrize("minutes", [1, 27])
def test_what_nobody_understands_just_after_reaches_who_closed_it(
    cast_on_each: Cast, minutes: int
) -> None:
    cast = closed(cast_on_each, KNIFE)
    cast.later(minutes=minutes)
    cast.client.texts("he is back").hears("A person will look at your text").ignores()
    cast.later(minutes=1)
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.second.hears_nothing()
    cast.supervisor.hears_nothing()
    assert (cast.alert().number, cast.alert().state) == (11, "resolved")
    cast.client.texts("please").ignores().texts("hurry").ignores()
    cast.later(minutes=1)
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.second.hears_nothing()


def test_a_thank_you_a_request_or_a_text_half_an_hour_later_wakes_nobody(cast: Cast) -> None:
    closed(cast, KNIFE)
    for words in ("thank you", "ok", "when is the next circle"):
        cast.client.texts(words).ignores()
    cast.later(minutes=31)
    cast.client.texts("he is back").ignores()
    cast.later(minutes=2)
    for worker in cast.workers:
        worker.hears_nothing()


def test_who_closed_it_and_no_longer_works_with_clients_hears_nothing(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE).hears("Are you safe right now?")
    cast.closes(cast.second)
    cast.ignore()
    with cast.stage.line.database.write() as session:
        session.get_one(Staff, cast.staff_id(cast.second)).role = "operator"
    cast.client.texts("he is back").hears("A person will look at your text").ignores()
    cast.later(minutes=2)
    for worker in cast.workers:
        worker.hears_nothing()
