"""What the thinking about one text costs: triage, language, intent, and writing the answer."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot import intents, keywords
from bot.engine import Text
from bot.language.answers import understand
from bot.language.detect import detect
from bot.texts import LOCALES, Catalogues
from bot.triage import triage
from tests.bench.load import WORDS
from tests.bench.report import Report, table

STORY = (
    "hey so i went to the court thing yesterday and they said i need papers from last year "
    "but i dont know who has them, can someone call me tmrw about it"
)
TEXTS = (*WORDS, STORY)
ROUNDS, QUICK_ROUNDS = 9, 3


def main(report: Report) -> None:
    """Microseconds of one core for one text: the best of several rounds, others being at work."""
    rounds = QUICK_ROUNDS if report.quick else ROUNDS
    catalogues = Catalogues.load()
    fixed = [Text(e.id) for e in catalogues.entries("en") if not e.places and len(e.forms) == 1]
    earlier = WORDS[:8]
    work: dict[str, Callable[[], object]] = {
        "triage": lambda: [triage(text) for text in TEXTS],
        "triage after eight earlier texts": lambda: [triage(text, earlier) for text in TEXTS],
        "language and script": lambda: [detect(text) for text in TEXTS],
        "short answer": lambda: [understand(text) for text in TEXTS],
        "keyword": lambda: [keywords.flow_for(text) for text in TEXTS],
        "intent": lambda: [intents.match(text) for text in TEXTS],
    }
    sizes = dict.fromkeys(work, len(TEXTS))
    for locale in LOCALES:
        name = f"writing a catalogue text, {locale}"
        work[name] = lambda locale=locale: [catalogues.render(text, locale) for text in fixed]
        sizes[name] = len(fixed)
    rows = [(name, f"{_best(job, rounds) / sizes[name] * 1e6:.0f}") for name, job in work.items()]
    table("Processor time for one text", ("", "microseconds"), rows)


def _best(job: Callable[[], object], rounds: int) -> float:
    job()
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(5):
            job()
        taken.append((time.process_time() - begun) / 5)
    return min(taken)
