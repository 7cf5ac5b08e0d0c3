"""A whole conversation in French: each draft with its English, and nothing more than that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from records.database import Database
from records.models import Contact
from service.rehearsal import ZONE
from tests.conversations.check_ins import MONDAY, Asked, at
from tests.stage import Phone

SAFE = "En sécurité en ce moment? 1 oui 2 non"


def _reads(phone: Phone) -> str:
    with phone.stage.line.database.read() as session:
        return session.scalars(select(Contact)).one().language


def _says(phone: Phone, words: str) -> Phone:
    phone.stage.later(seconds=10)
    return phone.texts(words)


@pytest.fixture
def settled(phone: Phone) -> Phone:
    """A client who asked for the circle in French, keeps a place, and said yes to reminders."""
    phone.texts("bonjour, quand est le prochain cercle?")
    phone.hears("Prochain cercle: 1 2026-12-02 18:00 (mer)", "9 dit où", "Next circle: 1")
    phone.hears("This is a machine").hears("Ici une machine", "le 911", "ARRET").hears_nothing()
    _says(phone, "1").hears("votre place est gardée: 2026-12-02 18:00 (mer)", "1 oui 2 non")
    _says(phone, "oui").hears("Endroit:", "Example Street")
    phone.hears("Is it safe to text").hears("sans danger? 1 oui 2 non").hears_nothing()
    # Who writes French is not asked for a language.
    _says(phone, "oui").hears("16 or older").hears("16 ans ou plus? 1 oui 2 non").hears_nothing()
    _says(phone, "ouais").hears("reminder").hears("un rappel avant une date?").hears_nothing()
    _says(phone, "oui").hears("how you are").hears("comment vous allez?").hears_nothing()
    _says(phone, "non").hears("news").hears("des nouvelles").hears_nothing()
    _says(phone, "non").hears("Thank you").hears("Merci.", "MENU").hears_nothing()
    return phone


def test_first_contact_a_place_kept_and_its_reminder_answered(settled: Phone) -> None:
    assert _reads(settled) == "fr"
    settled.stage.at(datetime(2026, 12, 2, 14, 59, tzinfo=ZONE))
    settled.ignores()  # two days before
    settled.stage.at(datetime(2026, 12, 2, 15, 0, tzinfo=ZONE))
    settled.hears("Votre date 2026-12-02 18:00 (mer). 1 oui 2 non 3 un autre jour").hears_nothing()
    settled.texts("1").hears("OK, c'est noté: 2026-12-02 18:00 (mer)").hears_nothing()


@pytest.mark.parametrize(
    ("words", "back"),
    [
        ("AGENDA", "1 je viens, 2 je ne viens pas"),
        ("choix", "Répondez 1 dates, 2 repas"),
        ("santé", "1 soins infirmiers ou médecin"),
        ("abri", "Pour un endroit ce soir"),
        ("naloxone", "Pour de la naloxone gratuite"),
        ("où trouver de la naloxone", "Pour de la naloxone gratuite"),
        ("j'ai faim", "Pour manger"),
        ("j'aurais besoin d'un avocat svp", "aide juridique gratuite"),
        ("qui êtes-vous?", "ligne de rappels automatique"),
        ("merci beaucoup", "De rien"),
    ],
)
def test_words_and_sentences_ask_for_what_they_say(settled: Phone, words: str, back: str) -> None:
    heard = " ".join(_says(settled, words).unread)
    assert back in heard, heard
    settled.ignores()


def test_aide_is_a_call_for_help_and_nobody_else_is_told_more(settled: Phone) -> None:
    _says(settled, "AIDE").hears("In danger now? Call 911")
    settled.hears("En danger maintenant? Appelez le 911", "988", SAFE).hears_nothing()
    settled.stage.phone("0191").hears("Urgent item 11. Reply 11").hears("[call]").hears_nothing()


def test_a_knife_is_an_emergency_and_the_first_reply_is_in_french(phone: Phone) -> None:
    phone.texts("il a un couteau").hears("call 911")
    phone.hears("appelez le 911", "Ligne d'aide: appelez le 1-877-336-2433", SAFE)
    phone.hears_nothing()
    stage = phone.stage
    stage.phone("0191").hears("Urgent item 11").hears("[call]").hears_nothing()
    stage.phone("0192").hears("Urgent item 11").hears_nothing()
    phone.texts("oui").hears("A person still sees this").hears("Une personne le verra aussi")
    phone.hears_nothing()


@pytest.mark.parametrize(
    "words", ["je suis dehors il fait froid", "j'ai froid dehors nulle part ou aller"]
)
def test_who_is_out_in_the_cold_is_told_where_to_ask_for_a_place(phone: Phone, words: str) -> None:
    phone.texts(words).hears("call 311").hears("appelez le 311", SAFE).hears_nothing()
    phone.stage.phone("0191").ignores()


@pytest.mark.parametrize("words", ["im outside its cold", "i am outside and its freezing"])
def test_so_is_who_says_it_in_english(phone: Phone, words: str) -> None:
    phone.texts(words)
    assert "311" in phone.unread[0] and "911" in phone.unread[0]
    for each in phone.stage.phones():
        each.ignores()


@pytest.mark.parametrize("word", ["ARRET", "arrêt", "Arret."])
def test_arret_ends_all_texts(settled: Phone, word: str) -> None:
    _says(settled, word)
    settled.ignores()
    settled.stage.at(datetime(2026, 12, 2, 18, 0, tzinfo=ZONE))
    settled.hears_nothing()


@pytest.mark.parametrize("back", ["anglais", "English"])
def test_the_client_chooses_french_and_keeps_it(phone: Phone, back: str) -> None:
    phone.texts("hello").ignores()
    _says(phone, "language").hears("4 FRANÇAIS").hears_nothing()
    _says(phone, "4").hears("on continue en FRANÇAIS").ignores()
    _says(phone, "where is the food bank today").ignores()
    assert _reads(phone) == "fr"
    _says(phone, back).hears("OK, English.").ignores()
    assert _reads(phone) == "en"


@pytest.fixture
def asked(database: Database) -> Iterator[Asked]:
    """Whoever is left with an unread text fails the test."""
    made = Asked(database)
    yield made
    made.stage.close()


@pytest.mark.parametrize(("words", "mood"), [("ça va bien", "ok"), ("moyen", "so_so"), ("1", "ok")])
def test_a_check_in_is_asked_and_answered_in_french(asked: Asked, words: str, mood: str) -> None:
    asked.client.texts("bonjour, je parle francais").ignores()
    asked.agree()
    asked.stage.at(at(MONDAY, 13))
    asked.client.hears("Comment allez-vous aujourd'hui? 1 bien 2 moyen 3 pas bien").hears_nothing()
    asked.client.texts(words).hears("PARLER en tout temps").hears_nothing()
    assert asked.rows() == [("answered", mood)] and asked.alerts() == []


def test_pas_bien_reaches_a_person(asked: Asked) -> None:
    asked.client.texts("bonjour, je parle francais").ignores()
    asked.agree()
    asked.stage.at(at(MONDAY, 13))
    asked.client.hears("Comment allez-vous").texts("pas bien")
    asked.client.hears("988").hears("988", SAFE).hears_nothing()
    asked.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    assert asked.alerts() == [("urgent", "not_ok")]
