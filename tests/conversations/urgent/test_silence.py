"""A client who does not answer "are you safe": the item is graver, and everybody hears anew."""

from __future__ import annotations

from datetime import timedelta

from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, Cast
from tests.conversations.urgent.test_ladder import times


def test_an_emergencys_question_unanswered_for_five_minutes_starts_the_ladder_over(
    cast_on_each: Cast,
) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.later(minutes=4, seconds=59)
    assert "no_answer" not in cast.audited()
    cast.ignore()
    cast.later(seconds=1)
    assert (cast.alert().level, cast.alert().state) == ("emergency", "open")
    assert (cast.alert().step, cast.alert().ladder_at) == (1, cast.stage.line.now())
    cast.on_call.hears("Urgent item 11. Reply 11").hears("[call]", "item 11").hears_nothing()
    cast.second.hears("Urgent item 11. Reply 11").hears("[call]", "item 11").hears_nothing()
    cast.supervisor.hears_nothing()
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.later(minutes=26)
    assert times(cast, 0) == [0, 2, 5, 7, 10, 15, 20, 25, 30]
    assert times(cast, 2) == [10, 15, 20, 25, 30]  # as soon as if the client had answered
    assert [cast.audited().count(act) for act in ("no_answer", "ladder_restarted")] == [1, 1]
    cast.client.hears_nothing()
    cast.ignore()


def test_a_silence_that_nothing_ran_through_starts_it_over_and_leaves_nobody_out(
    cast_on_each: Cast,
) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.ignore()
    clock = cast.stage.rehearsal.clock
    clock.move_to(clock.now() + timedelta(minutes=11))
    for _ in range(2):
        cast.stage.rehearsal.settle()
        cast.stage.collect()
    for phone in cast.workers:
        phone.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    assert cast.alert().next_at == clock.now() + timedelta(minutes=2)
    assert cast.audited().count("ladder_restarted") == 1
    cast.ignore()


def test_an_answer_in_time_starts_nothing_over(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.later(minutes=4, seconds=59)
    cast.client.texts("1")
    cast.later(minutes=5)
    assert "ladder_restarted" not in cast.audited()
    assert times(cast, 0) == [0, 2, 5]
    cast.ignore()


def test_whoever_took_it_keeps_it_through_the_silence_and_then_it_starts_over(
    cast_on_each: Cast,
) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.later(minutes=3)
    cast.on_call.texts("11")
    cast.ignore()
    cast.later(minutes=2)  # the client is silent now
    assert (cast.alert().state, cast.audited()[-1]) == ("acknowledged", "ladder_restarted")
    cast.later(minutes=2, seconds=59)
    for phone in cast.workers:
        phone.hears_nothing()
    cast.later(seconds=1)  # and the worker let five minutes go by
    assert cast.alert().state == "open"
    cast.on_call.hears("Urgent item 11. Reply 11").hears("[call]", "item 11").ignores()
    cast.later(minutes=2)
    assert times(cast, 2) == [10]
    cast.ignore()


def test_a_person_who_wrote_to_the_client_ends_the_wait_for_an_answer(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you somewhere safe?")
    cast.ignore()
    cast.later(hours=1)
    assert "no_answer" not in cast.audited()
    for phone in (*cast.workers, cast.client):
        phone.hears_nothing()


def test_an_urgent_items_silence_makes_it_an_emergency_whoever_has_it(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts(HELP).hears(QUESTION)
    cast.later(minutes=20)
    cast.on_call.texts("11")
    cast.ignore()
    cast.later(minutes=10)
    assert (cast.alert().level, cast.alert().state) == ("emergency", "open")
    cast.on_call.hears("Urgent item 11. Reply 11").hears("[call]", "item 11").hears_nothing()
    cast.second.hears("Urgent item 11. Reply 11").hears_nothing()
    cast.later(minutes=11)
    assert times(cast, 0)[-4:] == [30, 32, 35, 40]
    assert times(cast, 2)[-1:] == [40]
    assert "ladder_restarted" not in cast.audited()  # raised once; its question is not asked again
    cast.client.hears_nothing()
    cast.ignore()
