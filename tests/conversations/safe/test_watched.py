"""Somebody reads along, or has taken the phone: told in plain words, by the client or by them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.watched import AGAINST_HER, NO_ANSWER, NOT_NOW, SOMEONE_ELSE, WATCHED, eyes
from records.models import Message
from records.models.messages import Lane
from tests.conversations.safe.conftest import change, contact_of, items, plan, state
from tests.conversations.safe.test_own_words import (
    CODE,
    DURESS,
    SAFE,
    alerts,
    give_words,
    workers_ignore,
)
from tests.stage import Phone, Stage

NEUTRAL = "This is an automatic reminder line"
PLAIN = "OK. Text MENU any time."


@pytest.mark.parametrize(
    "words",
    [
        "pls dnt anser hes in the room with a knife",
        "il a un couteau, réponds pas",
    ],
)
def test_who_wants_no_answer_gets_none_and_people_are_paged(client: Phone, words: str) -> None:
    stage = client.stage
    client.texts(words).hears_nothing()
    (alert,) = alerts(stage)
    assert (alert.is_silent, alert.level) == (True, "emergency")
    stage.phone("0191").hears("Urgent item 11").ignores()
    stage.later(minutes=12)
    client.hears_nothing()
    workers_ignore(stage)


def test_who_is_read_along_with_gets_one_plain_word(client: Phone) -> None:
    stage = client.stage
    client.texts("hes reading this over my shoulder").hears(PLAIN).hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    stage.phone("0191").hears("Urgent item 11").ignores()
    stage.later(minutes=12)
    client.hears_nothing()
    workers_ignore(stage)


def test_no_answer_wanted_holds_for_the_cry_that_comes_after_it(client: Phone) -> None:
    stage = client.stage
    client.texts("dont reply to this").hears_nothing()
    stage.later(minutes=2)
    client.texts("he has a gun").hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    client.texts("when is the circle").hears("2026-12-02").ignores()  # a request of their own
    workers_ignore(stage)


def test_no_answer_wanted_keeps_what_we_start_away_for_a_day(client: Phone) -> None:
    stage = client.stage
    client.texts("please do not reply").hears_nothing()
    assert ("not_understood", "routine") in items(stage)
    assert state(stage, plan(stage, client, "Tea at 2", "reminder")) == ("held", "paused")
    stage.later(hours=25)
    client.texts("hi").ignores()
    plan(stage, client, "Tea at 3", "reminder")
    client.hears("Tea at 3").hears_nothing()


def test_an_alert_that_the_phone_knew_of_is_hushed(client: Phone) -> None:
    stage = client.stage
    client.texts("theres a man with a knife outside my door").hears("911")
    stage.later(minutes=1)
    client.texts("hes in now dont text me").hears_nothing()
    stage.later(minutes=10)
    client.hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    workers_ignore(stage)


@pytest.mark.parametrize("words", ["hes in now dont text me", DURESS])
def test_a_first_reply_that_could_not_leave_stays_here_once_the_alert_is_quiet(
    client: Phone, words: str
) -> None:
    stage = give_words(client).stage
    stage.network.set_fault("refuse", code=503, number=client.number)
    client.texts("theres a man with a knife outside my door").hears_nothing()
    stage.later(seconds=30)
    client.texts(words)
    stage.network.clear_fault()
    stage.later(minutes=10)
    if words == DURESS:
        client.hears(PLAIN)
    client.hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    with stage.line.database.read() as session:
        held = select(Message.state).where(Message.reason == "hushed")
        assert list(session.scalars(held)) == ["held"]
    workers_ignore(stage)


@pytest.mark.parametrize("words", [DURESS, "dont text me he has my phone", SAFE])
def test_a_workers_words_that_could_not_leave_stay_here_once_the_alert_is_quiet(
    client: Phone, words: str
) -> None:
    stage = give_words(client).stage
    worker = stage.phone("0191")
    client.texts("theres a man with a knife outside my door").ignores()
    worker.ignores().texts("11").ignores()
    stage.network.set_fault("refuse", code=503, number=client.number)
    worker.texts("11: the police are coming, hide in the bathroom").hears_nothing()
    stage.later(seconds=20)
    client.texts(words).hears_nothing()
    stage.network.clear_fault()
    stage.later(seconds=90)
    if words == SAFE:
        client.hears(NEUTRAL)
    client.hears_nothing()
    worker.hears("Your words on item 11 did not reach the client")
    workers_ignore(stage)


@pytest.mark.parametrize("answer", ["2", "no"])
def test_a_2_to_what_the_phone_was_asked_counts_though_the_alert_is_quiet_since(
    client: Phone, answer: str
) -> None:
    stage = client.stage
    client.texts("missed my dose i feel sick").hears("Are you safe right now?")
    client.texts("please do not reply").hears_nothing()
    assert [(one.level, one.is_silent) for one in alerts(stage)] == [("urgent", True)]
    workers_ignore(stage)
    stage.later(minutes=2)
    client.texts(answer).hears_nothing()
    stage.phone("0192").hears("Urgent item 11")
    assert [(one.level, one.answer) for one in alerts(stage)] == [("emergency", "no")]
    workers_ignore(stage)


def test_a_2_in_an_alert_that_asked_nothing_is_any_2(client: Phone) -> None:
    stage = client.stage
    client.texts("he is reading my texts, missed my dose i feel sick").hears(PLAIN)
    level = alerts(stage)[0].level
    workers_ignore(stage)
    client.texts("2").hears(PLAIN).hears_nothing()
    assert [(one.level, one.answer) for one in alerts(stage)] == [(level, None)]
    workers_ignore(stage)


def test_what_was_asked_for_and_could_not_leave_stays_here_too(client: Phone) -> None:
    stage = give_words(client).stage
    client.texts("theres a man with a knife outside my door").ignores()
    stage.network.set_fault("refuse", code=503, number=client.number)
    client.texts("where can i sleep tonight").hears_nothing()
    stage.later(seconds=20)
    client.texts(DURESS)
    stage.network.clear_fault()
    stage.later(seconds=90)
    client.hears(PLAIN).hears_nothing()
    workers_ignore(stage)


@pytest.mark.parametrize("words", [DURESS, "he is reading my texts and i think he will kill me"])
def test_what_waited_when_a_quiet_item_opens_stays_here(client: Phone, words: str) -> None:
    stage = give_words(client).stage
    stage.network.set_fault("refuse", code=503, number=client.number)
    client.texts("what are your hours").hears_nothing()
    written = plan(
        stage,
        client,
        "Come by at 3, we have a room",
        "staff_reply",
        lane=Lane.REPLY,
        answered_by_id=1,
    )
    client.texts(words).hears_nothing()
    stage.network.clear_fault()
    stage.later(seconds=90)
    client.hears(PLAIN).hears_nothing()
    assert state(stage, written) == ("held", "hushed")
    assert ("not_delivered", "routine") in items(stage)
    workers_ignore(stage)


def test_wrong_number_gets_its_own_answer_and_not_what_waited(client: Phone) -> None:
    stage = client.stage
    stage.network.set_fault("refuse", code=503, number=client.number)
    client.texts("what are your hours").hears_nothing()
    client.texts("sorry you have the wrong number").hears_nothing()
    stage.network.clear_fault()
    stage.later(seconds=90)
    client.hears("No more texts will start from here").hears_nothing()
    workers_ignore(stage)


@pytest.mark.parametrize(
    "words",
    [
        "i found this number in my girlfriends phone",
        "c'est son mari, pourquoi vous textez ma femme",
    ],
)
def test_whoever_else_writes_hears_the_neutral_line_and_nothing_private_after_it(
    client: Phone, words: str
) -> None:
    stage = client.stage
    client.texts("circle").ignores().texts("1").ignores()
    client.texts("2").ignores()
    stage.later(minutes=1)
    client.texts(words).hears(NEUTRAL).hears_nothing()
    assert ("identity", "urgent") in items(stage)
    for asked in ("mine", "when is my appointment", "my copy"):
        client.texts(asked).hears("A person will read your text").hears_nothing()
        stage.later(minutes=2)
    for purpose in ("reminder", "caring", "broadcast", "staff_reply"):
        row = plan(stage, client, "See you at 2", purpose)
        assert state(stage, row)[0] == "held", purpose
    stage.later(days=3)
    client.hears_nothing()


def test_what_waited_as_routine_is_urgent_once_somebody_else_writes(client: Phone) -> None:
    change(client.stage, client, doubted_at=client.stage.line.now())
    client.texts("mine").hears("A person will read your text")
    assert ("identity", "routine") in items(client.stage)
    client.texts("this is her boyfriend, did she text you").hears(NEUTRAL).hears_nothing()
    assert [level for kind, level in items(client.stage) if kind == "identity"] == ["urgent"]


def test_a_stranger_who_asks_after_somebody_hears_the_same(client: Phone) -> None:
    stranger = client.stage.phone("0149").texts("this is her boyfriend, did she text you")
    client.texts("this is her boyfriend, did she text you")
    assert client.unread == stranger.unread
    client.hears(NEUTRAL).hears_nothing()
    stranger.hears(NEUTRAL).hears_nothing()


def test_threats_of_whoever_has_the_phone_page_and_tell_them_nothing(client: Phone) -> None:
    stage = client.stage
    client.texts("this is her husband where is she").hears(NEUTRAL)
    stage.later(minutes=5)
    client.texts("im gonna find her and break her legs").hears(PLAIN).hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    stage.phone("0191").hears("Urgent item 11").ignores()
    workers_ignore(stage)


@pytest.mark.parametrize("words", ["ill kill her", "im gonna fucking kill her", "je vais la tuer"])
def test_that_she_will_be_killed_pages_and_shows_nothing(client: Phone, words: str) -> None:
    stage = client.stage
    client.texts(words).hears(PLAIN).hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    stage.phone("0191").hears("Urgent item 11").ignores()
    stage.later(minutes=12)
    client.hears_nothing()
    workers_ignore(stage)


def test_an_alert_that_the_phone_knew_of_is_quiet_once_he_writes_on_it(client: Phone) -> None:
    stage = client.stage
    client.texts("theres a man with a knife outside my door").hears("911")
    stage.later(minutes=1)
    client.texts("im going to kill her").hears(PLAIN).hears_nothing()
    stage.later(minutes=10)
    client.hears_nothing()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    workers_ignore(stage)


@pytest.mark.parametrize(
    "words", ["this is her husband who is this", "wrong number", "sorry wrong number"]
)
def test_an_alert_that_the_phone_knew_of_is_quiet_once_it_is_in_other_hands(
    client: Phone, words: str
) -> None:
    stage = client.stage
    client.texts("theres a man with a knife outside my door").hears("911")
    stage.later(minutes=1)
    client.texts(words).ignores()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    workers_ignore(stage)
    client.texts("answer me").hears(PLAIN).hears_nothing()
    client.texts("1").hears(PLAIN).hears_nothing()
    stage.later(minutes=10)
    client.hears_nothing()
    assert [alert.answer for alert in alerts(stage)] == [None]
    workers_ignore(stage)
    stage.phone("0191").texts("11").ignores()
    stage.phone("0191").texts("11: is he there?").hears("it may not be safe to text item 11 now")
    client.hears_nothing()
    workers_ignore(stage)


@pytest.mark.parametrize("words", ["wrong number", "wrong number sorry", "Sorry, wrong number"])
def test_wrong_number_from_a_known_phone_pages_and_the_phone_hears_what_all_hear(
    client: Phone, words: str
) -> None:
    stage = client.stage
    client.texts(words).hears("Sorry about that. No more texts will start").hears_nothing()
    (alert,) = alerts(stage)
    assert (alert.is_silent, alert.level, alert.kind) == (True, "urgent", "wrong_number")
    stage.phone("0191").hears("Urgent item 11").ignores()
    stage.later(minutes=40)
    client.hears_nothing()
    workers_ignore(stage)
    client.texts("wrong number!").hears("Sorry about that").hears_nothing()
    assert (len(alerts(stage)), items(stage)) == (
        1,
        [("urgent", "urgent")],
    )  # one thing to see to, not two
    workers_ignore(stage)


def test_wrong_number_after_a_cry_that_was_all_they_ever_texted(stage: Stage) -> None:
    phone = stage.phone("0149").texts("theres a man with a knife outside my door").ignores()
    worker = stage.phone("0191").ignores().texts("11 done")
    worker.texts(worker.unread.pop().removeprefix("To close item 11 reply ")).ignores()
    workers_ignore(stage)
    stage.later(days=1)
    phone.texts("wrong number").hears("Sorry about that").hears_nothing()
    assert [alert.kind for alert in alerts(stage)] == ["violence", "wrong_number"]
    workers_ignore(stage)


@pytest.mark.parametrize("before", [(), ("who is this",)])
def test_wrong_number_from_a_stranger_is_routine(stage: Stage, before: tuple[str, ...]) -> None:
    stranger = stage.phone("0149")
    for words in before:
        stranger.texts(words).hears(NEUTRAL)
    stranger.texts("wrong number sorry").hears("Sorry about that").hears_nothing()
    assert (alerts(stage), items(stage)) == ([], [("wrong_number", "routine")])
    workers_ignore(stage)


@pytest.mark.parametrize(
    "words",
    [
        "i called 911 but got the wrong number. hes breaking the door with an axe",
        "they said wrong number at the shelter and he found me he is in the hall with a knife",
    ],
)
def test_wrong_number_in_the_middle_of_a_cry_hushes_nothing(client: Phone, words: str) -> None:
    stage = client.stage
    client.texts("theres a man with a knife outside my door").hears("911")
    stage.later(minutes=1)
    client.texts(words).ignores()
    assert [alert.is_silent for alert in alerts(stage)] == [False]
    workers_ignore(stage)


@pytest.mark.parametrize(
    "words",
    [
        "im gonna shoot her",
        "tell her im gonna shoot her",
        "gonna stab that bitch when she gets home",
        "this is her husband. tell her ill kill myself if she dont come home",
    ],
)
def test_a_threat_is_no_cry_of_hers_whatever_it_sounds_like(client: Phone, words: str) -> None:
    stage = client.stage
    client.texts(words).ignores()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    stage.later(minutes=6)
    client.hears_nothing()
    workers_ignore(stage)


@pytest.mark.parametrize(
    "words",
    [
        "im on my girlfriends phone my ex beat me up hes outside",
        "if he calls dont answer. hes gonna kill me",
    ],
)
def test_who_is_in_danger_on_a_friends_phone_gets_the_first_reply(
    client: Phone, words: str
) -> None:
    client.texts(words).hears("911", "Are you safe right now?").hears_nothing()
    workers_ignore(client.stage)


def test_who_wants_no_texts_on_her_phone_gets_none_whatever_the_alert_is(client: Phone) -> None:
    stage = client.stage
    client.texts("i want to die").ignores()
    stage.later(minutes=1)
    client.texts("stop texting my girlfriend or i will kill myself").ignores()
    assert [alert.is_silent for alert in alerts(stage)] == [True]
    stage.later(minutes=10)
    client.hears_nothing()
    workers_ignore(stage)


def test_who_is_told_it_by_somebody_else_gets_the_first_reply(client: Phone) -> None:
    client.texts("he said im gonna kill her").hears("911")
    workers_ignore(client.stage)


def test_what_is_not_understood_of_somebody_else_gets_the_line_of_all_once(client: Phone) -> None:
    client.texts("this is her husband").hears(NEUTRAL)
    client.texts("blorp zzz qwx").hears(NEUTRAL).hears_nothing()
    client.texts("blorp again zzz").hears_nothing()
    workers_ignore(client.stage)


def test_nor_does_a_lone_digit_of_theirs_open_a_list(client: Phone) -> None:
    client.texts("this is her husband").hears(NEUTRAL)
    client.texts("7").hears(NEUTRAL).hears_nothing()
    workers_ignore(client.stage)


def test_a_partner_who_calls_for_help_is_helped(stage: Stage) -> None:
    helper = stage.phone("0149").texts("im her bf shes overdosing she wont wake up")
    helper.hears("Call 911 now").ignores()
    assert [alert.is_silent for alert in alerts(stage)] == [False]
    workers_ignore(stage)


def test_the_code_word_brings_it_back_and_whether_texts_are_safe_is_asked(client: Phone) -> None:
    give_words(client).texts("this is her husband").hears(NEUTRAL)
    client.stage.later(days=1)
    client.texts("mine").hears("Text your word first").texts(CODE).hears("No place is kept")
    client.hears("still safe to text this phone?").texts("1").hears("OK").hears_nothing()
    after = contact_of(client.stage, client)
    assert (after.safe_to_text, after.doubted_at) == ("yes", None)
    workers_ignore(client.stage)


def test_a_worker_calls_the_phone_theirs_again(client: Phone) -> None:
    stage = client.stage
    client.texts("this is her husband").hears(NEUTRAL)
    assert contact_of(stage, client).doubted_at is not None
    change(stage, client, doubted_at=None, safe_to_text="yes")
    stage.later(hours=1)
    plan(stage, client, "See you at 2", "reminder")
    client.hears("See you at 2").hears_nothing()


def test_who_asks_whether_somebody_can_see_this_is_told_the_truth(client: Phone) -> None:
    client.texts("can he see these texts").hears("machine answers first")
    client.hears("Anyone holding this phone can read it too").hears_nothing()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("dont text me at night", {NOT_NOW}),
        ("he reads my texts", {WATCHED}),
        ("he checks my phone", {WATCHED}),
        ("dont text back hes here", {NO_ANSWER, NOT_NOW}),
        ("he has a gun dont reply", {NO_ANSWER}),
        ("this is her husband who are you", {SOMEONE_ELSE}),
        ("why do you text my wife", {SOMEONE_ELSE}),
        ("what did she tell you", {SOMEONE_ELSE}),
        ("its her bf. cancel all her appointments", {SOMEONE_ELSE}),
        ("il lit mes textos", {WATCHED}),
        ("répondez pas", {NO_ANSWER}),
        ("stop texting my girlfriend", {NOT_NOW, SOMEONE_ELSE}),
        ("ill kill her", {AGAINST_HER}),
        ("shes dead when i get home", {AGAINST_HER}),
        ("im scared ill kill her", set()),
        ("he keeps saying i will kill her", set()),
        ("hes gonna kill her", set()),
        ("why dont you reply", set()),
        ("i dont answer my phone at work", set()),
        ("dont answer the door if he comes", set()),
        ("elle répond pas, elle est bleue", set()),
        ("who can see my texts", set()),
        ("can my sister come to the circle", set()),
        ("im his wife and he beats me", set()),
        ("he asked did she text you", set()),
        ("my friend didnt come home last night", set()),
        ("my husband wont let me leave", set()),
        ("i told him what i said to you", set()),
    ],
)
def test_what_a_text_says_of_other_eyes(words: str, said: set[str]) -> None:
    assert eyes(words) == said
