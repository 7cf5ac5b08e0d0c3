"""A worker's words do not reach the client: the worker hears so, and the paging goes on."""

from __future__ import annotations

from tests.admin.desk import Desk
from tests.conversations.urgent.cast import KNIFE, Cast

LOST = "Your words on item 11 did not reach the client"


def out_of_reach(cast: Cast, count: int | None = None) -> None:
    """The client's phone is off from now on, or for so many texts."""
    cast.stage.network.set_fault("reject", number=cast.client.number, code=30003, count=count)


def taken(cast: Cast) -> Cast:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11")
    cast.ignore()
    return cast


def test_words_that_do_not_arrive_are_no_answer(cast_on_each: Cast) -> None:
    cast = taken(cast_on_each)
    out_of_reach(cast)
    cast.later(minutes=3)
    cast.on_call.texts("11: are you somewhere safe?").hears(LOST, "in 5 minutes").hears_nothing()
    cast.later(minutes=4, seconds=59)
    for phone in cast.workers:
        phone.hears_nothing()
    cast.later(seconds=1)
    cast.on_call.hears("Urgent item 11")
    cast.second.hears("Urgent item 11")
    assert cast.alert().state == "open"
    assert "answer_lost" in cast.audited()
    cast.client.hears_nothing()
    cast.ignore()


def test_whoever_then_writes_what_arrives_keeps_the_item(cast: Cast) -> None:
    taken(cast)
    out_of_reach(cast, count=1)
    cast.on_call.texts("11: are you somewhere safe?").hears(LOST)
    cast.later(seconds=20)
    cast.on_call.texts("11: are you there now?").hears_nothing()
    cast.client.hears("are you there now?")
    cast.later(hours=2)
    for phone in cast.workers:
        phone.hears_nothing()
    assert cast.alert().state == "acknowledged"


def test_whoever_then_leaves_a_note_keeps_the_item(cast: Cast) -> None:
    desk = Desk(cast.stage).sign_in_as("caseworker")
    cast.client.texts(KNIFE)
    out_of_reach(cast)
    cast.ignore()
    desk.reply("are you somewhere safe?")
    cast.later(seconds=1)
    cast.second.hears("taken")
    cast.on_call.hears("You have item 11").hears(LOST).hears_nothing()
    desk.send(desk.thread("/note"), note="Phone is off. Calling her aunt.")
    cast.later(hours=2)
    for phone in cast.workers:
        phone.hears_nothing()
    assert cast.alert().state == "acknowledged"


def test_words_held_back_outside_whatsapps_window_are_told_too(cast: Cast) -> None:
    cast.client = cast.stage.whatsapp("0141")
    taken(cast)
    cast.on_call.texts("11: hi")
    cast.later(hours=25)
    cast.ignore()
    before = cast.alert().human_at
    cast.on_call.texts("11: how are you now?").hears(LOST).hears_nothing()
    cast.client.hears_nothing()
    assert cast.alert().human_at == before  # only the words before it were heard
    cast.later(minutes=5)
    cast.second.hears("Urgent item 11")
    cast.ignore()


def test_of_a_closed_item_nobody_is_told(cast: Cast) -> None:
    taken(cast)
    cast.stage.network.set_fault("refuse", number=cast.client.number, code=429)
    cast.on_call.texts("11: good night then")
    cast.closes(cast.on_call)
    cast.ignore()
    cast.later(hours=1)
    for phone in cast.workers:
        phone.hears_nothing()
    cast.client.hears_nothing()
