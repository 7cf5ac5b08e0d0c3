"""A text as it is opened: what is kept of it, and whether it was said just before."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import opening
from bot.inbound import receive
from bot.opening import Inbound, plain_words
from records.models import Address, Contact, Message
from service.settings import SIMULATOR_NUMBER
from tests.conversations.urgent.cast import KNIFE, Cast


def text(words: str, cast: Cast, n: int, **more: object) -> Inbound:
    now = cast.stage.line.now()
    kept = {"sid": f"SM{n:032}", "from_": cast.client.number, "to": SIMULATOR_NUMBER, "at": now}
    return Inbound(body=words, **{**kept, **more})  # type: ignore[arg-type]


def comes(cast: Cast, words: str, n: int = 1, **more: object) -> Message:
    """A text comes in; its row as it is kept."""
    receive(cast.stage.line, text(words, cast, n, **more))
    with cast.stage.line.database.read() as session:
        newest = select(Message).where(Message.direction == "inbound")
        return session.scalars(newest.order_by(Message.seq.desc())).first() or pytest.fail("none")


def answers(cast: Cast) -> int:
    with cast.stage.line.database.read() as session:
        found = select(Message.id).where(
            Message.direction == "outbound", Message.contact_id.is_not(None)
        )
        return len(session.scalars(found).all())


@pytest.mark.parametrize(
    ("second", "after", "is_answered"),
    [
        ("when is the circle", 0, False),
        ("when is the circle", 4, False),
        ("when is the circle", 4.001, True),
        ("when is the circle?", 1, True),
    ],
)
def test_the_same_text_within_four_seconds_is_answered_once(
    cast: Cast, second: str, after: float, is_answered: bool
) -> None:
    clock = cast.stage.rehearsal.clock
    comes(cast, "when is the circle")
    before = answers(cast)
    clock.move_to(clock.now() + timedelta(seconds=after))
    comes(cast, second, 2)
    assert (answers(cast) > before) is is_answered


def test_each_one_counts_from_the_one_before(cast: Cast) -> None:
    clock = cast.stage.rehearsal.clock
    comes(cast, "when is the circle")
    before = answers(cast)
    for n in range(2, 5):
        clock.move_to(clock.now() + timedelta(seconds=3))
        comes(cast, "when is the circle", n)
    assert answers(cast) == before
    comes(cast, "menu", 7)
    before = answers(cast)
    comes(cast, "when is the circle", 8)  # something else was said since: it is asked anew
    assert answers(cast) > before


def test_the_same_words_of_two_clients_are_two_texts(cast: Cast) -> None:
    comes(cast, "when is the circle")
    before = answers(cast)
    comes(cast, "when is the circle", 2, from_="+16135550142")
    assert answers(cast) == 2 * before


def test_what_is_kept_of_a_text(cast: Cast) -> None:
    clock = cast.stage.rehearsal.clock
    first = comes(cast, "hello", media_count=3)
    clock.move_to(clock.now() + timedelta(minutes=1))
    row = comes(cast, KNIFE, 2, media_count=120, is_late=True, carrier=2)
    line = cast.stage.line
    with line.database.read() as session:
        contact = session.scalars(select(Contact)).one()
        address = session.scalars(select(Address)).one()
        where = f"message.body:{row.id}"
        assert line.vault.open(contact.data_key, where, row.body_sealed or b"") == KNIFE
    assert (first.media_count, first.is_late, first.carrier, first.seq) == (3, False, 1, 1)
    assert (row.media_count, row.is_late, row.carrier) == (99, True, 2)
    assert row.seq > first.seq and contact.next_seq > row.seq
    assert (row.direction, row.purpose, row.state) == ("inbound", "inbound", "received")
    assert row.created_at == row.final_at == line.now() == contact.last_inbound_at
    assert (row.channel, row.carrier_sid, row.reason) == ("sms", f"SM{2:032}", None)
    assert (row.contact_id, row.address_id) == (contact.id, address.id)
    assert (row.level, row.kind) == ("emergency", "violence")
    assert row.signals and first.signals is None and first.level == "routine"
    assert address.proven_at == first.created_at
    cast.stage.collect()
    cast.ignore()


@pytest.mark.parametrize(("minutes", "is_stale"), [(10, False), (10.1, True), (0, False)])
def test_a_text_found_more_than_ten_minutes_late_is_no_answer(
    cast: Cast, minutes: float, is_stale: bool
) -> None:
    now = cast.stage.line.now()
    at = now - timedelta(minutes=minutes)
    assert text("1", cast, 1, at=at, is_late=True).is_stale(now) is is_stale
    assert not text("1", cast, 1, at=at).is_stale(now)


LONG = "i am writing this because nobody answers the phone and it is cold out here " * 3


@pytest.mark.parametrize(
    "words", [LONG, LONG + "\n\r\tᐃᑲᔪᓚᐅᓐᖓ 🧊", "é" * 100, LONG + "\u00a0\u202f"]
)
def test_what_the_carrier_wrapped_is_unwrapped(words: str) -> None:
    wrapped = base64.b64encode(words.encode()).decode()
    assert plain_words(wrapped) == words
    assert plain_words(wrapped[:76] + "\r\n" + wrapped[76:]) == words


@pytest.mark.parametrize(
    "body",
    [
        "hello",
        base64.b64encode(b"short").decode(),
        base64.b64encode(("bell \x07" + LONG).encode()).decode(),
        base64.b64encode(b"\xff\xfe" * 60).decode(),
        "A" * 121,
        LONG,
        base64.b64encode(LONG.encode()).decode() + "!",
    ],
)
def test_anything_else_stays_as_it_is(body: str) -> None:
    assert plain_words(body) == body


def test_when_triage_itself_fails_a_person_is_paged_at_any_hour(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(opening, "triage", fails)
    row = comes(cast, "when is the circle")
    assert (row.level, row.kind, row.signals) == ("urgent", "help", None)
    assert (cast.alert().level, cast.alert().kind) == ("urgent", "help")
    assert cast.alert().pages_when == "always"
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    cast.on_call.hears("Urgent item 11")
    cast.ignore()


def test_the_answer_to_an_alerts_question_said_twice_is_heard(cast: Cast) -> None:
    comes(cast, "circle")  # asks whether the place is wanted
    comes(cast, KNIFE, 2)
    comes(cast, "1", 3)
    assert cast.alert().answer == "yes" and cast.alert().texts >= 1
    comes(cast, "he is at the door", 4)
    assert cast.alert().texts > 1
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    cast.ignore()
