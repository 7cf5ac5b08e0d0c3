"""When a text may go to a phone, and when the client is asked again whether it is safe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.discreet import telling_words
from bot.language import spans
from records.models import Consent, SafeHours
from tests.conversations.safe.conftest import change, contact_of, items, local, plan, state
from tests.conversations.safe.test_own_words import workers_ignore
from tests.stage import Phone


def only_mondays(client: Phone) -> None:
    """Safe from 10 to 11 on Mondays, set through the flow and then narrowed."""
    client.texts("my hours").ignores().texts("2").ignores().texts("10-11").ignores()
    client.texts("2").ignores()
    with client.stage.line.database.write() as session:
        session.execute(update(SafeHours).values(days=1))


def test_after_thirty_days_the_next_own_text_is_answered_and_then_asked(client: Phone) -> None:
    client.stage.later(days=29)
    client.texts("food").ignores()
    assert contact_of(client.stage, client).reasked_at is None
    client.stage.later(days=2)
    client.texts("thanks").hears("welcome").hears("still safe to text this phone? 1 yes 2 no")
    client.texts("1").hears("MY HOURS").hears_nothing()
    assert contact_of(client.stage, client).safe_asked_at == client.stage.line.now()
    client.texts("thanks").hears("welcome").hears_nothing()


def test_asked_once_a_day_at_most_and_a_no_ends_what_we_start(client: Phone) -> None:
    client.stage.later(days=31)
    client.texts("thanks").hears("welcome").hears("still safe")
    client.stage.later(minutes=5)
    client.texts("thanks").hears("welcome").hears_nothing()
    client.texts("2").hears("only get a text after you text first").hears_nothing()
    row = plan(client.stage, client, "See you Tuesday")
    assert state(client.stage, row) == ("held", "not_safe")
    client.hears_nothing()


def test_never_asked_of_a_stranger(client: Phone) -> None:
    client.stage.later(days=31)
    client.texts("who is this").hears("reminder line").hears_nothing()
    client.texts("wrong number").hears("Sorry about that").hears_nothing()
    client.texts("thanks").hears("welcome").hears_nothing()
    workers_ignore(client.stage)


def test_after_thirty_days_of_silence_only_chosen_caring_texts_go(client: Phone) -> None:
    stage = client.stage
    stage.later(days=30, hours=1)
    client.hears_nothing()
    assert state(stage, plan(stage, client, "How are you?")) == ("held", "silent")
    assert state(stage, plan(stage, client, "Thinking of you", "caring")) == ("held", "silent")
    with stage.line.database.write() as session:
        session.add(
            Consent(
                contact_id=contact_of(stage, client).id,
                purpose="caring_silent",
                given=True,
                version="2026-11",
                language="en",
                how="text",
                at=stage.line.now(),
            )
        )
    plan(stage, client, "Thinking of you", "caring")
    client.hears("Thinking of you").hears_nothing()


def test_a_wrong_number_hint_ends_caring_texts_too(client: Phone) -> None:
    client.texts("nobody by that name here").hears("Sorry about that").hears_nothing()
    worker = client.stage.phone("0191").ignores().texts("11 done")
    worker.texts(worker.unread.pop().removeprefix("To close item 11 reply "))
    workers_ignore(client.stage)
    row = plan(client.stage, client, "Thinking of you", "caring")
    assert state(client.stage, row) == ("held", "not_safe")
    assert contact_of(client.stage, client).doubted_at is not None
    client.hears_nothing()


def test_days_and_hours_are_set_by_text_and_kept(client: Phone) -> None:
    client.texts("my hours").hears("Which days").texts("2").hears("10-16")
    client.texts("11 to 3pm").hears("someone else").texts("2").hears("noted").hears_nothing()
    with client.stage.line.database.read() as session:
        row = session.scalars(select(SafeHours)).one()
    assert (row.days, row.from_minute, row.until_minute) == (0b11111, 660, 900)
    assert contact_of(client.stage, client).someone_else == "hang_up"
    client.stage.at(local(client.stage, 4, 16))  # a Friday, an hour too late
    plan(client.stage, client, "See you", expires_at=client.stage.line.now() + timedelta(days=9))
    client.stage.at(local(client.stage, 7, 10, 59))  # Monday
    client.hears_nothing()
    client.stage.at(local(client.stage, 7, 11))
    client.hears("See you").hears_nothing()


def test_outside_safe_hours_an_own_text_is_answered_within_half_an_hour(client: Phone) -> None:
    only_mondays(client)
    client.stage.at(local(client.stage, 2, 3))
    client.texts("food").ignores()
    row = plan(client.stage, client, "as asked", "reply", expires_at=local(client.stage, 4, 1))
    client.hears("as asked").hears_nothing()
    client.stage.later(minutes=31)
    late = plan(client.stage, client, "too late", "reply", expires_at=local(client.stage, 4, 1))
    assert state(client.stage, row)[0] in ("sent", "delivered")
    assert state(client.stage, late)[0] == "queued"
    client.stage.at(local(client.stage, 4, 2))
    client.hears_nothing()


def test_an_alert_that_is_not_silent_is_answered_at_any_hour(client: Phone) -> None:
    only_mondays(client)
    client.stage.at(local(client.stage, 2, 3))
    client.texts("theres a man with a knife outside my door").hears("911", "Are you safe")
    client.stage.phone("0191").ignores()
    client.stage.phone("0192").ignores()
    client.stage.later(minutes=6)
    client.hears("picked up").hears_nothing()
    for worker in ("0191", "0192", "0193"):
        client.stage.phone(worker).ignores()


def test_a_worker_by_phone_is_warned_and_must_confirm(client: Phone) -> None:
    stage = client.stage
    worker = stage.phone("0191")
    change(stage, client, is_watched=True)
    only_mondays(client)
    stage.at(local(stage, 2, 14))
    client.texts("theres a man with a knife outside my door").hears("OK").hears_nothing()
    worker.ignores().texts("11").ignores()
    stage.later(minutes=31)
    stage.phone("0192").ignores()
    stage.phone("0193").ignores()
    worker.ignores().texts("11: call me").ignores()
    client.hears_nothing()
    worker.texts("11: call me").hears("may not be safe", "11!:").hears_nothing()
    worker.texts("11!: tea at 2").hears_nothing()
    client.hears("tea at 2").hears_nothing()
    stage.later(minutes=1)
    for each in ("0191", "0192", "0193"):
        stage.phone(each).ignores()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("10-16", (600, 960)),
        ("9am to 5pm", (540, 1020)),
        ("9-5", (540, 1020)),
        ("from 10:30 - 4pm", (630, 960)),
        ("22-2", (1320, 120)),
        ("10pm-2am", (1320, 120)),
        ("hello", None),
        ("10", None),
        ("10-10", (600, 1320)),
        ("22-22", None),
        ("25-26", None),
    ],
)
def test_hours_as_people_text_them(words: str, found: tuple[int, int] | None) -> None:
    assert spans.hours(words) == found


@pytest.mark.parametrize(
    ("words", "minutes"),
    [("2h", 120), ("90 min", 90), ("1h30", 90), ("2 hours", 120), ("2", None), ("soon", None)],
)
def test_lengths_as_people_text_them(words: str, minutes: int | None) -> None:
    assert spans.length(words) == minutes


@pytest.mark.parametrize(
    ("words", "minutes"), [("until 23:00", 1380), ("11pm", 1380), ("12am", 0), ("23", None)]
)
def test_times_as_people_text_them(words: str, minutes: int | None) -> None:
    assert spans.wall_time(words) == minutes


def test_a_stage_without_trouble_has_nothing_in_the_queue(client: Phone) -> None:
    assert "wrong_number" not in {kind for kind, _ in items(client.stage)}


@pytest.mark.parametrize(
    ("words", "telling"),
    [
        ("see you at the shelter", ("shelter",)),
        ("rdv au refuge, pas de drogue", ("refuge", "drogue")),
        ("le violon violet est arrivé", ()),
        ("tea at 2 tuesday", ()),
    ],
)
def test_a_worker_is_shown_what_their_words_would_tell(
    words: str, telling: tuple[str, ...]
) -> None:
    assert telling_words(words) == telling
