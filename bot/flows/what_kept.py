"""What is kept, in general words: nothing of this client's own is ever said."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say

flow = Flow(
    "what_kept",
    keywords=(
        "what do you keep",
        "what do you keep on me",
        "what do you have on me",
        "what do you know about me",
        "my data",
        "privacy",
    ),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("what_kept.reply", days=turn.facts.kept_days)
    if turn.facts.legal_profile == "principles":
        yield say("what_kept.choices")
    else:
        yield say("what_kept.choices_law")
