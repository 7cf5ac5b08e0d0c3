"""Conversations as clients have them: dates, services, a person, and what is never said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import GiveConsent, Pause, Say, SetContact, SetLanguage, ToQueue
from tests.flows.talking import Talk, facts, occurrence


def test_circle_says_when_and_the_place_only_when_asked() -> None:
    talk = Talk(facts(occurrence())).start("circle", "circle")
    assert talk.last.startswith("Next circle: ") and "12 Main" not in talk.last
    talk.reply("1")
    assert "12 Main St" in talk.last and talk.question is None


@pytest.mark.parametrize("answer", ["2", "no", "aakka", "Nope"])
def test_the_place_is_kept_when_it_is_not_wanted(answer: str) -> None:
    talk = Talk(facts(occurrence())).start("circle", "circle").reply(answer)
    assert talk.said == ["OK. Text MENU any time."]


@pytest.mark.parametrize("answer", ["yes", "ii", "1", "1.", "ya"])
def test_yes_and_its_kin_mean_one(answer: str) -> None:
    talk = Talk(facts(occurrence())).start("circle", "circle").reply(answer)
    assert "12 Main St" in talk.last


def test_no_dates_are_said_plainly_to_be_missing() -> None:
    assert "No circle dates are entered yet" in Talk().start("circle", "circle").last
    assert "No peer group dates are entered yet" in Talk().start("peer", "peer").last


def test_a_sample_date_says_that_it_is_one() -> None:
    talk = Talk(facts(occurrence(is_sample=True))).start("circle", "circle")
    assert "sample" in talk.last
    assert "sample" in talk.reply("1").last


def test_the_soonest_date_is_told_with_food_and_ride() -> None:
    late = occurrence(starts_local=datetime(2026, 12, 10, 18, 0, tzinfo=UTC), place="Later")
    soon = occurrence(has_food=True, has_ride=True)
    talk = Talk(facts(late, soon)).start("circle", "circle")
    assert "2026-12-03" in talk.last and "2026-12-10" not in talk.last
    assert "food" in talk.last and "ride" in talk.last


def test_a_place_that_is_not_entered_is_not_made_up() -> None:
    talk = Talk(facts(occurrence(place=""))).start("circle", "circle").reply("1")
    assert "not entered yet" in talk.last


def test_from_the_menu_to_a_date_only_cover_names_are_said() -> None:
    talk = Talk(facts(occurrence())).start("menu", "menu")
    said = [talk.last, talk.reply("1").last, talk.reply("1").last, talk.reply("1").last]
    assert not any("circle" in body.lower() for body in said)
    assert "12 Main St" in said[-1]


def test_from_the_menu_to_supplies_nothing_is_named_that_was_not_asked_for() -> None:
    talk = Talk().start("menu", "menu")
    said = [talk.last]
    for digit in ("3", "2", "1"):
        said.append(talk.reply(digit).last)
    everything = " ".join(said).lower()
    assert "naloxone" not in everything and "drug" not in everything and "oasis" not in everything
    assert "221 Nelson" in said[-1]


def test_who_names_naloxone_gets_it_at_once_by_its_name() -> None:
    talk = Talk().start("harm_reduction", "wheres narcan")
    assert talk.last.startswith("For free naloxone") and "613-789-1500" in talk.last


def test_the_line_for_company_never_claims_to_be_open_always() -> None:
    said = Talk().start("harm_reduction", "someone on the line while i use").last
    assert "1-888-688-6677" in said and "24" not in said and "Not open at all hours" in said


@pytest.mark.parametrize("digit", ["1", "2", "3", "4", "5"])
def test_every_choice_of_the_menu_leads_somewhere(digit: str) -> None:
    talk = Talk(facts(occurrence())).start("menu", "menu").reply(digit)
    assert talk.said


def test_yes_picks_nothing_in_a_list() -> None:
    talk = Talk().start("menu", "menu").reply("yes")
    assert talk.last.startswith("Sorry, that was not clear.")


def test_a_question_is_asked_again_once_and_then_a_person_is_told() -> None:
    talk = Talk(facts(occurrence())).start("circle", "circle").reply("banana")
    assert "Want the place?" in talk.last and not talk.has(ToQueue("not_understood"))
    talk.reply("banana again")
    assert talk.has(ToQueue("not_understood")) and talk.question is None
    assert talk.said == ["Thanks. A person will read your text."]


def test_asked_again_the_answer_still_counts() -> None:
    talk = Talk(facts(occurrence())).start("circle", "circle").reply("hm").reply("1")
    assert "12 Main St" in talk.last


def test_a_place_tonight_and_a_person_to_help() -> None:
    talk = Talk().start("shelter", "need a place 2nite")
    assert "call 311" in talk.said[0] and "Very cold or in danger? Call 911." in talk.said[0]
    talk.reply("1")
    assert talk.has(ToQueue("wants_person")) and "A person reads next at" in talk.last


def test_no_checked_number_is_said_plainly() -> None:
    talk = Talk(facts(resources={})).start("legal", "lawyer")
    assert talk.said[0].startswith("No number is checked for that yet.")


def test_talk_reaches_a_person_and_says_when() -> None:
    talk = Talk().start("talk", "talk")
    assert talk.has(ToQueue("wants_person"))
    assert "A person reads next at 2026-12-02 09:00" in talk.last
    now = Talk(facts(is_staffed=True)).start("talk", "talk").last
    assert "People are reading now." in now


def test_first_contact_in_full() -> None:
    talk = Talk().start("first_contact")
    assert "This is a machine" in talk.said[0] and "call 911" in talk.said[0]
    assert talk.has(SetContact("introduced", "yes"))
    assert talk.reply("1").has(SetContact("safe_to_text", "yes"))
    assert talk.reply("1").has(SetLanguage("en"))
    assert "16 or older" in talk.last
    assert talk.reply("1").has(SetContact("age_ok", "yes"))
    assert talk.reply("1").has(GiveConsent("reminders", True))
    assert talk.reply("2").has(GiveConsent("check_ins", False))
    assert talk.reply("ii").has(GiveConsent("broadcasts", True))
    assert "even cleared ones" in talk.last and talk.question is None


def test_a_phone_that_is_not_safe_is_asked_nothing_more() -> None:
    talk = Talk().start("first_contact").reply("2")
    assert talk.has(SetContact("safe_to_text", "no")) and talk.question is None


def test_who_writes_inuktitut_is_not_asked_for_a_language() -> None:
    talk = Talk(locale="iu_Latn").start("first_contact").reply("ii")
    assert "16 or older" in talk.last


def test_the_younger_path_goes_to_a_person_and_gives_a_line() -> None:
    talk = Talk(facts(minimum_age=13)).start("first_contact").reply("1").reply("1")
    assert "13 or older" in talk.last
    talk.reply("2")
    assert talk.has(SetContact("age_ok", "no")) and talk.has(ToQueue("under_age", "urgent"))
    assert "1-800-668-6868" in talk.last and talk.question is None
    assert not any(isinstance(e, GiveConsent) for e in talk.effects)


@pytest.mark.parametrize(("digit", "locale"), [("1", "en"), ("2", "iu_Latn"), ("3", "iu")])
def test_the_language_is_chosen_by_a_digit(digit: str, locale: str) -> None:
    assert Talk().start("language", "language").reply(digit).has(SetLanguage(locale))


def test_the_language_is_chosen_by_its_name() -> None:
    talk = Talk().start("language", "inuktitut please")
    assert talk.has(SetLanguage("iu_Latn")) and talk.question is None


def test_pause_is_a_day_and_resume_ends_it() -> None:
    assert Talk().start("pause", "pause").has(Pause(timedelta(hours=24)))
    assert Talk().start("resume", "resume").has(Pause(timedelta(0)))


def test_who_is_this_says_the_same_to_all_and_reveals_nothing() -> None:
    stranger = Talk(facts(is_new=True)).start("who_is_this", "who dis").said
    client = Talk(
        facts(occurrence(), safe_to_text="yes", age_ok="yes", consents={"reminders": True}),
        topics=frozenset({"circle"}),
    )
    assert client.start("who_is_this", "who are you").said == stranger
    assert client.question is None and all(isinstance(e, Say) for e in client.effects)


def test_wrong_number_ends_scheduled_texts_and_a_person_looks() -> None:
    talk = Talk().start("wrong_number", "wrong number")
    assert talk.has(SetContact("safe_to_text", "no")) and talk.has(ToQueue("wrong_number"))


@pytest.mark.parametrize(
    ("flow", "words", "said"),
    [
        ("thanks", "Nakurmiik!", "nakurmiik"),
        ("thanks", "ma’na", "ma'na"),
        ("greeting", "ullaakkut", "ullaakkut"),
    ],
)
def test_thanks_and_hello_are_said_back_by_the_clients_word(
    flow: str, words: str, said: str
) -> None:
    assert Talk(locale="iu_Latn").start(flow, words).last.startswith(said)


def test_who_reads_inuktitut_gets_the_number_to_call_and_the_word_to_say() -> None:
    said = Talk(locale="iu_Latn").start("shelter", "iglu").said[0]
    english, inuktitut = said.split("\n--\n")
    assert "call 311" in english and "uqaalaut 311" in inuktitut


def test_who_asks_for_a_lawyer_is_not_sent_what_another_line_is_for() -> None:
    said = Talk().start("legal", "need a lawyer").last
    assert "1-855-226-3904" in said and "assault" not in said.lower()


def test_groups_numbers_and_the_offer_come_in_one_text() -> None:
    talk = Talk(facts(occurrence("group", is_sample=True))).start("treatment", "rehab")
    (said,) = talk.said
    assert said.startswith("Next group: 2026-12-03") and "sample" in said
    assert "Help with drinking or drugs" in said and "Want a person to help" in said
    assert "1-866-531-2600" in said


def test_food_tells_the_next_date_that_has_some() -> None:
    dates = (occurrence(), occurrence("peer", has_food=True))
    assert "Next date with food" in Talk(facts(*dates)).start("food", "hungry").last
    assert "Next date with food" not in Talk(facts(occurrence())).start("food", "food").last


def test_study_help_is_told_with_the_numbers() -> None:
    said = Talk(facts(occurrence("tutoring"))).start("school_work", "need a tutor").last
    assert "Next study help" in said and "call 211" in said
