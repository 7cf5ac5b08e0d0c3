"""Coming dates of a kind as digits, what is known of them, and the place only when asked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Goto, Text, Turn, When, ask, say
from bot.facts import OWN, OccurrenceFact, SeatFact
from bot.flows._asking import NO, YES, once_more

#: Among the digits of dates this one asks where they are.
WHERE = "9"
NEEDS = ("occurrences", "seats")


def next_of(turn: Turn, *kinds: str) -> OccurrenceFact | None:
    """The soonest coming date of these kinds, if any is entered."""
    return next(iter(coming(turn, *kinds)), None)


def coming(turn: Turn, *kinds: str) -> list[OccurrenceFact]:
    """The coming dates of these kinds, soonest first."""
    found = [o for kind in kinds for o in turn.facts.occurrences.get(kind, ())]
    return sorted(found, key=lambda o: o.starts_local)


def seat_of(turn: Turn) -> SeatFact | None:
    """The seat that the question was about, while it is theirs."""
    wanted = turn.data.get("appointment")
    return next((s for s in turn.facts.seats.get(OWN, ()) if s.id == wanted), None)


def offer(heading: str, *kinds: str) -> Goto:
    """Shows the next free dates of these kinds as digits; `heading` is the text with {when}."""
    return Goto("book", "times", {"kinds": list(kinds), "heading": heading})


def numbered(dates: list[OccurrenceFact], heading: str, *, named: bool = False) -> list[Text]:
    """The dates as digits under their heading, with what is true of all or of the first.

    `named`: with their names, because the client asked for these very things.
    """
    lines = tuple(_line(n, date, named=named) for n, date in enumerate(dates, 1))
    said = [Text(heading, {"when": lines})]
    for text_id, is_so in (
        ("dates.food", any(d.has_food for d in dates)),
        ("dates.child_care", any(d.has_child_care for d in dates)),
        ("dates.ride", any(d.has_ride for d in dates)),
        ("dates.sample", any(d.is_sample for d in dates)),
        ("dates.walk_in", all(d.is_walk_in for d in dates)),
    ):
        if is_so:
            said.append(Text(text_id))
    return said


def _line(digit: int, date: OccurrenceFact, *, named: bool) -> Text:
    params = {"digit": digit, "when": When(date.starts_local)}
    if named and date.name:
        return Text("book.line_named", {**params, "name": date.name})
    return Text("book.line", params)


def place_lines(date: OccurrenceFact | SeatFact) -> list[Text]:
    """Where one date is; said only to who asked."""
    if not date.place:
        return [Text("dates.no_place")]
    said = [Text("dates.place", {"when": When(date.starts_local), "place": date.place})]
    return [*said, Text("dates.sample")] if date.is_sample else said


def tell_place(turn: Turn) -> Iterator[Effect]:
    """Answers "want the place?" for the seat that the question carried."""
    match turn.choice(YES, NO):
        case "1":
            seat = seat_of(turn)
            lines = place_lines(seat) if seat else [Text("dates.no_place")]
            yield say("lines.joined", lines=tuple(lines))
        case "2":
            yield say("dates.ok")
        case _:
            question = ask("dates.ask_place", "place", YES, NO, data=dict(turn.data))
            yield from once_more(turn, question)
