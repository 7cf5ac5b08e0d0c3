"""A hello is answered with the word the client used, and what they can do next."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say
from bot.flows._words import said_back

#: Good morning, afternoon and evening, as written in either script.
SAID_BACK = {
    "ullaakkut": "word.ullaakkut",
    "ᐅᓪᓛᒃᑯᑦ": "word.ullaakkut",
    "unnusakkut": "word.unnusakkut",
    "ᐅᓐᓄᓴᒃᑯᑦ": "word.unnusakkut",
    "unnukkut": "word.unnukkut",
    "ᐅᓐᓄᒃᑯᑦ": "word.unnukkut",
}

flow = Flow(
    "greeting",
    keywords=(
        "hi",
        "hello",
        "hey",
        "good morning",
        "good afternoon",
        "good evening",
        "ai",
        "ainngai",
        "ᐊᐃ",
        "ᐊᐃᓐᖓᐃ",
        "qanuippit",
        "ᖃᓄᐃᑉᐱᑦ",
        *SAID_BACK,
    ),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    word = said_back(turn.words, SAID_BACK)
    yield say("greeting.same", word=word) if word else say("greeting.reply")
