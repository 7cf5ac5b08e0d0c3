"""What someone in danger hears, and what they do not."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, update

from bot import outbox
from records.models import Contact, Escalation, Message, QueueItem, Resource, Rotation
from records.models.messages import Lane
from service.rehearsal import ZONE
from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, WANTS_OUT, Cast

PERSON = "need someone to talk to"


def test_an_emergency_is_answered_and_paged_in_the_same_moment(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.client.hears("call 911", "being told now", QUESTION).hears_nothing()
    cast.is_paged()


def test_pages_hold_no_name_number_or_word_of_the_client(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    for phone in cast.workers:
        for text in phone.unread:
            assert "knife" not in text
            assert "0141" not in text
    cast.ignore()


def test_one_keeps_the_alert_open_and_is_confirmed_shortly(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.ignore()
    cast.client.texts("1").hears("a person still sees this").hears_nothing()
    cast.later(minutes=2)
    cast.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    assert cast.alert().state == "open"


@pytest.mark.parametrize("words", ["in the trunk", "i decided today", "911 please hurry"])
def test_a_cry_right_after_small_talk_is_heard_as_one(cast: Cast, words: str) -> None:
    cast.client.texts("when is the next circle").ignores()
    cast.later(minutes=1)
    cast.client.texts(words).hears("call 911", QUESTION).hears_nothing()
    cast.is_paged()


def test_two_makes_an_urgent_item_an_emergency(cast: Cast) -> None:
    cast.client.texts(HELP).hears(QUESTION)
    cast.on_call.hears("Urgent item 11").hears("[call]")
    cast.second.hears_nothing()
    cast.later(seconds=70)
    cast.client.texts("2").hears("911").hears_nothing()
    assert cast.alert().level == "emergency"
    cast.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    cast.second.hears("Urgent item 11")


@pytest.mark.parametrize("words", ["no", "aakka", "2.", "(2)"])
def test_no_in_any_way_is_two(cast: Cast, words: str) -> None:
    cast.client.texts(HELP).ignores()
    cast.client.texts(words).hears("911")
    assert cast.alert().level == "emergency"
    cast.ignore()


@pytest.mark.parametrize("words", [".", "?", "nvm", "", "never mind", "ok", "👍"])
def test_small_texts_keep_it_open_and_pages_go_on(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    cast.client.texts(words).ignores()
    assert cast.alert().state == "open"
    assert cast.alert().answer is None
    cast.later(minutes=2)
    cast.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()


def test_taking_it_back_again_and_again_is_answered_once(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.client.texts("nvm").hears("a person will read it")
    cast.client.texts("?").texts("forget it").hears_nothing()
    cast.ignore()


def test_a_digit_answers_no_other_question(cast: Cast) -> None:
    cast.client.texts("when is the circle").ignores()  # asks whether the place is wanted
    cast.client.texts(KNIFE).ignores()
    cast.client.texts("1").hears("a person still sees this").hears_nothing()
    cast.ignore()


def test_a_request_is_answered_without_a_question_of_the_bots_own(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.client.texts("narcan").hears("naloxone").hears_nothing()
    text = cast.client.texts("when is the next circle").unread.pop(0)
    assert "Wed" in text
    assert "?" not in text
    cast.client.hears_nothing()
    text = cast.client.texts("i need a place to sleep tonight").unread.pop(0)
    assert "311" in text or "911" in text
    cast.ignore()


def test_what_the_bot_does_not_understand_is_left_to_a_person(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.client.texts("the blue one was my moms").hears_nothing()
    cast.client.texts("saturday maybe").hears_nothing()
    cast.ignore()


@pytest.mark.parametrize(
    "words",
    [
        "hello??",
        "r u there",
        "now what",
        "is anybody there",
        "can i talk to a person",
        "HELLO",
        "y a quelqu'un",
    ],
)
def test_who_asks_whether_anybody_is_there_hears_it_at_once_and_not_again_and_again(
    cast: Cast, words: str
) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.client.texts(words).hears("a person will read it", "911").hears_nothing()
    cast.later(minutes=2)
    cast.client.texts(words).hears_nothing()
    cast.later(minutes=3)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.client.texts(words).hears("a person will read it").hears_nothing()
    cast.ignore()


def test_what_is_told_while_a_person_is_awaited_is_heard_now_and_then(cast: Cast) -> None:
    cast.client.texts("i got kicked out n have no place 2nite").hears("311", QUESTION)
    cast.later(minutes=1, seconds=59)
    cast.client.texts("they said its full").hears_nothing()  # the numbers were said just now
    cast.later(seconds=1)
    cast.client.texts("all of them are").hears("a person will read it", "911").hears_nothing()
    cast.client.texts("they told me to wait").hears_nothing()
    cast.ignore()


def test_who_cries_again_and_again_after_a_person_left_is_answered_each_time(
    cast: Cast,
) -> None:
    cast.client.texts("i was raped").hears("911", QUESTION)
    cast.on_call.texts("11")
    for _ in range(3):
        cast.on_call.texts("11: i am here")
        cast.ignore()
        cast.later(minutes=31)
        cast.ignore()
        cast.client.texts("i was raped").hears("911", QUESTION).hears_nothing()
    assert cast.alert().kinds == "sexual_assault"  # each once: the column is short
    cast.ignore()


def test_who_goes_on_telling_is_not_interrupted_by_what_was_said_a_moment_ago(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=5)
    cast.client.hears("Nobody has picked up yet")
    cast.later(seconds=30)
    cast.client.texts("the blue one was my moms").hears_nothing()
    cast.ignore()


def test_nothing_is_said_between_once_a_person_writes(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: can you get to a neighbour?")
    cast.ignore()
    cast.later(minutes=6)
    cast.client.texts("hello??").texts("i did, she let me in").hears_nothing()
    cast.ignore()


def test_a_silent_alert_gets_no_such_word(cast: Cast) -> None:
    _watched(cast)
    cast.client.texts(KNIFE).ignores()
    cast.later(minutes=6)
    for words in ("hello??", "the blue one was my moms"):
        cast.client.texts(words)
        assert "person" not in " ".join(cast.client.unread)
    cast.ignore()


def test_further_urgent_texts_are_one_item_and_pages_do_not_flood(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    for n in range(20):
        cast.client.texts(f"{KNIFE} {n}")
        cast.later(seconds=2)
    cast.client.hears_nothing()
    # One more text a minute at most, whatever comes in.
    assert [kind for minute, kind in cast.heard_at(cast.on_call) if minute < 1] == ["text", "call"]
    cast.later(seconds=30)
    assert [kind for minute, kind in cast.heard_at(cast.on_call)] == ["text", "call", "text"]
    assert cast.alert().texts == 21
    cast.ignore()


def test_each_client_has_one_open_item_of_their_own(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    other = cast.stage.phone("0142").texts(KNIFE)
    other.hears(QUESTION)
    cast.on_call.hears("item 11").hears("[call]").hears("item 12").hears("[call]", "item 12")
    cast.ignore()


def test_a_graver_text_raises_and_asks_again(cast: Cast) -> None:
    cast.client.texts(HELP).hears(QUESTION)
    cast.ignore()
    cast.client.texts(KNIFE).hears("911", QUESTION)
    assert cast.alert().level == "emergency"
    cast.client.texts(HELP).ignores()
    assert cast.alert().level == "emergency"
    cast.ignore()


def test_someone_who_said_stop_gets_one_try_and_workers_are_told_to_call(cast: Cast) -> None:
    cast.client.texts("STOP").hears_nothing()
    cast.client.texts(KNIFE).hears_nothing()
    cast.is_paged()
    cast.later(minutes=1)
    cast.on_call.hears("cannot be texted: call")
    cast.second.hears("cannot be texted: call")
    assert cast.alert().cannot_text
    cast.later(minutes=30)
    cast.client.hears_nothing()
    tried = [a for a in _sent_to_client(cast) if a.startswith("urgent.")]
    assert tried == ["urgent.violence"]
    cast.on_call.ignores().texts("11: are you ok?").hears("You have item 11").hears("cannot be")
    cast.ignore()


def test_stop_with_an_open_alert_ends_nothing_and_a_person_sees_it_at_once(cast: Cast) -> None:
    cast.client.texts(KNIFE).ignores()
    for _ in range(2):
        cast.client.texts("STOP").hears_nothing()
        cast.later(seconds=10)
    assert cast.alert().state == "open"
    with cast.stage.line.database.read() as session:
        found = session.scalars(select(QueueItem.level).where(QueueItem.kind == "opted_out"))
        assert found.all() == ["urgent"]
    cast.later(minutes=30)
    cast.client.hears_nothing()
    cast.ignore()


def _sent_to_client(cast: Cast) -> list[str]:
    with cast.stage.line.database.read() as session:
        found = session.scalars(
            select(Message.text_id)
            .where(Message.direction == "outbound", Message.contact_id.is_not(None))
            .order_by(Message.id)
        )
        return [text_id or "" for text_id in found]


def _watched(cast: Cast) -> None:
    cast.client.texts("hi").ignores()
    with cast.stage.line.database.write() as session:
        session.execute(update(Contact).values(is_watched=True))


def test_a_silent_alert_looks_ordinary_on_the_clients_phone(cast: Cast) -> None:
    _watched(cast)
    cast.client.texts(KNIFE)
    said = " ".join(cast.client.unread)
    for word in ("911", "988", "safe", "urgent", "call", "danger"):
        assert word not in said.casefold(), said
    cast.client.ignores()
    cast.is_paged()
    cast.later(minutes=12)
    cast.client.hears_nothing()
    assert {phone.number for phone in cast.workers if phone.unread} == {
        phone.number for phone in cast.workers
    }
    cast.ignore()


def test_a_silent_alert_stays_silent_when_the_carrier_fails(cast: Cast) -> None:
    _watched(cast)
    cast.stage.network.set_fault("refuse", code=503)
    cast.client.texts(KNIFE)
    cast.later(minutes=3)
    cast.stage.network.clear_fault()
    cast.later(minutes=10)
    said = " ".join(cast.client.unread).casefold()
    assert "911" not in said
    assert "picked up" not in said
    cast.ignore()


def test_nobody_on_call_is_said_honestly(cast: Cast) -> None:
    _nobody_on_call(cast)
    cast.client.texts(KNIFE).hears("Nobody is on call", QUESTION)
    for phone in cast.workers:
        phone.hears("Nobody is on call. Urgent item 11")
    assert "nobody_on_call" in cast.alarms()
    cast.ignore()


def _nobody_on_call(cast: Cast) -> None:
    with cast.stage.line.database.write() as session:
        session.execute(
            update(Rotation).values(until_on=cast.stage.line.local(cast.stage.line.now()).date())
        )


def test_without_a_line_that_may_be_sent_it_says_nothing_of_a_number_above(cast: Cast) -> None:
    _nobody_on_call(cast)
    with cast.stage.line.database.write() as session:
        session.execute(update(Resource).values(sendable=False))
    for n, words in enumerate(("the cops have me in cells", "i got kicked out, no place 2nite")):
        phone = cast.stage.phone(f"015{n}").texts(words)
        said = " ".join(phone.unread)
        assert "Nobody is on call right now. To talk to someone call or text 988" in said
        assert "above" not in said and "tonight:" not in said and QUESTION in said
        phone.ignores()
    cast.ignore()


@pytest.mark.parametrize("is_covered", [True, False])
def test_at_night_nobody_is_said_to_be_missing_who_is_on_the_rota(is_covered: bool) -> None:
    night = Cast(datetime(2026, 11, 30, 23, 30, tzinfo=ZONE))
    if not is_covered:
        _nobody_on_call(night)
    night.client.texts("im so lonely")
    said = night.client.unread[0]
    assert ("Nobody is on call" in said) is not is_covered
    assert "A person reads" in said and "2026-12-01 09:00" in said and QUESTION in said
    assert not any("item" in text for text in night.on_call.unread)  # nobody is woken for it


def test_wants_out_pages_until_nine_in_the_evening() -> None:
    early = Cast(datetime(2026, 11, 30, 20, 30, tzinfo=ZONE))
    early.client.texts(WANTS_OUT).hears("being told now", QUESTION)
    early.on_call.hears("Urgent item 11")
    late = Cast(datetime(2026, 11, 30, 21, 30, tzinfo=ZONE))
    late.client.texts(WANTS_OUT).hears("A person reads next at", QUESTION)
    late.on_call.hears_nothing()
    late.later(hours=11)
    late.on_call.hears_nothing()
    late.client.hears_nothing()
    late.stage.at(datetime(2026, 12, 1, 9, 0, tzinfo=ZONE))
    late.on_call.hears("Urgent item 11")


def test_inuktitut_is_answered_with_a_number_to_call_and_the_word_to_ask_with(cast: Cast) -> None:
    cast.client.texts("ᐃᑲᔪᓚᐅᓐᖓ")
    said = "\n".join(cast.client.unread)
    assert "911" in said
    assert "1-855-242-3310" in said
    assert "Inuktitut" in said
    with cast.stage.line.database.read() as session:
        locales = set(
            session.scalars(select(Message.language).where(Message.purpose == "urgent_reply"))
        )
    assert "iu" in locales
    cast.ignore()


def test_a_worker_in_danger_is_heard_as_anybody(cast: Cast) -> None:
    cast.second.texts(KNIFE).hears("911", QUESTION)
    cast.on_call.hears("Urgent item 11")
    cast.ignore()


@pytest.mark.parametrize("who", [0, 1, 2])
def test_the_phone_of_a_worker_in_danger_does_not_ring_and_takes_nothing(
    cast: Cast, who: int
) -> None:
    in_danger = cast.workers[who]
    in_danger.texts(KNIFE).hears("911", "The person on call is being told", QUESTION)
    others = [phone for phone in cast.workers if phone is not in_danger]
    assert any("[call]" in text for text in others[0].unread)
    cast.later(minutes=11)
    said = [text for text in in_danger.unread if "item" in text]
    assert said == []
    assert all(any("item 11" in text for text in phone.unread) for phone in others)
    cast.ignore()
    in_danger.texts("11")
    assert cast.alert().state == "open"
    cast.ignore()


def test_a_workers_chatter_makes_no_contact(cast: Cast) -> None:
    cast.second.texts("what a day").hears("Only item numbers are read here")
    with cast.stage.line.database.read() as session:
        assert session.scalars(select(Contact.id)).all() == []
        assert session.scalars(select(Escalation.id)).all() == []


@pytest.mark.parametrize("lane", [Lane.TIMED, Lane.BULK])
def test_nothing_that_the_line_starts_comes_while_an_item_is_open(cast: Cast, lane: Lane) -> None:
    cast.later(hours=1)  # at ten in the morning such a text may go
    cast.client.texts(KNIFE)
    cast.ignore()
    alert, line = cast.alert(), cast.stage.line
    with line.database.write() as session:
        contact = session.get_one(Contact, alert.contact_id)
        contact.safe_to_text, contact.safe_asked_at = "yes", line.now()
        address = session.get_one(Message, alert.message_id).address_id
        outbox.enqueue(session, line, contact=contact, address_id=address, body="Tea at 2.",
            purpose="reminder", lane=lane, now=line.now())  # fmt: skip
    cast.on_call.texts("11: I am here")
    cast.later(minutes=3)
    assert not any("Tea" in text for text in cast.client.unread)
    cast.ignore()
    cast.closes(cast.on_call)
    cast.on_call.ignores()
    cast.later(minutes=10)
    cast.client.hears("Tea at 2.").hears_nothing()
    cast.ignore()


def test_a_client_whose_key_is_lost_is_somebody_new_and_is_heard(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.client.texts("hello").ignores()
    with cast.stage.line.database.read() as session:
        before = session.scalars(select(Contact)).one()
    cast.stage.line.vault.keys.destroy(before.data_key)
    cast.later(minutes=1)
    cast.client.texts(KNIFE).hears("911", QUESTION).hears_nothing()
    cast.is_paged()
    assert cast.alert().contact_id != before.id
    cast.client.texts("1").hears("").hears_nothing()
    assert cast.alert().answer == "yes"
    cast.ignore()


def test_who_asks_at_night_to_be_called_wakes_who_is_on_call(cast: Cast) -> None:
    cast.stage.at(datetime(2026, 12, 5, 3, 0, tzinfo=ZONE))
    cast.ignore()
    cast.client.texts("can u call me").hears("being told now", QUESTION).hears_nothing()
    cast.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()


def test_who_asks_by_day_on_a_saturday_is_told_when_people_read(cast: Cast) -> None:
    cast.stage.at(datetime(2026, 12, 5, 13, 0, tzinfo=ZONE))
    cast.ignore()
    cast.client.texts("can u call me").hears("2026-12-07 09:00")
    cast.on_call.hears_nothing()
    cast.client.ignores()


@pytest.mark.parametrize(
    "words",
    [
        *(
            "2 hes here",
            "2 am so scared",
            "2, the kids are here",
            "2 2",
            "22",
            "2?",
            "2/",
            "no no no",
        ),
        *("not safe", "im not safe", "unsafe", "i dont feel safe here", "je suis pas en sécurité"),
    ],
)
def test_not_safe_in_other_words_is_two(cast: Cast, words: str) -> None:
    cast.client.texts("missed my dose i feel sick").hears("Are you safe right now?")
    cast.later(minutes=3)
    cast.ignore()
    cast.client.texts(words).hears("Please call 911 if you can").ignores()
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.is_paged()


@pytest.mark.parametrize("words", ["im safe", "I'm safe", "yes i am safe now", "1 im safe here."])
def test_safe_in_other_words_is_one(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE).hears("Are you safe right now?")
    cast.ignore()
    cast.client.texts(words).hears("Good").hears_nothing()
    alert = cast.alert()
    assert (alert.answer, alert.state, alert.level) == ("yes", "open", "emergency")
    cast.on_call.hears_nothing()  # as after a 1


@pytest.mark.parametrize("words", ["im safe if he sleeps", "am i safe", "1 but im scared"])
def test_safe_beside_anything_else_is_a_cry_as_before(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE).hears("Are you safe right now?")
    cast.ignore()
    cast.client.texts(words).ignores()
    assert cast.alert().answer is None
    cast.ignore()


@pytest.mark.parametrize(
    "words",
    [
        *("2:30", "20 min", "2nd floor", "12", "1 or 2", "is it not safe to text?", "1 im ok"),
        *("2 pm", "2 days", "2 kids with me", "2 of us", "2 nights now", "2 heures"),
    ],
)
def test_what_only_looks_like_it_is_not(cast: Cast, words: str) -> None:
    cast.client.texts("missed my dose i feel sick")
    cast.client.texts(words)
    assert (cast.alert().level, cast.alert().answer) != ("emergency", "no")
    cast.ignore()


@pytest.mark.parametrize(
    ("words", "level"), [("2 oclock works for me", "urgent"), ("im not safe", "emergency")]
)
def test_once_a_person_writes_it_is_read_as_said_to_them(
    cast: Cast, words: str, level: str
) -> None:
    cast.client.texts("missed my dose i feel sick")
    cast.on_call.texts("11: can I call you at 2 or at 3?")
    cast.ignore()
    cast.client.texts(words)
    assert (cast.alert().level, cast.alert().answer) == (level, None)
    cast.ignore()


@pytest.mark.parametrize("words", ["2 no", "no 2", "2 please"])
def test_two_with_its_word_is_two(cast: Cast, words: str) -> None:
    cast.client.texts(HELP).ignores()
    cast.later(seconds=70)
    cast.ignore()
    cast.client.texts(words).hears("911").hears_nothing()
    assert cast.alert().level == "emergency"
    cast.ignore()


def test_a_list_shown_in_an_alert_has_no_digits_that_would_answer_its_question(
    cast: Cast,
) -> None:
    cast.client.texts(KNIFE).ignores()
    cast.client.texts("when is the next circle")
    said = cast.client.unread[0]
    cast.client.hears("Next circle", "- 2026-12-02").hears_nothing()
    assert "1 2026" not in said and "its digit" not in said
    cast.ignore()


def test_start_opens_the_line_again_in_the_middle_of_an_alert(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears("call 911")
    cast.client.texts("stop").hears_nothing()
    cast.ignore()
    cast.later(minutes=1)
    cast.ignore()
    cast.client.texts("start").hears("1").hears_nothing()
    cast.client.texts("1").ignores()
    cast.on_call.ignores().texts("11").ignores().texts("11: i am here, are you safe")
    cast.client.hears("i am here, are you safe")
    cast.ignore()


def test_the_answer_to_are_you_safe_keeps_no_place_once_the_alert_is_closed(cast: Cast) -> None:
    cast.client.texts("circle").ignores()
    cast.client.texts(KNIFE).hears("call 911")
    cast.ignore()
    cast.on_call.texts("11").ignores()
    cast.later(minutes=1)
    cast.closes(cast.on_call)
    cast.ignore()
    cast.client.texts("2")
    assert "your place is kept" not in " ".join(cast.client.unread)
    cast.ignore()


@pytest.mark.parametrize("words", ["menu", "my hours", "my words", "language"])
def test_a_word_of_the_line_is_not_met_with_silence_in_an_alert(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE).hears("call 911")
    cast.later(minutes=3)
    cast.ignore()
    cast.client.texts(words).hears("911").hears_nothing()
    cast.ignore()
