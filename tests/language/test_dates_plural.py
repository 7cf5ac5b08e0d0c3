"""Days, hours and counts as they are written to a client."""

import gettext
from datetime import date, datetime, timedelta

import pytest
from babel.core import Locale as BabelLocale

from bot.language import GETTEXT_HEADER, MONTHS, WEEKDAYS, count, dual, format_when, transliterate

THURSDAY = datetime(2026, 12, 3, 18, 0)  # noqa: DTZ001 - wall time of the client


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en", "2026-12-03 18:00 (Thu)"),
        ("iu", "2026-12-03 18:00 (ᕿᑎᖅᑰᑦ)"),
        ("iu_Latn", "2026-12-03 18:00 (qitiqquut)"),
    ],
)
def test_digits_come_first(locale: str, written: str) -> None:
    assert format_when(THURSDAY, locale) == written
    assert format_when(THURSDAY, locale, date(2026, 12, 2)) == written


@pytest.mark.parametrize(
    ("locale", "word"), [("en", "today"), ("iu", "ᐅᓪᓗᒥ"), ("iu_Latn", "ullumi")]
)
def test_today_is_said(locale: str, word: str) -> None:
    assert format_when(THURSDAY, locale, date(2026, 12, 3)) == f"2026-12-03 18:00 ({word})"


def test_another_locale_is_refused() -> None:
    with pytest.raises(KeyError):
        format_when(THURSDAY, "ike")


def test_the_two_scripts_of_a_name_are_one_word() -> None:
    for names in (WEEKDAYS, MONTHS):
        assert tuple(transliterate(name, "Latn") for name in names["iu"]) == names["iu_Latn"]


def test_latin_dates_stay_in_the_cheap_alphabet() -> None:
    for place in range(366):
        day = THURSDAY + timedelta(days=place)
        assert count(format_when(day, "en")).encoding == "GSM-7"
        assert count(format_when(day, "iu_Latn")).encoding == "GSM-7"


@pytest.mark.parametrize(
    ("number", "form"), [(0, "other"), (1, "one"), (2, "two"), (3, "other"), (11, "other")]
)
def test_the_dual(number: int, form: str) -> None:
    assert dual(number) == form
    assert BabelLocale.parse("iu").plural_form(number) == form


def test_the_catalogue_header_is_the_rule_of_cldr() -> None:
    assert GETTEXT_HEADER.startswith("nplurals=3; plural=")
    rule = gettext.c2py(GETTEXT_HEADER.split("plural=")[-1].rstrip(";"))
    forms = ("one", "two", "other")
    plural = BabelLocale.parse("iu").plural_form
    assert [forms[rule(n)] for n in range(200)] == [plural(n) for n in range(200)]
