"""Conversations as clients have them: dates, services, a person, and what is never said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import (
    Book,
    Coming,
    GiveConsent,
    GiveUp,
    NotTheirs,
    Pause,
    Say,
    SetContact,
    SetLanguage,
    ToQueue,
    Wait,
)
from bot.facts import OccurrenceFact
from tests.flows.talking import Talk, facts, occurrence, seat

WHEN = "2026-12-03T18:00:00+00:00"


def booked(*dates: OccurrenceFact) -> Talk:
    """A client for whom the first date has just been kept."""
    talk = Talk(facts(*dates, own=(seat(place=dates[0].place, is_sample=dates[0].is_sample),)))
    talk.start("circle", "circle").reply("1")
    assert talk.effects == [Book(31)]
    told = {"has_place": bool(dates[0].place), "is_sample": dates[0].is_sample}
    return talk.goes_on("book", "booked", appointment=71, occurrence=31, when=WHEN, **told)


def test_circle_gives_the_next_times_as_digits_and_one_is_kept_by_its_digit() -> None:
    later = occurrence(id=32, starts_local=datetime(2026, 12, 10, 18, 0, tzinfo=UTC))
    talk = Talk(facts(later, occurrence())).start("circle", "circle")
    assert talk.last.startswith("Next circle: 1 2026-12-03 18:00 (Thu)\n2 2026-12-10 18:00 (Thu)")
    assert "12 Main" not in talk.last
    assert talk.reply("2").effects == [Book(32)]


def test_the_place_is_told_only_when_asked() -> None:
    talk = booked(occurrence())
    assert "your place is kept: 2026-12-03 18:00" in talk.last and "12 Main" not in talk.last
    assert "12 Main St" in talk.reply("1").last and talk.question is None
    asked = Talk(facts(occurrence())).start("circle", "circle").reply("9")
    assert "12 Main St" in asked.last and asked.reply("1").effects == [Book(31)]


@pytest.mark.parametrize("answer", ["2", "no", "aakka", "Nope"])
def test_the_place_is_kept_when_it_is_not_wanted(answer: str) -> None:
    assert booked(occurrence()).reply(answer).said == ["OK. Text MENU any time."]


@pytest.mark.parametrize("answer", ["yes", "ii", "1", "1.", "ya"])
def test_yes_and_its_kin_mean_one(answer: str) -> None:
    assert "12 Main St" in booked(occurrence()).reply(answer).last


def test_no_dates_are_said_plainly_to_be_missing() -> None:
    assert "No circle dates are entered yet" in Talk().start("circle", "circle").last
    assert "No peer group dates are entered yet" in Talk().start("peer", "peer").last


def test_a_sample_date_says_that_it_is_one() -> None:
    talk = Talk(facts(occurrence(is_sample=True))).start("circle", "circle")
    assert "sample" in talk.last
    kept = booked(occurrence(is_sample=True))
    assert "sample" in kept.last and "sample" in kept.reply("1").last
    own = (seat(is_sample=True), seat(id=72))
    for mine in (own[:1], own):
        assert "sample" in Talk(facts(own=mine)).start("mine").last
    assert "sample" not in Talk(facts(own=own[1:])).start("mine").last


def test_what_is_known_of_the_dates_is_said() -> None:
    date = occurrence(has_food=True, has_ride=True, has_child_care=True, is_walk_in=True)
    said = Talk(facts(date)).start("circle", "circle").last
    for words in ("food", "Text RIDE", "child care", "You can also just come"):
        assert words in said


def test_a_place_that_is_not_entered_is_not_made_up() -> None:
    assert "not entered yet" in Talk(facts(occurrence(place=""))).start("circle").reply("9").last
    assert booked(occurrence(place="")).question is None


def test_a_full_date_offers_the_list_and_a_free_one_comes_first() -> None:
    full = occurrence(is_full=True)
    talk = Talk(facts(full)).start("circle", "circle")
    assert "No place is free: 2026-12-03 18:00 (Thu)" in talk.last
    assert talk.reply("1").effects == [Wait(31)]
    later = occurrence(id=32, starts_local=datetime(2026, 12, 10, 18, 0, tzinfo=UTC))
    assert "1 2026-12-10" in Talk(facts(full, later)).start("circle", "circle").last


@pytest.mark.parametrize(
    ("flow", "digit", "kind"),
    [
        ("circle", None, "circle"),
        ("peer", None, "peer"),
        ("sessions", None, "group"),
        ("intake", None, "treatment"),
        ("rounds", None, "outreach"),
        ("one_to_one", "1", "counselling"),
        ("one_to_one", "2", "elder"),
        ("one_to_one", "3", "mentoring"),
        ("one_to_one", "4", "tutoring"),
    ],
)
def test_every_kind_can_be_asked_for(flow: str, digit: str | None, kind: str) -> None:
    talk = Talk(facts(occurrence(kind))).start(flow)
    if digit:
        talk.reply(digit)
    assert "1 2026-12-03 18:00 (Thu)" in talk.last and talk.reply("1").effects == [Book(31)]


@pytest.mark.parametrize("digit", ["1", "2", "3", "4"])
def test_a_time_with_one_person_that_is_not_entered_is_found_by_a_person(digit: str) -> None:
    talk = Talk().start("one_to_one", "elder").reply(digit)
    assert "Shall a person find one with you? 1 yes 2 no" in talk.last
    assert talk.reply("1").has(ToQueue("wants_booking")) and "A person reads next" in talk.last


@pytest.mark.parametrize(
    ("flow", "words", "kind"),
    [
        ("ride", "from vanier to the clinic fri 9am", "wants_ride"),
        ("company", "court dec 4 at 10", "wants_company"),
        ("call_me", "after the kids are in bed", "call_back"),
    ],
)
def test_what_a_person_must_arrange_goes_to_one(flow: str, words: str, kind: str) -> None:
    talk = Talk().start(flow).reply(words)
    assert talk.has(ToQueue(kind)) and "A person reads next at" in talk.last


@pytest.mark.parametrize(
    ("first", "then", "at"),
    [
        ("call me after 8", None, datetime(2026, 12, 2, 8, tzinfo=UTC)),
        ("call me", "after 9pm", datetime(2026, 12, 1, 21, tzinfo=UTC)),
        ("call me tmrw", "3:30", datetime(2026, 12, 2, 15, 30, tzinfo=UTC)),
    ],
)
def test_a_call_is_noted_for_the_time_that_was_named(
    first: str, then: str | None, at: datetime
) -> None:
    talk = Talk().start("call_me", first)
    if then:
        assert "When is a call good" in talk.last
        talk.reply(then)
    assert talk.has(ToQueue("call_back", at=at))
    assert talk.last.startswith(f"OK, noted: {at:%Y-%m-%d %H:%M}")
    assert "A person reads next at" in talk.last and talk.question is None


@pytest.mark.parametrize("words", ["after work", "mornings", "when my kid sleeps", "now"])
def test_a_time_without_an_hour_is_noted_as_it_was_told(words: str) -> None:
    talk = Talk().start("call_me", "call me")
    assert talk.has(ToQueue("call_back")) and "When is a call good" in talk.last
    assert talk.reply(words).has(ToQueue("call_back"))
    assert talk.last.startswith("OK, noted as you wrote it. Not right? Text CALL ME.")


def test_who_wants_no_call_after_all_is_asked_no_more() -> None:
    assert Talk().start("call_me", "call me").reply("no").said == ["OK. Text MENU any time."]


@pytest.mark.parametrize("words", ["pls call me", "can someone give me a call", "ring me"])
def test_a_person_asked_for_by_voice_is_asked_when(words: str) -> None:
    talk = Talk().start("talk", words)
    assert talk.has(ToQueue("call_back")) and "When is a call good" in talk.last
    assert talk.reply("5ish").last.startswith("OK, noted: 2026-12-02 17:00")


def test_named_sessions_show_their_names_only_to_who_asked_for_such() -> None:
    date = occurrence("group", name="Assertiveness")
    assert "Assertiveness" not in Talk(facts(date)).start("sessions").last
    asked = Talk(facts(date), topics=frozenset({"treatment"})).start("sessions")
    assert "1 2026-12-03 18:00 (Thu) Assertiveness" in asked.last


def test_own_dates_are_kept_given_up_moved_or_found_by_digit() -> None:
    other = occurrence(id=32, starts_local=datetime(2026, 12, 10, 18, 0, tzinfo=UTC))
    known = facts(occurrence(), other, own=(seat(),))
    talk = Talk(known).start("mine", "mine")
    assert talk.last == "2026-12-03 18:00 (Thu): 1 coming, 2 not coming, 3 other day, 4 where"
    assert Talk(known).start("mine").reply("1").effects == [Coming(71)]
    assert Talk(known).start("mine").reply("2").effects == [GiveUp(71)]
    assert "12 Main St" in Talk(known).start("mine").reply("4").last
    moved = Talk(known).start("mine").reply("3")
    assert "1 2026-12-10" in moved.last and "2026-12-03" not in moved.last
    assert moved.reply("1").effects == [Book(32, 71)]
    assert "No place is kept" in Talk().start("mine").last


def test_several_own_dates_are_picked_by_digit() -> None:
    later = seat(id=72, starts_local=datetime(2026, 12, 10, 18, 0, tzinfo=UTC))
    talk = Talk(facts(own=(seat(), later))).start("mine", "mine")
    assert "1 2026-12-03 18:00 (Thu)\n2 2026-12-10 18:00 (Thu)" in talk.last
    assert talk.reply("2").last.startswith("2026-12-10")
    assert talk.reply("2").effects == [GiveUp(72)]


def test_the_client_chooses_what_their_dates_are_called() -> None:
    talk = Talk().start("cover", "cover").reply("1")
    assert talk.has(SetContact("cover", "cover.tea"))


def test_from_the_menu_to_a_date_only_cover_names_are_said() -> None:
    talk = Talk(facts(occurrence())).start("menu", "menu")
    said = [talk.last, talk.reply("1").last, talk.reply("1").last, talk.reply("9").last]
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
    talk = booked(occurrence()).reply("banana")
    assert "Want the place?" in talk.last and not talk.has(ToQueue("not_understood"))
    talk.reply("banana again")
    assert talk.has(ToQueue("not_understood")) and talk.question is None
    assert talk.said == ["Thanks. A person will read your text."]


def test_asked_again_the_answer_still_counts() -> None:
    assert "12 Main St" in booked(occurrence()).reply("hm").reply("1").last
    assert Talk(facts(occurrence())).start("circle").reply("hm").reply("1").effects == [Book(31)]


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
    assert talk.has(SetContact("safe_to_text", "no")) and talk.has(NotTheirs())


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
