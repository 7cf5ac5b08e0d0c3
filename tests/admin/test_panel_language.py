"""Each worker reads the panel in the language they chose; what it lacks stays English."""

from __future__ import annotations

import re

import pytest

from admin import strings
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
    assert french.keys() - english.keys() == set()
    for name, forms in french.items():
        assert len(forms) == len(english[name]), name
        assert _places(forms) == _places(english[name]), name


def _places(forms: tuple[str, ...]) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", " ".join(forms)))
