"""Who reads these texts, in general words, with no promise of secrecy."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say

flow = Flow(
    "who_reads",
    keywords=(
        "who reads",
        "who reads this",
        "who reads these",
        "who reads my texts",
        "who sees this",
        "who sees my texts",
        "is this private",
        "is this secret",
        "is this confidential",
        "confidential",
    ),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("who_reads.reply")
    yield say("who_reads.limits")
