"""When many are in danger at once: each is paged at once, and the worker's phone stays usable."""

from __future__ import annotations

from tests.conversations.urgent.cast import KNIFE, Cast

CLIENTS = 30


def crowd(cast: Cast) -> None:
    """Thirty people text within half a minute."""
    for n in range(CLIENTS):
        cast.stage.phone(f"{2000 + n}").texts(KNIFE).hears("Are you safe")
        cast.later(seconds=1)


def calls(cast: Cast) -> list[str]:
    """What the calls to whoever is on call were about, in order."""
    rung = [text for text in cast.on_call.unread if text.startswith("[call]")]
    return [" ".join(text.split()[2:4]).rstrip(".") for text in rung]


def test_each_is_paged_about_by_text_at_once(cast: Cast) -> None:
    crowd(cast)
    for phone in (cast.on_call, cast.second):
        told = [text for text in phone.unread if text.startswith("Urgent item")]
        assert len(told) == CLIENTS
    cast.ignore()


def test_a_phone_rings_about_twice_a_minute_and_goes_on_until_somebody_answers(cast: Cast) -> None:
    crowd(cast)
    cast.later(minutes=16)
    rings = [at for at, kind in cast.heard_at(cast.on_call) if kind == "call"]
    assert all(later - earlier >= 0.99 for earlier, later in zip(rings, rings[3:], strict=False))
    assert 10 <= len(rings) <= 48
    for phone in cast.stage.phones():
        phone.ignores()


def test_two_at_once_are_both_called_about_at_once(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears("Are you safe")
    cast.stage.phone("2001").texts(KNIFE).hears("Are you safe")
    cast.on_call.hears("item 11").hears("[call]", "item 11")
    cast.on_call.hears("item 12").hears("[call]", "item 12").hears_nothing()
    cast.ignore()


def test_the_third_call_waits_a_minute(cast: Cast) -> None:
    for n in range(3):
        cast.stage.phone(f"{2001 + n}").texts(KNIFE).hears("Are you safe")
    assert calls(cast) == ["item 11", "item 12"]
    cast.later(seconds=61)
    assert calls(cast) == ["item 11", "item 12", "item 13"]
    cast.ignore()


def test_a_call_that_waits_is_not_made_once_somebody_has_the_item(cast: Cast) -> None:
    for n in range(3):
        cast.stage.phone(f"{2001 + n}").texts(KNIFE).hears("Are you safe")
    cast.second.texts("13")
    cast.later(seconds=61)
    assert calls(cast) == ["item 11", "item 12"]
    cast.ignore()


def test_many_are_called_about_in_turn(cast: Cast) -> None:
    for n in range(5):
        cast.stage.phone(f"{2001 + n}").texts(KNIFE).hears("Are you safe")
    for n in range(11, 13):
        cast.second.texts(str(n))
    cast.later(minutes=3)
    assert {"item 13", "item 14", "item 15"} <= set(calls(cast))
    cast.ignore()
