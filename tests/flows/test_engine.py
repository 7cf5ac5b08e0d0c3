"""The engine alone: one step at a time, the same each time, and never round and round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.engine import LOOP_CAP, Ask, Effect, Flow, FlowError, Goto, Turn, advance, ask, say
from bot.flows import FLOWS
from bot.language.answers import understand
from tests.flows.talking import facts

TURN = Turn("hi", None, {}, facts())


def chain(length: int, *, last: str = "end") -> dict[str, Flow]:
    """A flow of so many steps, each of which leads to the next, and the last to `last`."""
    flow = Flow("chain")

    def leading(name: str, onward: str) -> None:
        def step(turn: Turn) -> Iterator[Effect]:
            yield say("dates.ok")
            yield Goto("chain", onward)

        step.__name__ = name
        flow.step(step)

    for n in range(length):
        leading(f"s{n}", f"s{n + 1}" if n + 1 < length else last)

    @flow.step
    def end(turn: Turn) -> Iterator[Effect]:
        yield say("dates.ok")

    return {"chain": flow}


def test_steps_lead_on_to_one_another_up_to_the_cap() -> None:
    outcome = advance(chain(LOOP_CAP - 1), "chain", None, TURN)
    assert len(outcome.effects) == LOOP_CAP
    with pytest.raises(FlowError, match="circles"):
        advance(chain(LOOP_CAP), "chain", None, TURN)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_flow_that_goes_round_in_circles_is_stopped_and_named(length: int) -> None:
    with pytest.raises(FlowError, match="'chain' goes round in circles at step 's"):
        advance(chain(length, last="s0"), "chain", None, TURN)


@pytest.mark.parametrize(("flow", "step"), [("nowhere", None), ("chain", "nowhere")])
def test_a_flow_or_step_that_is_not_there_is_named(flow: str, step: str | None) -> None:
    with pytest.raises(FlowError, match="nowhere"):
        advance(chain(1), flow, step, TURN)


def test_after_a_question_a_step_says_nothing_more() -> None:
    flow = Flow("asks")

    @flow.step
    def start(turn: Turn) -> Iterator[Effect]:
        yield say("dates.ok")
        yield ask("dates.ask_place", "start", "1", "2", data={"n": 1})
        raise AssertionError("went on behind its own question")

    outcome = advance({"asks": flow}, "asks", None, TURN)
    assert outcome.question == outcome.effects[-1] and len(outcome.effects) == 2
    assert isinstance(outcome.question, Ask) and outcome.question.data == {"n": 1}


def test_an_answer_is_heard_by_the_step_it_was_for_and_by_none_it_leads_to() -> None:
    heard: list[bool] = []
    flow = Flow("two")

    @flow.step
    def first(turn: Turn) -> Iterator[Effect]:
        heard.append(turn.answer is not None)
        yield Goto("two", "second", {"kept": 1})

    @flow.step
    def second(turn: Turn) -> Iterator[Effect]:
        heard.append(turn.answer is not None)
        assert turn.data == {"kept": 1}
        yield say("dates.ok")

    advance({"two": flow}, "two", None, Turn("yes", understand("yes"), {}, facts()))
    assert heard == [True, False]


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_the_same_turn_always_comes_to_the_same(name: str) -> None:
    first = advance(FLOWS, name, None, Turn(name, None, {}, facts()))
    assert first.effects and first == advance(FLOWS, name, None, Turn(name, None, {}, facts()))
