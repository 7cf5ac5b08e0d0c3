"""The peer support group: its next dates, and where if the client asks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows._dates import NEEDS, offer

flow = Flow(
    "peer",
    keywords=("peer", "peers", "peer group", "peer support"),
    topic="peer",
    needs=(*NEEDS, "resources"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    is_plain = turn.asked_for("peer")
    yield offer("peer.next" if is_plain else "dates.next", "peer")
