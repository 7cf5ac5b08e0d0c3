"""Each worker reads the panel in the language they chose; what it lacks stays English."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from admin import strings
from bot.language.transliterate import transliterate
from tests.admin.desk import Desk
from tests.stage import Stage

LANGUAGE = "/admin/account/language"


def test_a_worker_chooses_the_language_on_every_device_of_theirs(stage: Stage) -> None:
    desk, phone = Desk(stage), Desk(stage)
    desk.hire("ann")
    desk.enter("ann")
    stage.later(minutes=1)
    phone.enter("ann")
    assert 'lang="fr">Français' in desk.read("/admin/account")
    desk.send(LANGUAGE, language="fr")
    assert "choose_language" in desk.acts()
    page = phone.read("/admin/account")
    assert '<option value="fr" lang="fr" selected>' in page
    assert strings.catalogue("fr").forms["nav.outcomes"][0] == "Résultats"
    supervisor = Desk(stage).sign_in_as("supervisor")
    assert "Résultats" not in supervisor.read("/admin/account")
    supervisor.send(LANGUAGE, language="fr")
    assert "Résultats" in supervisor.read("/admin/account")
    supervisor.send(LANGUAGE, language="")
    assert "Résultats" not in supervisor.read("/admin/account")


def test_who_chose_nothing_reads_what_the_browser_asks_for(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("supervisor")
    french = {"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}
    assert "Résultats" in desk.open("/admin/account", headers=french).text
    desk.send(LANGUAGE, language="en")
    assert "Résultats" not in desk.open("/admin/account", headers=french).text


@pytest.mark.parametrize("wish", ["de", "../en", "EN", "fr.po", "x" * 400])
def test_a_language_that_there_is_not_is_refused(worker: Desk, wish: str) -> None:
    assert worker.send(LANGUAGE, language=wish).status_code == 400
    assert worker.worker("oncall").panel_locale == ""


def test_a_language_is_a_choice_once_its_catalogue_names_itself() -> None:
    assert list(strings.choices())[0] == "en"
    assert set(strings.choices()) == strings.languages()


def test_the_french_fills_what_the_english_fills_and_counts_as_it_does() -> None:
    english, french = strings.catalogue("en").forms, strings.catalogue("fr").forms
    assert english.keys() - french.keys() == set(), "written in en.po and not in fr.po"
    assert french.keys() - english.keys() == set()
    for name, forms in french.items():
        assert len(forms) == len(english[name]), name
        assert _places(forms) == _places(english[name]), name


def test_the_french_of_the_panel_holds_the_numbers_of_the_english() -> None:
    english, french = strings.catalogue("en").forms, strings.catalogue("fr").forms
    for name, forms in english.items():
        assert _numbers(french[name]) == _numbers(forms), name
        assert not re.search(r"\s[?!;:]|[«»]", " ".join(french[name])), name


def test_the_french_of_the_panel_uses_no_word_that_would_be_misread_here() -> None:
    """Exploitation runs a computer in French, and is what clients are leaving."""
    for name, forms in strings.catalogue("fr").forms.items():
        assert not re.search("exploit", " ".join(forms), re.I), name


def _numbers(forms: tuple[str, ...]) -> list[str]:
    return sorted(re.findall(r"\d+", " ".join(forms)))


def _places(forms: tuple[str, ...]) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", " ".join(forms)))


SHEETS = Path(__file__).parents[2] / "docs" / "for-translators"


@pytest.mark.parametrize(
    ("language", "label", "day"),
    [("iu", "ᐅᓪᓗᖅᓯᐅᑎ", "(ᓇᒡᒐᔾᔭᐅ)"), ("iu_Latn", "ulluqsiuti", "(naggajjau)")],
)
def test_labels_with_a_word_in_print_are_inuktitut_and_the_rest_english(
    worker: Desk, language: str, label: str, day: str
) -> None:
    worker.send(LANGUAGE, language=language)
    page = worker.read("/admin/account")
    assert label in page and day in page and "Conversations" in page
    assert '<html lang="en">' in page
    assert "The Inuktitut is a draft" in page


@pytest.mark.parametrize(("language", "said_as"), [("iu", "iu"), ("iu_Latn", "iu-Latn")])
def test_each_inuktitut_label_in_an_english_page_says_what_language_it_is(
    worker: Desk, language: str, said_as: str
) -> None:
    worker.send(LANGUAGE, language=language)
    forms = strings.catalogue(language).forms
    for path in ("/admin/queue", "/admin/account", worker.thread()):
        page = worker.read(path)
        assert '<html lang="en">' in page and not set(page) & {"\ufdd0", "\ufdd1"}
        assert f'<span lang="{said_as}">{forms["nav.calendar"][0]}</span></a>' in page
        spoken = re.sub(rf'<span lang="{said_as}">[^<]*</span>', "", page.split("<body>")[1])
        words = re.sub(r"<option.*?</option>|<[^>]*>", "", spoken, flags=re.DOTALL)
        for name in ("nav.calendar", "sign_out.button", "account.title", "queue.open"):
            assert forms[name][0] not in words, (path, name)
    page = worker.read("/admin/account")
    assert f"<title>{forms['account.title'][0]} " in page
    assert re.search(rf'<time [^>]*><span lang="{said_as}">2026-11-30', page)


def test_a_page_in_its_own_language_marks_only_what_is_still_english(worker: Desk) -> None:
    assert "<span lang=" not in worker.read("/admin/account")
    worker.send(LANGUAGE, language="fr")
    page = worker.read("/admin/account")
    assert '<html lang="fr">' in page and 'lang="fr"' not in page.split("<body>")[1].replace(
        '<option value="fr" lang="fr"', ""
    )
    missing = strings.catalogue("en").forms.keys() - strings.catalogue("fr").forms.keys()
    for words in re.findall(r'<span lang="en">([^<]*)</span>', page):
        assert any(words in strings.catalogue("en").forms[name] for name in missing), words


def test_each_inuktitut_label_is_a_draft_with_its_source_and_the_syllabics_follow() -> None:
    with (strings.FOLDER / "iu_Latn.po").open("rb") as file:
        roman = [one for one in read_po(file, locale="iu_Latn") if one.id]
    signs, english = strings.catalogue("iu").forms, strings.catalogue("en").forms
    assert {len(one.user_comments) for one in roman} == {1}
    for one in roman:
        name = one.id if isinstance(one.id, str) else one.id[0]
        words = (one.string,) if isinstance(one.string, str) else tuple(one.string)
        reviewed = any(note.startswith("reviewed by") for note in one.user_comments)
        assert name in english and ("draft" in one.flags) != reviewed
        assert signs[name] == tuple(transliterate(form, "Cans") for form in words)
    assert len(signs) == len(roman)


def test_one_minute_two_and_many_have_their_own_form() -> None:
    forms = strings.catalogue("iu_Latn").forms["age.minutes"]
    plural = strings.catalogue("iu_Latn").plural
    assert [forms[plural(n)].split()[0] for n in (1, 2, 3)] == ["atausirmik", "marruungnik", "{n}"]


def test_the_printed_sheet_of_labels_is_up_to_date() -> None:
    """The run rewrites it; it fails when that changed anything, so that the change is kept."""
    spec = importlib.util.spec_from_file_location("panel_sheet", SHEETS / "make_panel_sheet.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    before, now = (SHEETS / "panel.md").read_text(encoding="utf-8"), module.panel_sheet()
    (SHEETS / "panel.md").write_text(now, encoding="utf-8")
    assert before == now
