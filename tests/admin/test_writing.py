"""Writing with care: a look before sending, sending later, ready replies, and who else writes."""

from __future__ import annotations

import re

import pytest

from records.models import Message, Typing
from tests.admin.desk import Desk
from tests.stage import Stage


def _post(desk: Desk, act: str, **fields: str) -> str:
    fields.setdefault("seen", desk.seen())
    data = {"csrf_token": desk.form_token("/admin/account"), **fields}
    answer = desk.client.post(desk.thread(act), data=data, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_a_look_shows_parts_script_and_telling_words_and_sends_nothing(
    stage: Stage, worker: Desk
) -> None:
    page = _post(worker, "/draft", words="ᖁᔭᓐᓇᒦᒃ naloxone " + "ᐃ" * 60)
    assert "2 parts of a text message" in page and "UCS-2" in page
    assert "qujannamiik" in page and "These words tell: naloxone" in page
    part = _post(worker, "/draft", words="See you at 2", part="1")
    assert "1 part of a text message" in part and "<html" not in part
    assert "tell:" not in part
    stage.later(minutes=1)
    stage.phone().hears_nothing()


def test_telling_words_go_out_only_when_the_worker_says_so(stage: Stage, worker: Desk) -> None:
    page = _post(worker, "/reply", words="The needle exchange is open")
    assert "could tell somebody else too much" in page and "needle exchange</textarea>" not in page
    assert "The needle exchange is open</textarea>" in page
    stage.later(seconds=1)
    stage.phone().hears_nothing()
    _post(worker, "/reply", words="The needle exchange is open", words_ok="1")
    stage.later(seconds=1)
    stage.phone().hears("needle exchange")


def test_a_text_for_later_goes_at_its_time(stage: Stage, worker: Desk) -> None:
    stage.phone().texts("1").ignores()  # safe to text
    page = _post(worker, "/reply", words="How did it go?", later="2026-12-01T11:00")
    assert "It goes at that time" in page and "Tue 1 Dec, 11:00" in page
    stage.later(hours=25)
    stage.phone().hears_nothing()
    stage.later(hours=1, minutes=1)
    stage.phone().hears("How did it go?")


def test_a_text_for_later_can_be_taken_back(stage: Stage, worker: Desk) -> None:
    stage.phone().texts("1").ignores()
    page = _post(worker, "/reply", words="How did it go?", later="2026-12-01T11:00")
    found = re.search(r'action="(/admin/conversations/[^"]+/withdraw)"', page)
    assert found
    assert (
        "Taken back."
        in worker.client.post(
            found[1],
            data={"csrf_token": worker.form_token("/admin/account")},
            follow_redirects=True,
        ).text
    )
    assert "withdraw_text" in worker.acts()
    stage.later(days=2)
    stage.phone().hears_nothing()


@pytest.mark.parametrize(
    ("later", "says"),
    [
        ("2026-11-30T08:00", "That is no time"),
        ("2027-11-30T12:00", "That is no time"),
        ("soon", "That is no time"),
        ("", "That is no time"),
        ("2026-12-01T03:00", "not an hour in which this client can be texted safely"),
    ],
)
def test_a_text_for_later_needs_a_safe_hour(
    stage: Stage, worker: Desk, later: str, says: str
) -> None:
    stage.phone().texts("1").ignores()
    page = _post(worker, "/reply", words="How did it go?", later=later, wants_later="1")
    assert says in page and "How did it go?</textarea>" in page
    stage.later(days=2)
    stage.phone().hears_nothing()


def test_ready_replies_say_how_far_they_are_checked(stage: Stage, worker: Desk) -> None:
    assert "Sorry for the wait." in worker.read(worker.thread())
    stage.phone().texts("ᐃᓄᒃᑎᑐᑦ ᐅᖃᐅᓯᖃᕐᐱᑦ").ignores()
    page = worker.read(worker.thread())
    assert "draft: no speaker has checked it" in page
    assert "English only: not translated yet" in page
    used = _post(worker, "/draft", words="Hello", canned="canned.thanks")
    assert re.search(r">Hello\nᖁᔭᓐᓇᒦᒃ\.?</textarea>", used)
    assert ">Hello</textarea>" in _post(worker, "/draft", words="Hello", canned="line.safe")
    stage.phone().hears_nothing()


def test_a_text_is_shown_in_the_other_script_too(stage: Stage, worker: Desk) -> None:
    stage.phone().texts("ᖁᔭᓐᓇᒦᒃ").ignores()
    page = worker.read(worker.thread())
    assert "Other script" in page and "qujannamiik" in page and "Inuktitut" in page


def test_who_writes_at_the_same_time_is_shown(stage: Stage, worker: Desk) -> None:
    other = Desk(stage).sign_in_as("supervisor")
    tag = worker.open(worker.thread()).headers["ETag"]
    _post(other, "/draft", words="I am", part="1")
    fresh = worker.open(f"{worker.thread()}?auto=1", headers={"If-None-Match": tag})
    assert "Sample supervisor is writing to this client right now." in fresh.text
    assert "is writing" not in other.read(other.thread())
    stage.later(seconds=30)
    assert "is writing" not in worker.read(worker.thread())
    with stage.line.database.read() as session:
        assert session.query(Typing).count() == 1
        assert session.query(Message).filter(Message.answered_by_id.is_not(None)).count() == 0


def test_a_text_for_tomorrow_is_no_answer_to_an_urgent_item(stage: Stage, worker: Desk) -> None:
    stage.phone().texts("1").texts("he has a knife and he is outside my door").ignores()
    found = re.search(r'action="(/admin/urgent/\d+/take)"', worker.read("/admin/queue"))
    assert found
    worker.send(found[1])
    page = _post(worker, "/reply", words="I will call you", later="2026-12-01T11:00")
    assert "It goes at that time" in page
    stage.later(minutes=6)
    assert "Nobody has it" in worker.read("/admin/queue")
