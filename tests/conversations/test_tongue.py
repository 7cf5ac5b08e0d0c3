"""The language follows the client, and stays when a text leaves it in doubt."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from records.database import Database
from records.models import Contact
from tests.stage import Phone, Stage


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database=database)


def _reads(phone: Phone) -> tuple[str, str]:
    phone.ignores()
    with phone.stage.line.database.read() as session:
        row = session.scalars(select(Contact)).one()
        return row.language, row.script


def _says(phone: Phone, *texts: str) -> tuple[str, str]:
    for text in texts:
        phone.texts(text).ignores()
        phone.stage.later(minutes=5)
    return _reads(phone)


@pytest.mark.parametrize(
    ("texts", "reads"),
    [
        (("qujannamiik",), ("iu", "Latn")),
        (("ᖁᔭᓐᓇᒦᒃ",), ("iu", "Cans")),
        (("when is the next circle",), ("en", "Latn")),
        # What people say in a language that they do not read changes nothing.
        (("when is the next circle", "qujannamiik"), ("en", "Latn")),
        (("when is the next circle", "ii"), ("en", "Latn")),
        (("when is the next circle", "anaana"), ("en", "Latn")),
        # One word of one's own does, and so do syllabics, even a thank-you.
        (("when is the next circle", "niqitaqaqpit"), ("iu", "Latn")),
        (("when is the next circle", "ᖁᔭᓐᓇᒦᒃ"), ("iu", "Cans")),
        (("when is the next circle", "tomorrowauppa morningraalukkut"), ("iu", "Latn")),
        # Two English words in Inuktitut are mixed speech, a sentence is not.
        (("qujannamiik", "ok thanks"), ("iu", "Latn")),
        (("qujannamiik", "ii"), ("iu", "Latn")),
        (("qujannamiik", "where is the food bank today"), ("en", "Latn")),
        # The script follows within the language.
        (("ᖁᔭᓐᓇᒦᒃ", "niqimik"), ("iu", "Latn")),
        (("niqimik", "613 555 0199"), ("iu", "Latn")),
        # French likewise: a courtesy moves nothing, a sentence does.
        (("bonjour",), ("fr", "Latn")),
        (("when is the next circle", "merci"), ("en", "Latn")),
        (("when is the next circle", "merci beaucoup"), ("en", "Latn")),
        (("when is the next circle", "avez-vous de quoi manger ce soir"), ("fr", "Latn")),
        (("j'ai besoin d'un avocat", "ok thanks"), ("fr", "Latn")),
        (("j'ai besoin d'un avocat", "where is the food bank today"), ("en", "Latn")),
        (("j'ai besoin d'un avocat", "ᖁᔭᓐᓇᒦᒃ"), ("iu", "Cans")),
    ],
)
def test_the_language_follows_what_is_sure(
    stage: Stage, texts: tuple[str, ...], reads: tuple[str, str]
) -> None:
    assert _says(stage.phone(), *texts) == reads


def test_who_chose_is_never_moved_by_what_they_write(stage: Stage) -> None:
    phone = stage.phone()
    assert _says(phone, "language", "3", "where is the food bank today") == ("iu", "Cans")
    assert _says(phone, "language", "1", "niqitaqaqpit ullumi") == ("en", "Latn")


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("qujanamik", "qujannamiik"),
        ("Kujannamiik", "qujannamiik"),
        ("nakurmik", "nakurmiik"),
        ("nakummek!", "nakummek"),
        ("ma’na", "ma'na"),
        ("ᓇᑯᕐᒦᒃ", "ᓇᑯᕐᒦᒃ"),
        ("ullakkut", "ullaakkut"),
    ],
)
def test_thanks_and_hello_are_said_back_by_the_clients_own_word(
    stage: Stage, said: str, back: str
) -> None:
    stage.phone().texts(said).hears(back).ignores()
