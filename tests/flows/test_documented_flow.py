"""The flow that docs/adding-a-flow.md walks through is a flow that works, in some twenty lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.engine import Ask, Flow, Outcome, Say, ToQueue, Turn, advance
from bot.language.answers import understand
from tests.flows.talking import facts

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-flow.md"


@pytest.fixture
def written() -> str:
    """The file as the page shows it."""
    found = re.search(r"## 1\. The file\n\n```python\n(.+?)```", PAGE.read_text("utf-8"), re.S)
    assert found
    return found[1]


@pytest.fixture
def tea(written: str) -> Flow:
    namespace: dict[str, Any] = {"__name__": "bot.flows.tea"}
    exec(compile(written, str(PAGE), "exec"), namespace)
    flow = namespace["flow"]
    assert isinstance(flow, Flow)
    return flow


def say(tea: Flow, words: str, step: str | None = None) -> Outcome:
    turn = Turn(words, understand(words), {}, facts(), frozenset(), "en")
    return advance({"tea": tea}, "tea", step, turn)


def test_it_is_as_short_as_the_page_says(written: str) -> None:
    code = [line for line in written.splitlines() if line and not line.startswith(("from", '"""'))]
    assert len(code) <= 20


def test_it_asks_and_a_yes_in_inuktitut_reaches_a_person(tea: Flow) -> None:
    asked = say(tea, "tea").effects[-1]
    assert isinstance(asked, Ask) and asked.text.id == "tea.coming"
    assert ToQueue("wants_person") in say(tea, "ii", asked.then).effects


def test_a_no_is_taken_kindly_and_what_is_unclear_is_asked_again(tea: Flow) -> None:
    told = say(tea, "2", "coming").effects
    assert [one.text.id for one in told if isinstance(one, Say)] == ["dates.ok"]
    again = say(tea, "maybe the blue one", "coming").effects[-1]
    assert isinstance(again, Ask) and again.then == "coming"
