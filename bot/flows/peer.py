"""The peer support group: when it is next, and where if the client asks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say
from bot.flows._dates import next_of, tell_next, tell_place

flow = Flow(
    "peer",
    keywords=("peer", "peers", "peer group", "peer support"),
    topic="peer",
    needs=("occurrences",),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    is_plain = turn.asked_for("peer")
    date = next_of(turn, "peer")
    if date is None:
        yield say("peer.none" if is_plain else "dates.none")
    else:
        yield from tell_next(date, "peer.next" if is_plain else "dates.next")


@flow.step
def place(turn: Turn) -> Iterator[Effect]:
    yield from tell_place(turn)
