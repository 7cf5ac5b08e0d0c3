"""The conversation itself: a step sees what was said and answers with what should happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.acts import AskErasure as AskErasure
from bot.acts import Book as Book
from bot.acts import Coming as Coming
from bot.acts import EndCheck as EndCheck
from bot.acts import FileReport as FileReport
from bot.acts import GiveConsent as GiveConsent
from bot.acts import GiveUp as GiveUp
from bot.acts import KeepExperience as KeepExperience
from bot.acts import KeepScore as KeepScore
from bot.acts import LeaveList as LeaveList
from bot.acts import NotOver as NotOver
from bot.acts import NotTheirs as NotTheirs
from bot.acts import Pause as Pause
from bot.acts import Seats as Seats
from bot.acts import SetCheckIns as SetCheckIns
from bot.acts import SetContact as SetContact
from bot.acts import SetHours as SetHours
from bot.acts import SetLanguage as SetLanguage
from bot.acts import SetWord as SetWord
from bot.acts import UndoErasure as UndoErasure
from bot.acts import UnlockPlan as UnlockPlan
from bot.acts import Wait as Wait
from bot.acts import WrongCode as WrongCode
from bot.facts import Facts
from bot.language.answers import Answer, AnswerKind

#: A step may hand on to another at most so often in one turn; then a person is told.
LOOP_CAP = 8


class FlowError(Exception):
    """A flow names a step that does not exist, or goes round in circles."""


@dataclass(frozen=True)
class Text:
    """A catalogue text and what fills its places: numbers, `When`, `Text`, or tuples of these."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class When:
    """A local wall time, written in the reader's language, digits first."""

    local: datetime


@dataclass(frozen=True)
class Say:
    """Tell the client something."""

    text: Text


@dataclass(frozen=True)
class Ask:
    """Ask, and wait at step `then`. `choices` are the digits that answer; empty for free words."""

    text: Text
    then: str
    choices: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    expires: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Goto:
    """Go on in another flow's first step, or in `step` of it."""

    flow: str
    step: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToQueue:
    """Put this turn in front of a person. Kinds as in QueueItem; level routine or urgent. `at`:
    the local time for which something is wanted."""

    kind: str
    level: str = "routine"
    at: datetime | None = None


@dataclass(frozen=True)
class HandOff:
    """A person takes over: the bot falls silent until they hand back."""


Rights = AskErasure | UndoErasure | FileReport | NotOver
Programmed = KeepScore | EndCheck | UnlockPlan | KeepExperience
Words = SetWord | WrongCode | NotTheirs
Kept = SetLanguage | SetContact | SetHours | Words | SetCheckIns | GiveConsent
Effect = Say | Ask | Goto | ToQueue | HandOff | Pause | Kept | Programmed | Rights | Seats


@dataclass(frozen=True)
class Turn:
    """What a step sees: the client's words, what they amount to, and the facts it asked for.

    `answer` is the short answer the words stand for, if any. `data` is what the question
    carried. `topics` are the plain subjects the client has named in this conversation:
    only those may be called by their plain names.
    """

    words: str
    answer: Answer | None
    data: Mapping[str, Any]
    facts: Facts
    topics: frozenset[str] = frozenset()
    locale: str = "en"

    def choice(self, *digits: str) -> str | None:
        """The digit that was answered, if it is one of `digits`; yes is 1 and no is 2."""
        if self.answer is None:
            return None
        spoken = {AnswerKind.YES: "1", AnswerKind.NO: "2"}.get(self.answer.kind)
        digit = self.answer.digit or spoken
        return digit if digit in digits else None

    def asked_for(self, topic: str) -> bool:
        """Has the client named this subject in this conversation?"""
        return topic in self.topics


Step = Callable[[Turn], Iterator[Effect]]


class Flow:
    """A conversation on one subject: named steps, and the words that start it.

    `keywords` are whole messages (folded) that start it; `topic` is the plain subject it
    unlocks; `needs` names the facts its steps read (see bot.facts). `asks_code`: "doubt" when
    it says things of this client's own, so that the code word comes first while somebody else
    may have the phone; "always" when the code word must have come just now.
    """

    def __init__(
        self,
        name: str,
        *,
        keywords: tuple[str, ...] = (),
        topic: str | None = None,
        needs: tuple[str, ...] = (),
        asks_code: str = "",
    ) -> None:
        self.name = name
        self.keywords = keywords
        self.topic = topic
        self.needs = needs
        self.asks_code = asks_code
        self.steps: dict[str, Step] = {}
        self.first: str | None = None

    def step(self, function: Step) -> Step:
        """Registers a step under its function's name; the first one starts the flow."""
        name = function.__name__
        self.steps[name] = function
        self.first = self.first or name
        return function


@dataclass(frozen=True)
class Outcome:
    """What one turn came to: effects in order, of which at most the last `Ask` waits."""

    flow: str
    effects: tuple[Effect, ...]

    @property
    def question(self) -> Ask | None:
        asks = [e for e in self.effects if isinstance(e, Ask)]
        return asks[-1] if asks else None


def advance(flows: Mapping[str, Flow], flow: str, step: str | None, turn: Turn) -> Outcome:
    """Runs one step (None: the first), following `Goto` to its end.

    Pure: same flows, step and turn give the same outcome. Raises FlowError for an unknown
    flow or step and when more than LOOP_CAP steps follow one another.
    """
    effects: list[Effect] = []
    for _ in range(LOOP_CAP):
        onward = None
        for effect in _step(flows, flow, step)(turn):
            if isinstance(effect, Goto):
                onward = effect
                break
            effects.append(effect)
            if isinstance(effect, Ask):
                break
        if onward is None:
            return Outcome(flow, tuple(effects))
        flow, step = onward.flow, onward.step
        turn = Turn(turn.words, None, onward.data, turn.facts, turn.topics, turn.locale)
    raise FlowError(f"flow '{flow}' goes round in circles at step '{step}'")


def _step(flows: Mapping[str, Flow], flow: str, step: str | None) -> Step:
    found = flows.get(flow)
    name = (step or found.first) if found else None
    if found is None or name is None or name not in found.steps:
        raise FlowError(f"there is no step '{step}' in flow '{flow}'")
    return found.steps[name]


def say(text_id: str, **params: Any) -> Say:
    """Short form for flows: `yield say("circle.none_entered")`."""
    return Say(Text(text_id, params))


def ask(text_id: str, then: Step | str, *choices: str, **params: Any) -> Ask:
    """Short form: `yield ask("menu.pick", picked, "1", "2")`; `data=` is kept for the step."""
    data = params.pop("data", {})
    name = then if isinstance(then, str) else then.__name__
    return Ask(Text(text_id, params), name, choices, data)
