"""Who has an item, row by row: what each act writes down, and what it leaves as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from bot.escalation import holding
from bot.escalation.holding import Taken
from records.models import Message
from tests.conversations.urgent.cast import HELP, KNIFE, Cast
from tests.escalation.item import Desk

ACKS = {"emergency": timedelta(minutes=5), "urgent": timedelta(minutes=15)}


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


@pytest.mark.parametrize(("words", "level"), ((KNIFE, "emergency"), (HELP, "urgent")))
def test_taking_writes_down_who_how_and_until_when(cast: Cast, words: str, level: str) -> None:
    desk = Desk(cast, words)
    assert desk.takes(desk.ann, "voice") is Taken.YOURS
    alert = cast.alert()
    assert (alert.level, alert.state, alert.acknowledged_by) == (level, "acknowledged", desk.ann)
    assert alert.acknowledged_at == desk.now
    assert alert.ack_expires_at == desk.now + ACKS[level]
    assert alert.next_at is None and alert.tell_at is None
    assert desk.acks() == [(desk.ann, "voice", None, None)]
    assert desk.audited() == [(f"staff:{desk.ann}", "acknowledged", "voice")]


def test_the_taker_and_whoever_was_paged_hear_of_it_and_nobody_else(desk: Desk) -> None:
    desk.takes(desk.ben)
    desk.cast.stage.later(seconds=1)
    desk.cast.second.hears("You have item 11").hears_nothing()
    desk.cast.on_call.hears("11", "taken").hears_nothing()
    desk.cast.supervisor.hears_nothing()
    desk.cast.client.hears_nothing()


def test_what_is_taken_is_not_taken_again(desk: Desk) -> None:
    desk.takes(desk.ann)
    assert desk.takes(desk.ann) is Taken.YOURS_ALREADY
    assert desk.takes(desk.ben) is Taken.ANOTHERS
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now))
    assert desk.takes(desk.ben) is Taken.CLOSED
    assert len(desk.acks()) == 1
    desk.cast.ignore()


@pytest.mark.parametrize(("why", "step"), [("expired", 1), ("released", 2)])
def test_letting_go_resumes_the_ladder_where_it_was_or_with_others(
    desk: Desk, why: str, step: int
) -> None:
    desk.takes(desk.ann)
    assert desk.cast.alert().step == 1
    desk.does(lambda s, a: holding.let_go(s, a, why, desk.now))
    alert = desk.cast.alert()
    assert (alert.state, alert.next_at, alert.step) == ("open", desk.now, step)
    assert (alert.acknowledged_by, alert.acknowledged_at, alert.ack_expires_at) == (None,) * 3
    assert desk.acks() == [(desk.ann, "panel", desk.now, why)]
    assert desk.audited() == [("line", f"acknowledgement_{why}", None)]
    desk.cast.ignore()


def test_the_last_taken_is_the_newest_that_one_still_has(desk: Desk) -> None:
    def last(staff_id: int) -> int | None:
        with desk.line.database.write() as session:
            found = holding.last_taken(session, staff_id)
            return None if found is None else found.id

    assert last(desk.ann) is None
    desk.takes(desk.ann)
    assert last(desk.ann) == desk.id and last(desk.ben) is None
    desk.does(lambda s, a: holding.let_go(s, a, "released", desk.now))
    assert last(desk.ann) is None
    desk.cast.ignore()


def test_handing_on_leaves_it_with_somebody_all_the_time(desk: Desk) -> None:
    desk.takes(desk.ann)
    desk.hands_off_to(desk.ann)
    desk.cast.stage.later(minutes=1)
    desk.cast.ignore()
    desk.does(lambda s, a: holding.hand_on(s, desk.line, a, desk.ben, desk.now))
    alert = desk.cast.alert()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", desk.ben)
    assert alert.acknowledged_at == desk.now
    assert alert.ack_expires_at == desk.now + timedelta(minutes=5)
    assert desk.conversation().handed_off_to == desk.ben
    assert desk.acks() == [
        (desk.ann, "panel", desk.now, "handed_on"),
        (desk.ben, "panel", None, None),
    ]
    assert desk.audited() == [(f"staff:{desk.ben}", "handed_on", f"staff:{desk.ann}")]
    desk.cast.stage.later(seconds=1)
    desk.cast.second.hears("You have item 11").hears_nothing()


def test_whoever_a_quiet_item_is_handed_to_is_told_so(desk: Desk) -> None:
    desk.takes(desk.ann)
    desk.does(lambda _, a: setattr(a, "is_silent", True))
    desk.cast.later(seconds=1).ignore()
    desk.does(lambda s, a: holding.hand_on(s, desk.line, a, desk.ben, desk.now))
    desk.cast.later(seconds=1)
    desk.cast.second.hears("You have item 11", "Others may read that phone").hears_nothing()


def test_handing_on_moves_no_conversation_that_another_has(desk: Desk) -> None:
    desk.takes(desk.ann)
    desk.hands_off_to(77)
    desk.does(lambda s, a: holding.hand_on(s, desk.line, a, desk.ben, desk.now))
    assert desk.conversation().handed_off_to == 77
    desk.cast.ignore()


def test_words_of_a_person_stop_every_clock_of_the_item(desk: Desk) -> None:
    desk.takes(desk.ann)
    contact = desk.cast.alert().contact_id
    with desk.line.database.write() as session:
        holding.human_wrote_to(session, contact, desk.ann, desk.now)
        holding.human_wrote_to(session, contact + 1, desk.ann, desk.now)  # has no item
    alert = desk.cast.alert()
    assert alert.human_at == desk.now
    assert (alert.ack_expires_at, alert.silence_at, alert.tell_at) == (None, None, None)
    assert desk.audited() == [(f"staff:{desk.ann}", "answered", None)]
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now))
    desk.cast.stage.later(minutes=1)
    with desk.line.database.write() as session:
        holding.human_wrote_to(session, contact, desk.ann, desk.now)
    assert desk.cast.alert().human_at != desk.now
    desk.cast.ignore()


def test_closing_ends_everything_and_gives_the_bot_its_voice_back(desk: Desk) -> None:
    desk.takes(desk.ann)
    desk.hands_off_to(desk.ann)
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "x" * 40, desk.now))
    alert, item = desk.cast.alert(), desk.item()
    assert (alert.state, alert.resolved_at, alert.resolved_by) == ("resolved", desk.now, desk.ann)
    assert alert.outcome == "x" * 32
    assert (alert.next_at, alert.silence_at, alert.tell_at, alert.ack_expires_at) == (None,) * 4
    assert (item.resolved_at, item.resolved_by, item.outcome) == (desk.now, desk.ann, "x" * 32)
    spoken = desk.conversation()
    assert (spoken.handed_off_at, spoken.handed_off_to) == (None, None)
    assert desk.acks() == [(desk.ann, "panel", desk.now, "resolved")]
    assert desk.audited() == [(f"staff:{desk.ann}", "resolved", "x" * 32)]
    desk.cast.ignore()


def test_closing_leaves_a_conversation_that_another_has(desk: Desk) -> None:
    desk.hands_off_to(desk.ben)
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now))
    assert desk.conversation().handed_off_to == desk.ben
    desk.cast.ignore()


def test_pages_that_have_not_left_are_withdrawn_by_taking_and_by_closing(desk: Desk) -> None:
    def waiting() -> list[tuple[str, str | None]]:
        with desk.line.database.read() as session:
            rows = session.scalars(select(Message).where(Message.text_id == "page.urgent"))
            return [(row.state, row.reason) for row in rows]

    for act in (
        lambda s, a: holding.take(s, desk.line, a, desk.ann, "sms", desk.now),
        lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now),
    ):
        with desk.line.database.write() as session:
            for row in session.scalars(select(Message).where(Message.text_id == "page.urgent")):
                row.state = "queued"
        desk.does(act)
        assert set(waiting()) == {("expired", "no_longer_needed")}
    desk.cast.ignore()


def test_an_open_item_is_found_by_its_number_and_a_closed_one_is_not(desk: Desk) -> None:
    def numbered(number: int) -> int | None:
        with desk.line.database.write() as session:
            found = holding.numbered(session, number)
            return None if found is None else found.id

    assert numbered(11) == desk.id and numbered(12) is None
    desk.takes(desk.ann)
    assert numbered(11) == desk.id
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now))
    assert numbered(11) is None
    with desk.line.database.write() as session, pytest.raises(NoResultFound):
        holding.held(session, desk.id + 1)
    desk.cast.ignore()
