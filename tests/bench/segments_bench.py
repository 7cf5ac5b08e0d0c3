"""How many of our texts cost one part, in each language."""

from __future__ import annotations

from collections import Counter

from bot.language.segments import count
from bot.texts import LOCALES, Catalogues
from tests.bench.report import Report, table


def main(report: Report) -> None:
    """Texts as they stand in the catalogues, places unfilled; no bar, a figure to watch."""
    catalogues = Catalogues.load()
    rows = []
    for locale in LOCALES:
        sizes = [count(form) for e in catalogues.entries(locale) for form in e.forms if form]
        parts = Counter(size.segments for size in sizes)
        gsm = sum(size.encoding == "GSM-7" for size in sizes)
        mean = sum(size.segments for size in sizes) / len(sizes)
        rows.append(
            (locale, len(sizes), f"{gsm / len(sizes):.0%}", f"{parts[1] / len(sizes):.0%}",
             f"{(parts[1] + parts[2]) / len(sizes):.0%}", f"{mean:.2f}")
        )  # fmt: skip
    table(
        "Parts a text costs",
        ("language", "texts", "GSM-7", "fit one part", "fit two", "parts each"),
        rows,
    )
