"""Every text of the line, looked at for what it must and must not hold."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from itertools import chain
from pathlib import Path

import pytest

from bot import texts
from bot.directory import LINES_FOR, lines_for
from bot.engine import Text
from bot.language.segments import count
from bot.locales.po import Entry
from bot.texts import LOCALES
from bot.triage.verdict import KINDS
from tests.flows.talking import RESOURCES, TEXTS, say

LOCALE_FOLDER = Path(texts.__file__).parent / "locales"
DISCREET = tomllib.loads((LOCALE_FOLDER / "discreet.toml").read_text(encoding="utf-8"))
UNLOCKED = frozenset(DISCREET["unlocked"])
ALL = [entry for locale in LOCALES for entry in TEXTS.entries(locale)]
TRANSLATED = [entry for entry in ALL if entry.locale != "en"]
_PLACE = re.compile(r"\{[a-z_]+\}")
_SYLLABIC = re.compile("[\u1400-\u167f\u18b0-\u18ff]")
_ROMAN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
#: Texts that may take two parts: first contact and the longest menus. Urgent ones may too.
TWO_PARTS = frozenset({"harm_reduction.stay"})


def _name(entry: Entry) -> str:
    return f"{entry.locale}:{entry.id}"


def _pattern(words: list[str]) -> re.Pattern[str]:
    parts = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)


def _plain(entry: Entry) -> str:
    return " ".join(_PLACE.sub("", form) for form in entry.forms)


def _numbers(entry: Entry) -> list[str]:
    return sorted(re.findall(r"\d+", " ".join(entry.forms)))


def _words() -> dict[str, tuple[str, ...]]:
    lines = (LOCALE_FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and line[0] != "#"]
    return {row[0]: tuple(row[1:]) for row in rows[1:]}


WORDS = _words()


def test_the_catalogues_have_no_problem() -> None:
    assert TEXTS.problems() == ()


@pytest.mark.parametrize("entry", ALL, ids=_name)
def test_nothing_tells_who_we_are_or_what_it_is_about(entry: Entry) -> None:
    if entry.id in UNLOCKED or entry.id.startswith("page."):
        return
    languages = {"en": ("en",), "fr": ("fr", "en")}.get(entry.locale, ("iu",))
    words = [word for language in languages for word in DISCREET[language]]
    assert _pattern(words).findall(_plain(entry)) == []


@pytest.mark.parametrize("fact", list(chain(*RESOURCES.values())), ids=lambda f: f.slug)
def test_no_service_is_called_by_a_telling_name(fact: object) -> None:
    name = fact.discreet_name
    if "this is police" in name:
        return
    assert _pattern(DISCREET["en"]).findall(name) == []


def test_the_lint_would_find_a_telling_word() -> None:
    pattern = _pattern(DISCREET["en"])
    assert pattern.findall("Your sexual health and Naloxone") == ["sexual", "Naloxone"]
    assert pattern.findall("Essex street, a killjoy? no: skill") == ["killjoy"]


@pytest.mark.parametrize("entry", ALL, ids=_name)
def test_nobody_is_told_to_text_911_or_given_a_carriers_word(entry: Entry) -> None:
    body = " ".join(entry.forms)
    assert not re.search(r"\btext\w*\W+(?:to\W+)?9\W?1\W?1\b", body, re.IGNORECASE)
    assert not re.search(r"\b(END|CANCEL|QUIT|REVOKE|OPTOUT|UNSTOP|YES)\b", body)
    if re.search(r"\bSTOP\b", body) and entry.locale == "en":
        assert re.search(r"STOP (ends all texts|to end texts)", body)


@pytest.mark.parametrize("entry", ALL, ids=_name)
def test_only_cheap_signs_and_composed_letters(entry: Entry) -> None:
    body = " ".join(entry.forms)
    assert "\u202f" not in body and body == unicodedata.normalize("NFC", body)
    if entry.locale == "iu":
        assert not re.search(r"[\u0080-\u024f]", body)
    else:
        assert count(body).encoding == "GSM-7" and not _SYLLABIC.search(body)


@pytest.mark.parametrize("entry", TEXTS.entries("en"), ids=_name)
def test_english_is_short(entry: Entry) -> None:
    own = count(_plain(entry)).units
    is_long = entry.id.startswith("urgent.") or entry.id in TWO_PARTS
    assert own <= (250 if is_long else 150)


def test_french_has_every_text() -> None:
    """Every new text is written in fr.po too, in letters of the cheap alphabet, as a draft."""
    assert TEXTS.ids() - {entry.id for entry in TEXTS.entries("fr")} == set()


@pytest.mark.parametrize("entry", TEXTS.entries("fr"), ids=_name)
def test_french_says_all_that_english_says_and_is_short(entry: Entry) -> None:
    english = TEXTS.entry(entry.id, "en")
    assert english is not None and entry.places == english.places
    assert english.fixed <= entry.fixed
    # A number too many would be as wrong as one that is missing.
    assert _numbers(entry) == _numbers(english)
    is_long = entry.id.startswith("urgent.") or entry.id in TWO_PARTS
    assert count(_plain(entry)).units <= (300 if is_long else 160)


@pytest.mark.parametrize("entry", TEXTS.entries("fr"), ids=_name)
def test_oui_is_1_and_non_is_2(entry: Entry) -> None:
    english = TEXTS.entry(entry.id, "en")
    assert english is not None
    assert ("1 oui 2 non" in entry.forms[0]) == ("1 yes 2 no" in english.forms[0])


def test_the_lint_would_find_a_telling_french_word() -> None:
    pattern = _pattern(DISCREET["fr"])
    assert pattern.findall("Santé sexuelle, Naloxone au refuge")[1:] == ["Naloxone", "refuge"]
    assert pattern.findall("une couture, la pairie, un violon") == []


def test_french_takes_no_client_and_no_worker_for_a_man_or_a_woman() -> None:
    """What is said of the reader or by the writer holds for everybody, without (e)."""
    gendered = re.compile(r"\b(désolée?|prête?|inquiète?|perdue?|blessée?|venue?)\b|\(e\)", re.I)
    for entry in TEXTS.entries("fr"):
        assert not gendered.search(" ".join(entry.forms)), entry.id


@pytest.mark.parametrize("entry", TEXTS.entries("fr"), ids=_name)
def test_french_signs_stand_as_in_canada_and_cost_nothing(entry: Entry) -> None:
    """No space before ? ! ; and none before a colon: an unbreakable one would double the price."""
    assert not re.search(r"\s[?!;:]|[«»\u2019]", " ".join(entry.forms))


@pytest.mark.parametrize("entry", TEXTS.entries("iu"), ids=_name)
def test_syllabics_without_what_fills_them_fit_one_part(entry: Entry) -> None:
    assert count(_plain(entry)).units <= 70


@pytest.mark.parametrize("entry", TEXTS.entries("en"), ids=_name)
def test_yes_is_1_and_no_is_2(entry: Entry) -> None:
    body = " ".join(entry.forms)
    if "yes" in body.lower():
        assert "1 yes 2 no" in body


@pytest.mark.parametrize("entry", TEXTS.entries("en"), ids=_name)
def test_a_text_with_an_emergency_number_is_never_ordinary(entry: Entry) -> None:
    if re.search(r"9[18][18]", " ".join(entry.forms)):
        assert entry.text_class != "ordinary"


def test_the_line_never_says_it_is_a_person_or_that_someone_is_coming() -> None:
    for entry in TEXTS.entries("en"):
        body = " ".join(entry.forms).lower()
        wrong = r"i am a (person|human)|(is|are) (coming|on (the|their|its) way)|will be there"
        assert not re.search(wrong, body)


@pytest.mark.parametrize("entry", TRANSLATED, ids=_name)
def test_every_translated_text_is_a_draft_or_signed(entry: Entry) -> None:
    assert entry.says_draft != (entry.reviewed is not None)


@pytest.mark.parametrize("entry", TEXTS.entries("iu_Latn"), ids=_name)
def test_every_inuktitut_word_was_found_in_print(entry: Entry) -> None:
    for word in _ROMAN_WORD.findall(_plain(entry)):
        assert word in WORDS, word
        gloss, _, source = WORDS[word]
        assert gloss and source and source != "unattested"


def test_the_list_of_words_holds_no_word_that_is_not_used() -> None:
    used = {w for e in TEXTS.entries("iu_Latn") for w in _ROMAN_WORD.findall(_plain(e))}
    assert set(WORDS) == used


@pytest.mark.parametrize("kind", [*KINDS, "generic"])
def test_every_urgent_kind_has_its_first_reply(kind: str) -> None:
    entry = TEXTS.entry(f"urgent.{kind}", "en")
    assert entry is not None and entry.text_class in ("danger", "rights")
    body = entry.forms[0]
    assert re.search(r"\bcall 911\b", body, re.IGNORECASE)
    assert body.endswith("Are you safe right now? 1 yes 2 no")
    french = TEXTS.entry(f"urgent.{kind}", "fr")
    assert french is not None and "ppelez le 911" in french.forms[0]
    assert french.forms[0].endswith("En sécurité en ce moment? 1 oui 2 non")
    assert entry.places == {"lines", "next"} and kind in LINES_FOR


@pytest.mark.parametrize("kind", sorted(LINES_FOR))
@pytest.mark.parametrize("locale", LOCALES)
def test_a_first_reply_with_its_lines_takes_at_most_three_parts(kind: str, locale: str) -> None:
    text = Text(
        f"urgent.{kind}",
        {"lines": lines_for(kind, RESOURCES, locale), "next": Text("urgent.next_on_call")},
    )
    for body in say(text, locale).split("\n--\n"):
        assert count(body).segments <= 3
