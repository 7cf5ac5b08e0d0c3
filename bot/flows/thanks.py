"""A thank-you is answered shortly, in Inuktitut with the word the client used."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say
from bot.flows._words import said_back

SAID_BACK = {
    "qujannamiik": "word.qujannamiik",
    "ᖁᔭᓐᓇᒦᒃ": "word.qujannamiik",
    "nakurmiik": "word.nakurmiik",
    "ᓇᑯᕐᒦᒃ": "word.nakurmiik",
    "nakummek": "word.nakummek",
    "ma'na": "word.mana",
    "quana": "word.quana",
    "qujanainni": "word.qujanainni",
    "qujanaqqutit": "word.qujanaqqutit",
}

flow = Flow("thanks", keywords=("thanks", "thank you", "thx", "ty", "thank u", "🙏", *SAID_BACK))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    word = said_back(turn.words, SAID_BACK)
    yield say("thanks.same", word=word) if word else say("thanks.reply")
