"""The next date of a kind: when it is, food and ride, and the place only when asked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Text, Turn, When, ask, say
from bot.facts import OccurrenceFact
from bot.flows._asking import NO, YES, once_more


def next_of(turn: Turn, *kinds: str) -> OccurrenceFact | None:
    """The soonest coming date of these kinds, if any is entered."""
    found = [o for kind in kinds for o in turn.facts.occurrences.get(kind, ())]
    return min(found, key=lambda o: o.starts_local, default=None)


def tell_next(date: OccurrenceFact, heading: str) -> Iterator[Effect]:
    """Says when, with what else is known, and asks whether the place is wanted.

    `heading` is the text that holds {when}: plain once the client used the plain name.
    """
    lines = [Text(heading, {"when": When(date.starts_local)})]
    if date.has_food:
        lines.append(Text("dates.food"))
    if date.has_ride:
        lines.append(Text("dates.ride"))
    if date.is_sample:
        lines.append(Text("dates.sample"))
    lines.append(Text("dates.ask_place"))
    yield ask("lines.joined", "place", YES, NO, lines=tuple(lines), data={"kind": date.kind})


def tell_place(turn: Turn) -> Iterator[Effect]:
    """Answers "want the place?" for the kind that the question carried."""
    kind = str(turn.data.get("kind", ""))
    match turn.choice(YES, NO):
        case "1":
            yield from _place(next_of(turn, kind))
        case "2":
            yield say("dates.ok")
        case _:
            question = ask("dates.ask_place", "place", YES, NO, data={"kind": kind})
            yield from once_more(turn, question)


def _place(date: OccurrenceFact | None) -> Iterator[Effect]:
    if date is None or not date.place:
        yield say("dates.no_place")
        return
    lines = [Text("dates.place", {"when": When(date.starts_local), "place": date.place})]
    if date.is_sample:
        lines.append(Text("dates.sample"))
    yield say("lines.joined", lines=tuple(lines))
