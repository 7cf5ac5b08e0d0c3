"""Code word, duress word and safe word: said by the client, or tried by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import own_words
from records.models import Escalation, Message
from tests.conversations.safe.conftest import change, contact_of, items, plan, state
from tests.stage import Phone, Stage

CODE, DURESS, SAFE = "grey mitten", "is the bus late", "pickle jar"
NEUTRAL = "This is an automatic reminder line"


def give_words(client: Phone) -> Phone:
    """The client sets all three, alone with their phone."""
    for digit, word in (("1", CODE), ("2", DURESS), ("3", SAFE)):
        client.texts("my words").hears("1 that shows it is you")
        client.texts(digit).hears("Text the word")
        client.stage.later(seconds=10)
        client.texts(word).hears("OK, kept").hears_nothing()
        client.stage.later(seconds=10)
    return client


def stored(stage: Stage) -> list[str]:
    """Every text that is kept, opened."""
    with stage.line.database.read() as session:
        rows = session.scalars(
            select(Message).where(Message.contact_id.is_not(None)).order_by(Message.id)
        ).all()
        found = []
        for row in rows:
            contact = stage.line.vault.open
            from records.models import Contact

            ref = session.get_one(Contact, row.contact_id).data_key
            found.append(contact(ref, f"message.body:{row.id}", row.body_sealed or b""))
    return found


def alerts(stage: Stage) -> list[Escalation]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(Escalation).order_by(Escalation.id)))


def workers_ignore(stage: Stage) -> None:
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()


def test_no_word_is_ever_kept_as_it_was_texted(client: Phone) -> None:
    give_words(client)
    client.texts(SAFE).ignores().texts(CODE).ignores().texts(DURESS).ignores()
    everything = "\n".join(stored(client.stage)).casefold()
    for word in (CODE, DURESS, SAFE):
        assert word not in everything
    assert own_words.MASK in everything
    row = contact_of(client.stage, client)
    assert len({row.code_word, row.duress_word, row.safe_word}) == 3
    workers_ignore(client.stage)


@pytest.mark.parametrize(
    "words", ["is the bus late", " IS  THE BUS LATE?!", "ok\nIs the bus late?\n"]
)
def test_the_duress_word_pages_in_silence_and_the_reply_is_ordinary(
    client: Phone, words: str
) -> None:
    give_words(client)
    client.texts(words).hears("OK. Text MENU any time.").hears_nothing()
    stage = client.stage
    (alert,) = alerts(stage)
    assert (alert.is_silent, alert.level, alert.kind) == (True, "emergency", "duress")
    stage.phone("0191").hears("Urgent item 11").hears("[call]").hears_nothing()
    stage.phone("0192").hears("Urgent item 11").hears_nothing()
    stage.later(minutes=12)
    client.hears_nothing()
    workers_ignore(stage)


def test_who_takes_a_quiet_call_by_text_is_told_before_a_word_goes_to_that_phone(
    client: Phone,
) -> None:
    give_words(client)
    client.texts(DURESS).hears("OK. Text MENU any time.")
    worker = client.stage.phone("0191")
    worker.ignores().texts("11").hears("You have item 11", "Others may read that phone")
    worker.texts("11: are you ok?").hears("may not be safe", "11!:").hears_nothing()
    client.hears_nothing()
    worker.texts("11!: your tea is ready").hears_nothing()
    client.hears("your tea is ready").hears_nothing()
    worker.texts("11 done")
    worker.texts(worker.unread.pop().removeprefix("To close item 11 reply ")).hears("is closed")
    workers_ignore(client.stage)


@pytest.mark.parametrize(("word", "said"), [("inuksuk", "ᐃᓄᒃᓱᒃ"), ("ᐃᓄᒃᓱᒃ", "Inuksuk")])
def test_a_word_is_heard_in_the_other_script_too(client: Phone, word: str, said: str) -> None:
    client.texts("my words").ignores().texts("2").hears("Text the word")
    client.texts(word).hears("OK, kept").hears_nothing()
    client.stage.later(hours=2)
    client.texts(said).hears("OK. Text MENU any time.").hears_nothing()
    (alert,) = alerts(client.stage)
    assert (alert.is_silent, alert.kind) == (True, "duress")
    everything = "\n".join(stored(client.stage)).casefold()
    assert word.casefold() not in everything and said.casefold() not in everything
    workers_ignore(client.stage)


def test_the_duress_word_beside_a_request_is_answered_as_the_request(client: Phone) -> None:
    give_words(client)
    client.texts(f"circle\n{DURESS}").hears("2026-12-02").hears_nothing()
    assert alerts(client.stage)[0].is_silent
    workers_ignore(client.stage)


def test_the_duress_word_hushes_an_alert_that_the_phone_knew_of(client: Phone) -> None:
    give_words(client)
    client.texts("theres a man with a knife outside my door").hears("911")
    client.stage.later(minutes=1)
    client.texts(DURESS).hears("OK. Text MENU any time.").hears_nothing()
    client.stage.later(minutes=10)
    client.hears_nothing()
    assert alerts(client.stage)[0].is_silent
    workers_ignore(client.stage)


def test_a_sentence_that_holds_the_word_is_not_the_word(client: Phone) -> None:
    give_words(client)
    client.texts("she said is the bus late again").ignores()
    assert alerts(client.stage) == []


def test_the_safe_word_stops_everything_and_a_worker_is_told(client: Phone) -> None:
    give_words(client)
    stage = client.stage
    soon = stage.line.now() + timedelta(hours=1)
    row = plan(stage, client, "See you at 2", due_at=soon, expires_at=soon + timedelta(days=1))
    client.texts("menu").ignores()
    client.texts("Pickle jar.").hears(NEUTRAL).hears_nothing()
    assert state(stage, row) == ("held", "safe_word")
    assert ("safe_word", "urgent") in items(stage)
    late = plan(stage, client, "Another", "staff_confirmed")
    assert state(stage, late) == ("held", "safe_word")
    client.texts("3").hears("Tea or coffee")  # the menu's question is closed
    stage.later(days=2)
    client.hears_nothing()


def test_the_decoy_is_six_fixed_exchanges_and_reveals_nothing(client: Phone) -> None:
    give_words(client)
    client.texts(SAFE).hears(NEUTRAL)
    said = []
    for words in ("who are you", "circle", "start", "stop texting her", "my words", "resume", "x"):
        client.stage.later(minutes=1)
        client.texts(words)
        said += client.unread
        client.ignores()
    assert said[0].startswith(NEUTRAL)
    assert len(said) == 7 and said[-1] == "OK. Bye for now."
    client.texts("hello?").hears_nothing()
    told = " ".join(said[1:]).casefold()
    for word in ("worker", "i am", "i'm", "name", "safe", "word", "help", "person", "ottawa"):
        assert word not in told
    workers_ignore(client.stage)


def test_a_cry_for_help_after_the_safe_word_still_pages_and_gets_the_decoy(client: Phone) -> None:
    give_words(client)
    client.texts(SAFE).hears(NEUTRAL)
    client.texts("theres a man with a knife outside my door").hears("Tea or coffee").hears_nothing()
    assert alerts(client.stage)[0].is_silent
    client.stage.phone("0191").hears("Urgent item 11").ignores()
    client.stage.later(minutes=6)
    client.hears_nothing()
    workers_ignore(client.stage)


def test_only_the_code_word_opens_what_the_safe_word_closed(client: Phone) -> None:
    give_words(client)
    client.texts(SAFE).hears(NEUTRAL)
    client.texts("resume").hears("Tea").texts("start").hears("weather")
    client.texts(CODE).hears("Texts are on again").hears_nothing()
    client.texts("food").ignores()
    assert contact_of(client.stage, client).stopped_at is None


def test_after_14_idle_days_the_code_word_comes_before_what_is_theirs(client: Phone) -> None:
    give_words(client)
    client.stage.later(days=15)
    client.texts("circle").hears("TALK").ignores()  # public: answered as ever
    client.texts("my words").hears("Text your word first").hears_nothing()
    client.texts("GREY MITTEN").hears("1 that shows it is you").hears_nothing()
    assert contact_of(client.stage, client).doubted_at is None


def test_private_texts_wait_while_somebody_else_may_have_the_phone(client: Phone) -> None:
    give_words(client)
    client.stage.later(days=15)
    client.texts("thanks").ignores()
    assert state(client.stage, plan(client.stage, client, "Reply 1")) == ("held", "doubted")
    client.texts(CODE).hears("OK").hears_nothing()
    client.stage.later(hours=2)
    plan(client.stage, client, "Reply 1")
    client.hears("Reply 1").hears_nothing()


def test_three_wrong_code_words_within_an_hour_raise_a_flag(client: Phone) -> None:
    give_words(client)
    client.stage.later(minutes=11)
    for guess in ("bluebird", "her mother", "grey mittens"):
        client.texts("my words").hears("Text your word first")
        client.stage.later(seconds=30)
        client.texts(guess).hears(NEUTRAL).hears_nothing()
    assert ("wrong_code", "urgent") in items(client.stage)
    client.texts("my words").hears("A person will read").hears_nothing()
    client.texts("grey mitte").ignores()
    everything = "\n".join(stored(client.stage)).casefold()
    assert "bluebird" not in everything and "mittens" not in everything
    client.texts(CODE).hears("OK").hears_nothing()


def test_two_wrong_words_an_hour_apart_raise_none(client: Phone) -> None:
    give_words(client)
    for guess in ("bluebird", "her mother", "grey mittens"):
        client.stage.later(minutes=61)
        client.texts("my words").hears("Text your word first").texts(guess).hears(NEUTRAL)
    assert ("wrong_code", "urgent") not in items(client.stage)


def test_whoever_holds_the_phone_cannot_change_the_words(client: Phone) -> None:
    give_words(client)
    before = contact_of(client.stage, client).duress_word
    client.stage.later(minutes=11)
    client.texts("my words").hears("Text your word first").texts("2").ignores()
    client.texts("menu").ignores()
    assert contact_of(client.stage, client).duress_word == before


@pytest.mark.parametrize("word", ["menu", "STOP", "yes", "help", "circle", "he has a knife", "ok"])
def test_a_word_that_means_something_else_is_refused(client: Phone, word: str) -> None:
    client.texts("my words").hears("1 that").texts("1").hears("Text the word")
    client.texts(word).ignores()
    assert contact_of(client.stage, client).code_word is None
    workers_ignore(client.stage)


def test_the_three_words_differ_and_are_not_too_short_or_long(client: Phone) -> None:
    client.texts("my words").hears("1 that").texts("1").hears("Text the word")
    client.texts("abc").hears("too short").texts("aaaaaa").hears("too short")
    client.stage.later(minutes=31)
    client.texts("ab" * 45 + "c").hears("too long").texts(CODE).hears("OK, kept")
    line, row = client.stage.line, contact_of(client.stage, client)
    assert own_words.problem_with(line, row, "safe", " Grey  MITTEN! ") == "taken"
    assert own_words.problem_with(line, row, "code", "grey  mitten") is None
    assert own_words.problem_with(line, row, "safe", "grey mittens") is None


def test_a_wrong_number_hint_asks_for_the_word_and_without_one_for_a_person(client: Phone) -> None:
    client.texts("wrong number").hears("Sorry about that").hears_nothing()
    client.texts("my words").hears("A person will read").hears_nothing()
    assert ("identity", "routine") in items(client.stage)
    workers_ignore(client.stage)


def test_the_same_word_of_two_people_looks_different_when_kept(client: Phone) -> None:
    line = client.stage.line
    give_words(client)
    first = contact_of(client.stage, client)
    other = client.stage.phone("0166")
    other.texts("food").ignores()
    second = contact_of(client.stage, other)
    assert own_words.mark(line, first, CODE) == first.code_word
    assert own_words.mark(line, second, CODE) != first.code_word
    other.texts(CODE).ignores()
    assert contact_of(client.stage, other).known_at is None


def test_after_stop_the_words_still_work_and_nothing_is_said(client: Phone) -> None:
    give_words(client)
    client.texts("STOP").hears_nothing()
    client.texts(DURESS).hears_nothing()
    assert alerts(client.stage)[0].is_silent
    client.texts(SAFE).hears_nothing()
    assert ("safe_word", "urgent") in items(client.stage)
    workers_ignore(client.stage)


def test_while_a_person_has_the_conversation_the_duress_word_still_pages(client: Phone) -> None:
    give_words(client)
    change(client.stage, client, is_watched=False)
    from records.models import Conversation

    with client.stage.line.database.write() as session:
        row = session.scalars(select(Conversation)).first()
        assert row is not None
        row.handed_off_at = client.stage.line.now()
    client.texts(DURESS).hears_nothing()
    assert alerts(client.stage)[0].kind == "duress"
    workers_ignore(client.stage)


def test_the_phone_company_does_not_keep_a_word_either(client: Phone) -> None:
    give_words(client)
    client.texts(CODE).ignores()
    client.stage.later(minutes=2)
    held = " ".join(one.body for one in client.stage.network.messages).casefold()
    assert not any(word in held for word in (CODE, DURESS, SAFE))
    assert items(client.stage) == []  # and no alarm about a copy that a backup lacks


def test_a_forgotten_code_word_is_no_wrong_one_and_goes_to_a_person(client: Phone) -> None:
    give_words(client)
    stage = client.stage
    stage.later(days=15)
    for words in ("i forgot", "whats my code word"):
        client.texts("mine").hears("Text your word first").texts(words)
        client.hears("A person will read your text").hears_nothing()
        stage.later(minutes=1)
    assert ("identity", "routine") in items(stage)
    assert contact_of(stage, client).wrong_codes == 0
    client.texts(CODE).ignores().texts("mine").hears("No place is kept")
    workers_ignore(stage)
