"""A text that the carrier lists hours after it was sent is heard, and is no answer and no order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.inbound import receive
from bot.opening import Inbound
from records.models import QueueItem
from service.settings import SIMULATOR_NUMBER
from tests.conversations.urgent.cast import KNIFE, QUESTION, Cast
from tests.stage import Phone

HOURS, MOMENTS = timedelta(hours=3), timedelta(minutes=2)


def _is_found(cast: Cast, phone: Phone, words: str, ago: timedelta) -> None:
    line = cast.stage.line
    sid, at = f"SM{int(ago.total_seconds()):032}", line.now() - ago
    receive(line, Inbound(sid, phone.number, SIMULATOR_NUMBER, words, at, is_late=True))
    cast.later(seconds=1)


@pytest.mark.parametrize("words", ["11", "ok", "11: call me at 4"])
def test_a_workers_word_of_this_morning_takes_nothing_that_is_open_now(
    cast: Cast, words: str
) -> None:
    cast.client.texts(KNIFE).hears(QUESTION)
    cast.is_paged()
    _is_found(cast, cast.on_call, words, HOURS)
    assert cast.alert().state == "open"
    cast.client.hears_nothing()
    cast.on_call.hears("Open the panel").hears_nothing()


def test_nor_does_it_let_go_of_what_they_have(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11")
    cast.ignore()
    _is_found(cast, cast.on_call, "0", HOURS)
    assert cast.alert().state == "acknowledged"
    cast.on_call.hears("Open the panel")


def test_one_of_a_moment_ago_takes_it(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    _is_found(cast, cast.on_call, "11", MOMENTS)
    assert cast.alert().state == "acknowledged"
    cast.ignore()


def test_a_clients_1_of_this_morning_says_nothing_of_now(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears(QUESTION)
    _is_found(cast, cast.client, "1", HOURS)
    assert cast.alert().answer is None and cast.alert().silence_at is not None
    cast.ignore()
    _is_found(cast, cast.client, "1", MOMENTS)
    assert cast.alert().answer == "yes"
    cast.ignore()


@pytest.mark.parametrize("was_closed", [False, True])
def test_a_stop_that_is_found_after_a_later_start_closes_nothing(
    cast: Cast, *, was_closed: bool
) -> None:
    client = cast.client
    client.texts("food").ignores()
    if was_closed:
        client.texts("STOP").hears_nothing()
    cast.later(minutes=5)
    client.texts("START").ignores()
    if was_closed:
        client.texts("1").ignores()
    cast.later(minutes=3)
    _is_found(cast, client, "STOP", timedelta(minutes=5))
    client.hears_nothing()
    client.texts("where is food").hears("food").ignores()
    with cast.stage.line.database.read() as session:
        kinds = set(session.scalars(select(QueueItem.kind)))
    assert "late_text" in kinds  # a person sees that it was said
    cast.ignore()


def test_one_that_was_sent_after_the_start_is_heard(cast: Cast) -> None:
    client = cast.client
    client.texts("START").ignores()
    cast.later(minutes=5)
    _is_found(cast, client, "STOP", MOMENTS)
    client.texts("where is food").hears_nothing()
    cast.ignore()
