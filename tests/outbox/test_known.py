"""What is the same text: by its id for ever, by its words for four seconds; and none is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, NoResultFound, OperationalError
from structlog.testing import capture_logs

from bot import inbound
from bot.escalation import staff_texts
from bot.inbound import Inbound, receive
from records.models import Contact, Message, QueueItem
from tests.conversations.urgent.cast import KNIFE, Cast, cast

__all__ = ["cast"]
NUMBER = "+16135550141"


def text(cast: Cast, body: str, sid: str = "SM1", **more: object) -> int | None:
    """Hands one text to the line as the carrier does, and lets the answers go."""
    line = cast.stage.line
    given = Inbound(sid, NUMBER, "", body, line.now(), **more)  # type: ignore[arg-type]
    kept = receive(line, given)
    cast.stage.later(seconds=0)
    return kept


def kept(cast: Cast) -> list[Message]:
    with cast.stage.line.database.read() as session:
        rows = select(Message).where(Message.direction == "inbound").order_by(Message.id)
        return list(session.scalars(rows))


def test_a_known_id_is_the_same_text_whatever_it_says_and_whenever(cast: Cast) -> None:
    first = text(cast, "CIRCLE")
    assert first is not None
    cast.client.ignores()
    cast.later(days=2)
    cast.client.ignores()
    assert text(cast, "LAWYER") is None
    assert [row.id for row in kept(cast)] == [first]
    cast.client.hears_nothing()
    assert text(cast, "CIRCLE", "SM2") not in (None, first)
    cast.client.hears("circle").ignores()


@pytest.mark.parametrize(("seconds", "is_repeat"), ((0, True), (4, True), (5, False)))
def test_the_same_words_within_four_seconds_are_kept_and_answered_once(
    cast: Cast, seconds: int, is_repeat: bool
) -> None:
    text(cast, "CIRCLE")
    cast.client.ignores()
    cast.later(seconds=seconds)
    assert text(cast, "CIRCLE", "SM2") is not None
    assert len(kept(cast)) == 2
    assert bool(cast.client.unread) is not is_repeat
    cast.client.ignores()


def test_other_words_or_another_phone_are_no_repeat(cast: Cast) -> None:
    text(cast, "CIRCLE")
    cast.client.ignores()
    text(cast, "NARCAN", "SM2")
    cast.client.hears("naloxone").ignores()
    other = cast.stage.phone("0144").texts("NARCAN")
    other.hears("naloxone").ignores()


def test_an_urgent_text_said_twice_at_once_is_one_item_and_one_answer(cast: Cast) -> None:
    text(cast, "he has a knife and hes outside")
    text(cast, "he has a knife and hes outside", "SM2")
    cast.client.hears("Are you safe right now").hears_nothing()
    assert cast.alert().texts == 2
    cast.ignore()


def test_an_empty_text_is_never_a_repeat(cast: Cast) -> None:
    text(cast, "")
    heard = len(cast.client.unread)
    text(cast, "", "SM2")
    assert [row.carrier_sid for row in kept(cast)] == ["SM1", "SM2"]
    assert len(cast.client.unread) >= heard
    cast.client.ignores()


def test_a_short_answer_to_a_question_put_meanwhile_is_no_repeat(cast: Cast) -> None:
    text(cast, "he has a knife and hes outside")
    cast.client.hears("1 yes 2 no").hears_nothing()
    text(cast, "2", "SM2")
    text(cast, "2", "SM3")
    assert cast.alert().answer == "no"
    assert len(kept(cast)) == 3
    cast.ignore()


def test_a_text_is_kept_with_what_the_carrier_said_of_it(cast: Cast) -> None:
    text(cast, "CIRCLE", media_count=120, is_late=True)
    (row,) = kept(cast)
    assert (row.media_count, row.is_late, row.carrier_sid) == (99, True, "SM1")
    assert (row.level, row.state, row.channel) == ("routine", "received", "sms")
    cast.client.ignores()


def test_two_first_texts_that_collide_are_tried_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = inbound._keep, []

    def collides(*given: object) -> int | None:
        tries.append(1)
        if len(tries) < inbound.TRIES:
            raise IntegrityError("insert", {}, Exception("unique"))
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(inbound, "_keep", collides)
    assert text(cast, "CIRCLE") is not None
    assert len(tries) == inbound.TRIES == 3
    cast.client.hears("circle").ignores()


@pytest.mark.parametrize(
    ("error", "tries"),
    ((IntegrityError("x", {}, Exception("x")), 4), (OperationalError("x", {}, Exception("x")), 1)),
)
def test_what_the_database_cannot_keep_is_the_carriers_to_try_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception, tries: int
) -> None:
    seen = []

    def fails(*given: object) -> int | None:
        seen.append(given)
        raise error

    monkeypatch.setattr(inbound, "_keep", fails)
    with pytest.raises(type(error)):
        text(cast, "CIRCLE")
    assert len(seen) == tries
    assert kept(cast) == []


@pytest.mark.parametrize(
    "mistake",
    (
        RuntimeError("a mistake of ours"),
        IntegrityError("insert", {}, Exception("a second of what there is one of")),
        NoResultFound("a row that is not there"),
    ),
    ids=lambda mistake: type(mistake).__name__,
)
def test_a_text_our_own_code_stumbles_over_is_kept_and_put_before_a_person(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, mistake: Exception
) -> None:
    def stumbles(case: object) -> None:
        raise mistake

    monkeypatch.setattr(inbound, "decide", stumbles)
    with capture_logs() as logs:
        assert text(cast, "CIRCLE") is not None
    assert [(one["event"], one["kind"]) for one in logs if "not_digested" in one["event"]] == [
        ("text_not_digested", type(mistake).__name__)
    ]
    (row,) = kept(cast)
    with cast.stage.line.database.read() as session:
        item = session.scalars(select(QueueItem).where(QueueItem.kind == "not_digested")).one()
    assert (item.level, item.message_id) == ("urgent", row.id)
    assert "not_digested" in cast.audited()
    cast.client.hears_nothing()
    cast.ignore()


def test_an_urgent_one_is_paged_until_somebody_has_it_and_answered_plainly(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(case: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(inbound, "decide", stumbles)
    assert text(cast, KNIFE) is not None
    monkeypatch.undo()
    cast.client.hears("Call 911").hears_nothing()
    assert (cast.alert().level, cast.alert().state) == ("emergency", "open")
    cast.later(minutes=12)
    assert sum("Urgent item 11" in words for words in cast.on_call.unread) >= 3
    cast.ignore()
    cast.on_call.texts("11").hears("You have item 11").ignores()
    cast.ignore()


def test_even_when_paging_itself_stumbles_the_text_is_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*given: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(inbound, "decide", stumbles)
    monkeypatch.setattr(inbound, "_page", stumbles)
    assert text(cast, KNIFE) is not None
    assert len(kept(cast)) == 1
    cast.client.hears_nothing()
    cast.ignore()


def test_an_earlier_text_that_cannot_be_read_any_more_holds_up_no_cry(cast: Cast) -> None:
    text(cast, "hello")
    cast.client.ignores()
    with cast.stage.line.database.write() as session:
        row = session.scalars(select(Message).where(Message.direction == "inbound")).one()
        sealed = bytearray(row.body_sealed or b"")
        sealed[-1] ^= 1
        row.body_sealed = bytes(sealed)
    assert text(cast, KNIFE, "SM2") is not None
    cast.client.hears("call 911", "Are you safe right now?").hears_nothing()
    cast.ignore()


def test_so_is_a_workers_text(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(*given: object) -> int:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(staff_texts, "receive", stumbles)
    line = cast.stage.line
    assert receive(line, Inbound("SM1", cast.on_call.number, "", "11", line.now())) is not None
    with line.database.read() as session:
        assert session.scalar(select(QueueItem.level).where(QueueItem.kind == "not_digested"))
    cast.stage.later(seconds=0)
    cast.ignore()


def test_when_even_that_fails_nothing_is_half_kept(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*given: object) -> int:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(inbound, "_keep", stumbles)
    with pytest.raises(RuntimeError):
        text(cast, "CIRCLE")
    with cast.stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_senders_are_woken_at_once_and_told_whether_it_is_urgent(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[bool] = []
    line = cast.stage.line
    monkeypatch.setattr(line.wake, "now", lambda *, is_urgent=True: woken.append(is_urgent))
    receive(line, Inbound("SM8", NUMBER, "", "CIRCLE", line.now()))
    receive(line, Inbound("SM9", NUMBER, "", "he has a knife", line.now() + timedelta(seconds=9)))
    assert woken == [False, True]
    monkeypatch.undo()
    cast.stage.later(seconds=0)
    cast.ignore()
