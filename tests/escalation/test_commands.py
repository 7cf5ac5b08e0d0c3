"""What a worker's short text asks for, in any language and however it is typed."""

from __future__ import annotations

import pytest

from bot.escalation.commands import Act, Command, read


@pytest.mark.parametrize(
    "text",
    (
        "12",
        " 12 ",
        "#12",
        "no. 12",
        "item 12",
        "Item #12",
        "urgent item 12",
        "Urgent Item 12!",
        "12.",
        "12?",
        "12 ok",
        "12 - ok",
        "12 yes",
        "12 ii",
        "12 oui",
        "12 ack",
        "12 taken",
        "12 got it",
        "12 i've got it, thanks",
        "ok 12",
        "ok item 12",
        "ack #12",
        "OK 12!",
        "I'll take 12",
        "taking item 12.",
        "'12'",
        "[12]",
        "(12)",
        "<12>",
        "１２",
        "ᐄ １２",
    ),
)
def test_a_number_takes_an_item(text: str) -> None:
    assert read(text) == Command(Act.TAKE, 12)


@pytest.mark.parametrize(
    "text", ("yes", "Y", "ok", "k", "1", "ii", "oui", "mine", "got it", "on it")
)
def test_a_bare_yes_takes_whatever_there_is(text: str) -> None:
    assert read(text) == Command(Act.TAKE_ANY)


@pytest.mark.parametrize(
    "text", ("0", " 0 ", "not me", "No, not me", "notme", "wasn't me", "wasnt me", "not mine")
)
def test_zero_lets_go(text: str) -> None:
    assert read(text) == Command(Act.LET_GO)


@pytest.mark.parametrize(
    "text",
    (
        "12 0",
        "12 no",
        "12 not me",
        "#12 aakka",
        "no 12",
        "No 12.",
        "not me 12",
        "no, not me 12",
        "not 12",
    ),
)
def test_a_number_and_no_lets_go_of_that_item(text: str) -> None:
    assert read(text) == Command(Act.LET_GO, 12)


@pytest.mark.parametrize(
    ("text", "words", "is_confirmed"),
    (
        ("12: I am here", "I am here", False),
        ("12 :I am here", "I am here", False),
        ("12; call me", "call me", False),
        ("#12: call me", "call me", False),
        ("12!: call me", "call me", True),
        ("12 ! : call me", "call me", True),
        ("item 12: 1", "1", False),
        ("12: one\nand two", "one\nand two", False),
        ("12: done", "done", False),
    ),
)
def test_a_colon_makes_words_for_the_client(text: str, words: str, is_confirmed: bool) -> None:
    assert read(text) == Command(Act.REPLY, 12, words, is_confirmed)


@pytest.mark.parametrize(
    ("text", "words"),
    (
        ("12 are you safe", "are you safe"),
        ("12 call me back", "call me back"),
        ("12 no not yet", "no not yet"),
        ("12 1234", "1234"),
        ("12 done with what", "done with what"),
        ("12:30 is fine", ":30 is fine"),
        ("12:30", ":30"),
    ),
)
def test_words_without_a_colon_are_only_words(text: str, words: str) -> None:
    assert read(text) == Command(Act.WORDS, 12, words)


@pytest.mark.parametrize(
    "text",
    ("12 done", "done 12", "12 closed", "12 resolved.", "close 12", "finished 12!", "12 over"),
)
def test_done_closes(text: str) -> None:
    assert read(text) == Command(Act.CLOSE, 12)


@pytest.mark.parametrize(
    "text", ("12 done 347", "12 done, 347.", "done 12 347", "12 closed #347", "12 347", "#12 347")
)
def test_done_may_come_with_the_code_of_that_phone(text: str) -> None:
    assert read(text) == Command(Act.CLOSE, 12, code="347")


@pytest.mark.parametrize(
    "text", ("STOP", "stop", "Unsubscribe", "cancel", "END", "quit", "stopall")
)
def test_the_carriers_own_stop_words_are_seen(text: str) -> None:
    assert read(text) == Command(Act.STOP)


@pytest.mark.parametrize(
    "text",
    (
        "",
        "hello",
        "no",
        "done",
        "012",
        "12345678",
        "who is 12",
        "see you at 12 tomorrow",
        "what now",
        "x 12",
        "on my way to the place with 12",
    ),
)
def test_anything_else_is_no_command(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    (
        "item 12: mine",
        "12: taking it now",
        "12: taken",
        "12 now",
        "taking 12 now",
        "i take 12 please",
        "je prends 12",
    ),
)
def test_who_says_in_other_words_that_it_is_theirs_takes_it(text: str) -> None:
    assert read(text) == Command(Act.TAKE, 12)


@pytest.mark.parametrize("text", ("taken?", "got it?", "me?", "ok?", "yes?"))
def test_who_asks_has_not_taken_it(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("words", ("got it", "ok", "yes", "i will take it to her", "on my way"))
def test_what_may_be_meant_for_the_client_goes_to_them(words: str) -> None:
    assert read(f"12: {words}") == Command(Act.REPLY, 12, words)


def test_seven_digits_are_still_a_number() -> None:
    assert read("1234567") == Command(Act.TAKE, 1234567)
    assert read("ok 1234567") == Command(Act.TAKE, 1234567)


@pytest.mark.parametrize("text", ("thanks", "ok thanks", "Thank you", "ok, thx", "yes ty"))
def test_thanks_take_nothing(text: str) -> None:
    """They may be for "it is taken" or for "others are being paged"."""
    assert read(text) is None
