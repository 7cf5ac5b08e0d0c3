"""The list of flows is whole, and every flow can be carried out."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

import bot.flows
from bot.engine import Goto
from bot.facts import Facts
from bot.flows import FLOWS
from bot.intents import french
from bot.keywords import OPT_OUT, flow_for, fold, is_start, opt_out_word
from bot.language.locales import LOCALES
from bot.locales.commands import COMMANDS
from bot.locales.po import Entry
from tests.flows.talking import TEXTS, Talk

FOLDER = Path(bot.flows.__file__).parent
ROOT = FOLDER.parents[1]
FILES = sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_"))
#: Texts that other parts of the line say: not looked for in the flows.
ELSEWHERE = (
    "line.",
    "fallback.",
    "reopen.",
    "urgent.",
    "page.",
    "decoy.",
    "my_words.",
    "code_word.",
    "check_in.",
    "reminder.",
    "cover.",
    "timer.",
    "canned.",
    "notes.",
    "chat.",
    "voice.",
)


def _texts_in(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            family, dot, rest = node.value.partition(".")
            if dot and rest.replace("_", "").isalpha() and family.replace("_", "").isalpha():
                found.add(node.value)
    return found


def _onward(name: str) -> set[str]:
    """The flows that a flow's file hands on to."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    if not any(isinstance(n, ast.Name) and n.id == Goto.__name__ for n in ast.walk(tree)):
        return set()
    words = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    return {w for w in words if isinstance(w, str) and w in FLOWS and w != name}


def test_no_file_is_missing_from_the_list() -> None:
    assert sorted(FLOWS) == FILES


def test_every_text_a_flow_names_is_in_the_catalogue_and_none_is_left_over() -> None:
    used = set().union(*(_texts_in(p) for p in FOLDER.glob("*.py")))
    families = {text_id.split(".")[0] for text_id in TEXTS.ids()}
    named = {text_id for text_id in used if text_id.split(".")[0] in families}
    assert named - TEXTS.ids() == set()
    elsewhere = (*ELSEWHERE, "alarm.")  # an alarm's text is named by its cause
    left_over = {i for i in TEXTS.ids() - named if not i.startswith(elsewhere)}
    assert left_over == set()


def test_every_text_that_the_rest_of_the_line_names_is_there() -> None:
    rooms = (path for room in ("bot", "scheduler") for path in (ROOT / room).rglob("*.py"))
    used = set().union(*(_texts_in(path) for path in rooms))
    assert {i for i in used if i.startswith(ELSEWHERE[1:])} - TEXTS.ids() == set()


@pytest.mark.parametrize("name", FILES)
def test_a_flow_asks_only_for_facts_there_are(name: str) -> None:
    assert set(FLOWS[name].needs) <= {f.name for f in fields(Facts)}


@pytest.mark.parametrize("name", FILES)
def test_a_flow_that_hands_on_has_the_facts_the_next_one_needs(name: str) -> None:
    for onward in _onward(name):
        assert set(FLOWS[onward].needs) <= set(FLOWS[name].needs), onward


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_flow_says_something_at_once_in_every_language(name: str, locale: str) -> None:
    talk = Talk(locale=locale).start(name, name)
    assert talk.said and all(body.strip() for body in talk.said)


def test_a_keyword_starts_one_flow_only() -> None:
    words = Counter(fold(w) for flow in FLOWS.values() for w in set(flow.keywords))
    assert [word for word, times in words.items() if times > 1] == []


def test_no_keyword_of_ours_is_a_word_of_the_phone_company_or_an_answer() -> None:
    reserved = OPT_OUT | {"help", "info", "aide", "unstop", "yes", "no", "sos", "asu", "taima"}
    ours = {fold(w) for flow in FLOWS.values() for w in flow.keywords} | set(french.words())
    assert ours & reserved == set()
    assert not any(word.isdigit() for word in ours)


def test_a_french_word_names_a_flow_and_no_other_than_an_english_one_does() -> None:
    english = {fold(w): name for name, flow in FLOWS.items() for w in flow.keywords}
    for word, name in french.words().items():
        assert name in FLOWS and english.get(word, name) == name, word


@pytest.mark.parametrize("word", sorted(COMMANDS["fr"]))
def test_a_french_command_does_what_the_english_one_does(word: str) -> None:
    """In every text that names it, with what stands beside it there (MES HEURES, EFFACER TOUT)."""
    english = COMMANDS["fr"][word]
    pairs = {
        (_phrase(entry, word), _phrase(TEXTS.entry(entry.id, "en"), english))
        for entry in TEXTS.entries("fr")
        if re.search(rf"\b{word}\b", entry.forms[0])
    }
    assert pairs
    for own, other in pairs:
        if english == "STOP":
            assert opt_out_word(own) and opt_out_word(other)
        elif english != "MORE":  # the client's own timer reads it, see test_timer
            assert flow_for(own) == flow_for(other) is not None, own


def _phrase(entry: Entry | None, word: str) -> str:
    """The capitals around a command word."""
    assert entry is not None
    found = re.search(rf"(?:\b[A-Z]+ )?\b{word}\b(?:[ -][A-Z]+\b)?", entry.forms[0])
    assert found is not None, entry.id
    return found[0]


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "«stop»", "STOP!!", "arrêt", "ARRET", "Nuqqarli", "ᓄᖅᑲᕐᓕ"]
    + ["STOPALL", "Unsubscribe", "CANCEL", "End", "QUIT", "REVOKE", "OptOut", "opt-out", "REMOVE"],
)
def test_a_whole_message_opts_out(text: str) -> None:
    assert opt_out_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "stop him he's outside",
        "stop it",
        "stop 😭",
        "asu",
        "taima",
        "quit my job",
        "the end",
        "",
        "?",
    ],
)
def test_a_sentence_never_opts_out(text: str) -> None:
    assert opt_out_word(text) is None


@pytest.mark.parametrize("text", ["START", " start ", "Start."])
def test_start_is_start(text: str) -> None:
    assert is_start(text)


@pytest.mark.parametrize("text", ["YES", "UNSTOP", "start again", "restart", "pigiarli"])
def test_nothing_else_is_start(text: str) -> None:
    assert not is_start(text)


def test_every_text_that_the_chat_page_names_is_there_and_none_is_left_over() -> None:
    room = ROOT / "bot" / "chat"
    pages = "".join(page.read_text(encoding="utf-8") for page in room.rglob("*.html"))
    named = set(re.findall(r"\b(?:words|in_each|both)\((?:read, )?['\"](\w+)['\"]", pages))
    named |= {"kept", "short", "wrong", "slow"}  # what is said after an act
    named |= {"answer", "language"}  # whose words those are, and the page's other language
    assert {f"chat.{name}" for name in named} == {i for i in TEXTS.ids() if i.startswith("chat.")}
