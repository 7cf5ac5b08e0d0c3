"""A conversation played in memory: what the client texts, what the flows answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from bot import directory
from bot.engine import Ask, Effect, Outcome, Say, SetLanguage, Text, Turn, advance
from bot.facts import OWN, Facts, OccurrenceFact, ResourceFact, SeatFact
from bot.flows import FLOWS
from bot.language.answers import understand
from bot.texts import Catalogues
from records.models import Base

CHECKED = date(2026, 11, 24)
TEXTS = Catalogues.load()


def resources() -> dict[str, tuple[ResourceFact, ...]]:
    """What the directory would send on a day when its rows are fresh."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        directory.sync(session)
        found = directory.sendable(session, CHECKED)
    engine.dispose()
    return found


RESOURCES = resources()


def occurrence(kind: str = "circle", **more: Any) -> OccurrenceFact:
    """A coming date of a kind: Thursday 3 December 2026, 18:00, at 12 Main St."""
    fact = OccurrenceFact(
        kind=kind,
        name="A date",
        starts_local=datetime(2026, 12, 3, 18, 0, tzinfo=UTC),
        place="12 Main St",
        has_food=False,
        has_ride=False,
        is_sample=False,
        id=31,
    )
    return replace(fact, **more)


def seat(kind: str = "circle", **more: Any) -> SeatFact:
    """A seat of the client's own at the date above."""
    fact = SeatFact(
        id=71,
        occurrence_id=31,
        kind=kind,
        starts_local=datetime(2026, 12, 3, 18, 0, tzinfo=UTC),
        place="12 Main St",
        is_sample=False,
    )
    return replace(fact, **more)


def facts(*dates: OccurrenceFact, own: tuple[SeatFact, ...] = (), **more: Any) -> Facts:
    """Facts with these dates, the client's own seats and the fresh directory."""
    by_kind: dict[str, tuple[OccurrenceFact, ...]] = {}
    for fact in dates:
        by_kind[fact.kind] = (*by_kind.get(fact.kind, ()), fact)
    now = datetime(2026, 12, 1, 20, 0, tzinfo=UTC)
    reads = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    known = {"now_local": now, "reads_next_local": reads, "resources": RESOURCES}
    return Facts(**{**known, "occurrences": by_kind, "seats": {OWN: own}, **more})


@dataclass
class Talk:
    """One client's conversation. State is re-read between texts as it would be stored."""

    facts: Facts = field(default_factory=facts)
    topics: frozenset[str] = frozenset()
    locale: str = "en"
    effects: list[Effect] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    _waiting: str | None = None

    def start(self, flow: str, words: str = "") -> Talk:
        """The client starts a flow with these words; its topic is unlocked as the line does."""
        topic = FLOWS[flow].topic
        if topic and words:
            self.topics |= {topic}
        self._take(advance(FLOWS, flow, None, self._turn(words, {})))
        return self

    def reply(self, words: str) -> Talk:
        """The client answers the question that waits."""
        assert self._waiting, "no question waits"
        state = json.loads(self._waiting)
        self._take(advance(FLOWS, state["flow"], state["step"], self._turn(words, state["data"])))
        return self

    def goes_on(self, flow: str, step: str, **data: Any) -> Talk:
        """What the line says once it has done what was decided, as the line hands it over."""
        self._take(advance(FLOWS, flow, step, self._turn("", data)))
        return self

    @property
    def last(self) -> str:
        """What was said last, in English or the client's language."""
        return self.said[-1]

    @property
    def question(self) -> Ask | None:
        asks = [e for e in self.effects if isinstance(e, Ask)]
        return asks[-1] if asks and self._waiting else None

    def has(self, effect: Effect) -> bool:
        """Did the last turn cause this?"""
        return effect in self.effects

    def _turn(self, words: str, data: Mapping[str, Any]) -> Turn:
        return Turn(words, understand(words), data, self.facts, self.topics, self.locale)

    def _take(self, outcome: Outcome) -> None:
        self.effects, self.said, self._waiting = list(outcome.effects), [], None
        for effect in outcome.effects:
            if isinstance(effect, SetLanguage):
                self.locale = effect.locale
            if isinstance(effect, Say | Ask):
                self.said.append(say(effect.text, self.locale))
            if isinstance(effect, Ask):
                state = {"flow": outcome.flow, "step": effect.then, "data": dict(effect.data)}
                self._waiting = json.dumps(state)


def say(text: Text, locale: str = "en") -> str:
    """The bodies of a text, one after the other."""
    return "\n--\n".join(part.body for part in TEXTS.render(text, locale))
