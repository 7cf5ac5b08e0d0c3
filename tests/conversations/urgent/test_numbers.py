"""Which numbers somebody in danger is given, at once and when nobody has picked up."""

from __future__ import annotations

from sqlalchemy import update

from records.models import Resource, Rotation
from tests.conversations.urgent.cast import KNIFE, QUESTION, Cast

PLACE_TONIGHT = "311: call 311"


def lines(said: str) -> list[str]:
    """The numbers that stand in a text, each on a line of its own."""
    return [line for line in said.splitlines() if ": call" in line]


def test_who_also_has_nowhere_to_sleep_is_told_where_to_ask_for_a_place(cast: Cast) -> None:
    cast.client.texts("he hits me and i have nowhere to sleep tonight")
    cast.client.hears("Women's line", PLACE_TONIGHT, QUESTION).hears_nothing()
    cast.ignore()


def test_who_did_not_ask_for_a_place_gets_the_numbers_that_fit_and_no_other(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    said = cast.client.unread.pop()
    assert len(lines(said)) == 2 and PLACE_TONIGHT not in said
    cast.later(minutes=5)
    again = cast.client.unread.pop()
    assert "Nobody has picked up yet" in again
    assert lines(again) == lines(said)
    cast.ignore()


def test_who_cries_again_of_the_same_danger_is_not_told_all_of_it_again(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=1)
    cast.client.texts("hes got a knife and hes at the door").hears_nothing()
    cast.later(minutes=1)
    cast.client.texts("he is breaking the door").hears("a person will read it").hears_nothing()
    cast.ignore()


def test_without_any_number_that_may_be_sent_they_still_hear_what_helps_in_their_danger(
    cast: Cast,
) -> None:
    with cast.stage.line.database.write() as session:
        session.execute(update(Resource).values(sendable=False))
    cast.client.texts(KNIFE)
    cast.client.hears("call 911. You can leave the call open and not speak", QUESTION)
    cast.ignore()


def test_with_nobody_on_call_they_are_sent_to_the_numbers_that_stand_above(cast: Cast) -> None:
    line = cast.stage.line
    with line.database.write() as session:
        session.execute(update(Rotation).values(until_on=line.local(line.now()).date()))
    cast.client.texts(KNIFE)
    cast.client.hears("Women's line", "Nobody is on call right now, so please use a number above")
    cast.ignore()
