"""The ways people really write: short, odd, angry, cold; each gets what it asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from records.database import Database
from records.models import Contact, Escalation, QueueItem
from service.rehearsal import ZONE
from tests.stage import Phone, Stage

NIGHT = datetime(2026, 12, 5, 23, 40, tzinfo=ZONE)


def kinds(stage: Stage) -> list[str]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(QueueItem.kind).order_by(QueueItem.id)))


def alerts(stage: Stage) -> list[tuple[str, str]]:
    with stage.line.database.read() as session:
        rows = session.scalars(select(Escalation).order_by(Escalation.id))
        return [(row.level, row.kind) for row in rows]


def ignored(stage: Stage) -> None:
    for phone in stage.phones():
        phone.ignores()


def test_a_bed_is_asked_for_in_many_ways_and_311_is_told(database: Database) -> None:
    stage = Stage(NIGHT, database=database)
    asked = (
        *("u got any beds 2nite", "any beds left?", "where do i go to sleep its late"),
        *("j'ai besoin d'un lit svp", "jai besoin dun lit"),
    )
    for number, words in enumerate(asked):
        phone = stage.phone(f"02{number:02}")
        phone.texts(words).hears("311").ignores()
    assert kinds(stage) == []


def test_put_out_of_a_home_the_first_reply_tells_where_a_bed_is(database: Database) -> None:
    stage = Stage(NIGHT, database=database)
    kicked, hit, french = stage.phone("0201"), stage.phone("0202"), stage.phone("0203")
    kicked.texts("my aunty kicked me out where can i sleep").hears("311: call 311", "911")
    hit.texts("my bf beats me i got nowhere to go tonight").hears("Women's line", "311: call 311")
    french.texts("ma mère m'a mis dehors").hears("311").ignores()
    assert [level for level, _ in alerts(stage)] != [] and len(alerts(stage)) == 3
    ignored(stage)


def test_a_friend_who_took_too_much_is_a_body_to_save_first(database: Database) -> None:
    stage = Stage(NIGHT, database=database)
    phone = stage.phone("0201")
    phone.texts("my friend took 2 much shes snoring funny")
    phone.hears("Call 911 now", "on their side", "safe right now? 1 yes 2 no").hears_nothing()
    assert alerts(stage) == [("emergency", "overdose")]
    ignored(stage)


def test_someone_to_talk_to_is_no_attack_and_a_long_wish_no_grave_word(database: Database) -> None:
    stage = Stage(NIGHT, database=database)
    lonely, long = stage.phone("0201"), stage.phone("0202")
    lonely.texts("i just need someone to talk to").hears("988", "safe right now?")
    long.texts("i been thinking about things alot lately n i put everything in order").hears(
        "Thank you for telling us. In danger now? Call 911"
    )
    assert [level for level, _ in alerts(stage)] == ["urgent", "urgent"]
    ignored(stage)


def test_stop_texting_me_names_stop_and_nothing_of_the_line(known: Phone) -> None:
    stage = known.stage
    for words in ("stop texting my wife", "why is this number in my husbands phone"):
        known.texts(words).hears("automatic reminder line", "STOP").hears_nothing()
        stage.later(seconds=10)
    assert kinds(stage) == ["identity"]  # somebody else has the phone
    stage.later(minutes=31)  # too many alike within half an hour would be held
    for words in ("leave me alone", "i dont want your texts"):
        known.texts(words).hears("automatic reminder line", "STOP").hears_nothing()
        stage.later(seconds=10)
    assert kinds(stage) == ["identity", "not_understood"] and alerts(stage) == []
    with stage.line.database.read() as session:
        assert session.scalars(select(Contact)).one().stopped_at is None
    stranger = stage.phone("0177").texts("stop texting me")
    stranger.hears("automatic reminder line").hears_nothing()


def test_is_this_a_real_person_is_answered_by_a_machine(known: Phone) -> None:
    for words in ("is this a real person", "r u human?", "am i talking to a human"):
        known.texts(words).hears("automatic reminder line", "People are reading now")
        known.hears_nothing()
        known.stage.later(seconds=10)
    assert kinds(known.stage) == ["wants_person"]


def test_a_date_is_changed_or_asked_again_in_plain_words(known: Phone) -> None:
    known.texts("circle").ignores().texts("1").hears("your place is kept")
    known.texts("1").hears("Example Street").hears_nothing()
    for words in ("cant make it 2 circle", "whens it again", "i need to cancel my spot"):
        known.texts(words).hears("2026-12-02 18:00", "2 not coming").hears_nothing()
        known.stage.later(seconds=10)
    known.texts("2").ignores()
    # One that was agreed with a person stands nowhere here: that person reads the question.
    known.texts("when is my appointment").hears("No place is kept").hears_nothing()
    assert kinds(known.stage) == ["not_understood"]


def test_who_has_a_place_is_shown_it_however_they_speak_of_it(known: Phone) -> None:
    known.texts("circle").ignores().texts("1").ignores()
    known.texts("2").hears("OK").hears_nothing()
    for words in (
        *(
            "sorry i cant make it",
            "cant come tmrw",
            "i need to cancel",
            "can we move it 2 another day",
        ),
        *("can u switch me to the other one", "what did i book", "am i signed up", "when is mine"),
        *("is it still on", "whats the address", "can i come next week instead"),
    ):
        known.stage.later(minutes=11)
        known.texts(words).hears("2026-12-02 18:00", "2 not coming", "4 where").hears_nothing()
    assert kinds(known.stage) == []


def test_in_french_too_a_place_is_given_up_in_plain_words(stage: Stage) -> None:
    phone = stage.phone("0141").texts("bonjour, quand est le prochain cercle?").ignores()
    phone.texts("1").ignores().texts("non").ignores()
    for words in ("je voudrais annuler mon rendez-vous", "je ne peux pas venir mercredi"):
        stage.later(seconds=10)
        phone.ignores().texts(words).hears("2 je ne viens pas")
    phone.ignores()


def test_laughter_needs_no_answer_and_tears_a_person(known: Phone) -> None:
    for words in ("😂😂", "❤️", "lol", "np"):
        known.texts(words).hears_nothing()
        known.stage.later(seconds=10)
    assert kinds(known.stage) == []
    known.texts("😭😭😭").hears("A person will look").hears_nothing()
    assert kinds(known.stage) == ["not_understood"]


def test_what_is_not_understood_is_answered_again_after_some_hours(known: Phone) -> None:
    known.texts("qwx zzt plk").hears("A person will look")
    known.texts("vbn mmm rrt").hears("People are reading now")
    known.stage.later(hours=3, minutes=59)
    known.texts("hhj kkw ppq").hears_nothing()
    known.stage.later(minutes=1)
    known.texts("hhj kkw ppq zz").hears("A person will look").hears_nothing()


def test_a_nod_needs_no_answer_and_nobody_to_read_it(known: Phone) -> None:
    known.texts("wheres narcan").hears("naloxone")
    for words in ("ok", "👍", "Okay.", "k"):
        known.texts(words).hears_nothing()
        known.stage.later(seconds=10)
    known.texts("🙏").hears("You are welcome").hears_nothing()
    assert kinds(known.stage) == []


def test_whoever_begins_with_a_nod_is_told_that_a_machine_is_here(database: Database) -> None:
    stage = Stage(NIGHT, database=database)
    phone = stage.phone("0291").texts("ok").hears("A person will look").hears("This is a machine")
    phone.ignores()
    assert kinds(stage) == ["not_understood"]


def test_back_shows_the_choices_and_a_short_hello_in_syllabics_is_one(known: Phone) -> None:
    known.texts("menu").ignores().texts("2").hears("1 food")
    known.texts("back").hears("1 dates", "5 talk to someone").hears_nothing()
    known.texts("ᐊᐃ").hears("MENU").hears_nothing()
    assert kinds(known.stage) == []
