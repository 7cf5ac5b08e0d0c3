"""Floods, robots, crowds and forged senders: bounded and visible, and the urgent one is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import abuse
from bot.chat.visits import new_identifier
from bot.inbound import Inbound, receive
from bot.outbox import CHAT
from records.models import Escalation, Message, QueueItem
from tests.conversations.safe.conftest import contact_of, items
from tests.conversations.safe.test_own_words import CODE, give_words, workers_ignore
from tests.stage import Phone, Stage


def text_in(stage: Stage, number: str, words: str, n: int) -> None:
    """A text as the webhook hands it over, without anything being sent yet."""
    now = stage.line.now()
    receive(stage.line, Inbound(f"SMflood{n:027}", number, "+16135550100", words, now))


def counted(stage: Stage, direction: str) -> int:
    with stage.line.database.read() as session:
        return (
            session.scalar(
                select(func.count()).where(
                    Message.direction == direction, Message.contact_id.is_not(None)
                )
            )
            or 0
        )


def test_a_flood_from_one_phone_is_all_kept_and_little_of_it_answered(client: Phone) -> None:
    stage = client.stage
    stage.later(hours=1)
    before, answers = counted(stage, "inbound"), counted(stage, "outbound")
    for n in range(120):
        text_in(stage, client.number, f"menu {n}", n)
    assert counted(stage, "inbound") - before == 120
    assert counted(stage, "outbound") - answers <= 2 * abuse.MOST_TEXTS
    assert [kind for kind, _ in items(stage)].count("flood") == 1
    assert len(items(stage)) <= 4
    text_in(stage, client.number, "he is beating me help", 999)
    with stage.line.database.read() as session:
        assert session.scalars(select(Escalation.level)).all() == ["emergency"]
    client.ignores()
    stage.rehearsal.settle()
    stage.collect()
    assert any("911" in words for words in client.unread)
    client.ignores()
    workers_ignore(stage)


def test_a_robot_that_answers_every_answer_is_left_alone_in_the_end(client: Phone) -> None:
    stage = client.stage
    stage.later(hours=1)
    client.texts("menu")
    rounds = 0
    while client.unread and rounds < 300:
        client.unread.clear()
        stage.later(seconds=6)
        client.texts(f"AUTO-REPLY {rounds} menu")
        rounds += 1
    assert rounds <= abuse.MOST_TEXTS + 1
    client.hears_nothing()
    stage.later(minutes=11)
    client.texts("menu").ignores()  # a person who comes back is answered
    assert contact_of(stage, client).burst == 1


def test_in_a_flood_of_tries_the_code_word_shows_nothing(client: Phone) -> None:
    stage = give_words(client).stage
    stage.later(days=15)
    for n in range(abuse.MOST_TEXTS):
        text_in(stage, client.number, f"blorp {n}", n)
    text_in(stage, client.number, CODE, 998)
    assert contact_of(stage, client).doubted_at is not None
    assert ("flood", "routine") in items(stage)
    stage.later(minutes=11)
    client.hears("This is an automatic reminder line").hears_nothing()
    client.texts(CODE).hears("OK. Text MENU").ignores()  # theirs again, once the phone was quiet
    assert contact_of(stage, client).doubted_at is None
    workers_ignore(stage)


def test_thousands_of_numbers_get_few_answers_and_one_item_and_the_urgent_one_is_found(
    stage: Stage,
) -> None:
    """Two thousand phones that nobody knows, and in the middle of them one that needs help."""
    now = stage.line.now()
    many = 2000 if stage.line.database.engine.dialect.name == "sqlite" else 500
    for n in range(many):
        text_in(stage, f"+1613557{n:04}", "qwerty blorp", n)
        if n == many // 2:
            text_in(stage, "+16135559999", "my friend took too much she wont wake up", 5000)
    text_in(stage, "+16135559998", "menu", 5001)
    with stage.line.database.read() as session:
        kinds = session.execute(select(QueueItem.kind, func.count()).group_by(QueueItem.kind)).all()
        alerts = session.scalars(select(Escalation.kind)).all()
        first_ones = session.scalars(
            select(QueueItem.kind).where(QueueItem.level == "emergency")
        ).all()
    counts = dict(kinds)
    assert counts["crowd"] == 1 and counts["not_understood"] <= abuse.MOST_NEW
    assert len(alerts) == 1 and first_ones == ["urgent"]
    assert counted(stage, "inbound") == many + 2
    assert counted(stage, "outbound") <= 4 * abuse.MOST_NEW
    stage.rehearsal.settle()
    stage.collect()
    stage.phone("0191").hears("Urgent item")
    stage.phone("9999").hears("911").ignores()
    stage.phone("9998").hears_nothing()
    assert stage.line.now() - now < timedelta(seconds=30), "paged while the crowd still stood there"
    workers_ignore(stage)
    for phone in stage.phones():
        phone.ignores()


def test_opening_the_chat_page_again_and_again_silences_no_phone(stage: Stage) -> None:
    """To open the page costs nothing; each of these is a new client to the records."""
    now = stage.line.now()
    for n in range(abuse.MOST_NEW + 2):
        name = new_identifier()
        text = Inbound(f"web-{n:022}", name, "web", "qwerty blorp", now, channel=CHAT)
        receive(stage.line, text)
    assert [kind for kind, _ in items(stage)].count("crowd") == 1
    stage.phone("9998").texts("menu").hears("1").ignores()


@pytest.mark.parametrize("signature", ["", "x" * 28])
def test_a_forged_sender_is_refused_at_the_door(client: Phone, signature: str) -> None:
    before = counted(client.stage, "inbound")
    form = {"MessageSid": "SM" + "f" * 32, "From": client.number, "To": "+1", "Body": "my copy"}
    door = client.stage.rehearsal.app.test_client()
    answer = door.post("/sms", data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403 and counted(client.stage, "inbound") == before
