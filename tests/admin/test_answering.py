"""A worker answers: takes what waits, writes to the client, and gives it back to the bot."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from admin import answering
from records.models import Conversation, QueueItem
from tests.admin.desk import Desk
from tests.stage import Stage


def test_a_reply_reaches_the_phone_and_the_bot_is_silent_from_then_on(
    stage: Stage, worker: Desk
) -> None:
    assert worker.reply("Hi, this is Ann. I read your text.") == 303
    stage.later(seconds=1)
    stage.phone().hears("Hi, this is Ann. I read your text.")
    stage.phone().texts("when is the next circle").hears_nothing()
    page = worker.read(worker.thread())
    assert "You have this conversation. The bot is silent." in page
    assert "Sample worker on call" in page and "Delivered" in page


def test_handed_back_the_bot_answers_again(stage: Stage, worker: Desk) -> None:
    worker.send(worker.thread("/take"))
    stage.phone().texts("when is the next circle").hears_nothing()
    worker.send(worker.thread("/hand-back"))
    stage.later(seconds=10)
    stage.phone().texts("when is the next circle").hears("circle")


def test_the_same_reply_sent_twice_goes_out_once(stage: Stage, worker: Desk) -> None:
    seen = worker.seen()
    assert worker.reply("Hello", seen) == 303
    assert worker.reply("Hello", seen) == 303
    stage.later(seconds=1)
    stage.phone().hears("Hello").hears_nothing()


def test_who_writes_while_another_answers_is_told_and_keeps_their_words(
    stage: Stage, worker: Desk
) -> None:
    seen = worker.seen()
    other = Desk(stage).sign_in_as("supervisor")
    other.reply("I am here already")
    answer = worker.send(worker.thread("/reply"), words="My own draft", seen=seen)
    assert answer.status_code == 200
    assert "Another worker answered while you wrote" in answer.text
    assert "My own draft</textarea>" in answer.text
    stage.later(seconds=1)
    stage.phone().hears("I am here already").hears_nothing()


@pytest.mark.parametrize(
    ("words", "says"),
    [(" \n ", "Write something first"), ("x" * (answering.LONGEST + 1), "Too long")],
)
def test_what_cannot_be_sent_is_told(worker: Desk, words: str, says: str) -> None:
    assert says in worker.send(worker.thread("/reply"), words=words).text


def test_a_phone_that_said_stop_is_not_answered(stage: Stage, worker: Desk) -> None:
    stage.phone().texts("STOP").ignores()
    assert "This phone said STOP" in worker.read(worker.thread())
    worker.send(worker.thread("/reply"), words="Hello", seen="99")
    stage.later(minutes=1)
    stage.phone().hears_nothing()


def test_an_item_is_taken_by_the_first_and_the_second_is_told(stage: Stage, worker: Desk) -> None:
    path = _take_path(worker)
    other = Desk(stage).sign_in_as("supervisor")
    assert "/admin/conversations/" in worker.send(path).headers["Location"]
    other.send(path)
    page = other.read("/admin/queue")
    assert "Another worker was faster" in page
    assert "Sample worker on call has it" in page


def _take_path(desk: Desk) -> str:
    found = re.search(r'action="(/admin/queue/\d+/take)"', desk.read("/admin/queue"))
    assert found
    return found[1]


def test_a_resolved_item_leaves_the_queue_with_its_outcome(worker: Desk) -> None:
    path = _take_path(worker).replace("take", "resolve")
    assert worker.send(path, outcome="nonsense").status_code == 404
    worker.send(path, of=worker.mark(path), outcome="answered")
    assert "Nothing waits." in worker.read("/admin/queue")
    assert worker.send("/admin/sign-out").status_code == 303
    with worker.line.database.read() as session:
        [item] = session.scalars(select(QueueItem))
    assert item.outcome == "answered" and item.resolved_by == worker.worker("oncall").id


def test_an_urgent_item_is_taken_answered_and_resolved(stage: Stage) -> None:
    stage.phone().texts("he has a knife and he is outside my door").ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    page = desk.read("/admin/queue")
    assert "Emergency" in page and "Nobody has it" in page and "knife" not in page
    take = re.search(r'action="(/admin/urgent/\d+/take)"', page)
    assert take
    assert "/admin/conversations/" in desk.send(take[1]).headers["Location"]
    assert "You have it" in desk.read("/admin/queue")
    assert desk.reply("I am calling now") == 303
    stage.later(minutes=20)
    assert "You have it" in desk.read("/admin/queue")
    desk.send(take[1].replace("take", "resolve"), heard=desk.heard(), outcome="safe")
    assert "Emergency" not in desk.read("/admin/queue")


def test_taking_a_conversation_keeps_it_with_the_taker(stage: Stage, worker: Desk) -> None:
    worker.send(worker.thread("/take"))
    with stage.line.database.read() as session:
        row = session.scalars(select(Conversation)).one()
    assert row.handed_off_to == worker.worker("oncall").id


def test_while_the_urgent_item_is_quiet_a_text_goes_only_after_it_is_confirmed(
    stage: Stage, worker: Desk
) -> None:
    stage.phone().texts("hes reading this over my shoulder").ignores()
    for digits in ("0191", "0192"):
        stage.phone(digits).ignores()
    page = worker.send(worker.thread("/reply"), words="Tea at 2?", seen=worker.seen()).text
    assert "Their urgent item is quiet" in page and "Tea at 2?</textarea>" in page
    stage.later(seconds=1)
    stage.phone().hears_nothing()
    fields = {"words": "Tea at 2?", "seen": worker.seen(), "confirmed": "quiet"}
    assert worker.send(worker.thread("/reply"), **fields).status_code == 303
    stage.later(seconds=1)
    stage.phone().hears("Tea at 2?").hears_nothing()
    stage.phone("0191").ignores()


def test_a_text_that_may_not_be_safe_goes_only_after_it_is_confirmed(worker: Desk) -> None:
    for _ in range(2):
        worker.stage.later(minutes=16)
        worker.read(worker.thread())
    phone = worker.stage.phone()
    phone.ignores()
    seen = worker.seen()
    page = worker.send(worker.thread("/reply"), words="Tea?", seen=seen).text
    assert "has not said that this phone is safe" in page and 'value="not_safe"' in page
    worker.stage.rehearsal.settle()
    worker.stage.collect()
    phone.hears_nothing()
    fields = {"words": "Tea?", "seen": worker.seen(), "confirmed": "silent"}
    assert "Not sent" in worker.send(worker.thread("/reply"), **fields).text
    fields["confirmed"] = "not_safe"
    assert worker.send(worker.thread("/reply"), **fields).status_code == 303
    worker.stage.rehearsal.settle()
    worker.stage.collect()
    phone.hears("Tea?").hears_nothing()
