"""How many of our texts cost one part, in each language."""

from __future__ import annotations

from collections import Counter

from bot.engine import Text
from bot.language.segments import count
from bot.locales.po import PLACE
from bot.texts import LOCALES, OFF, WITH_ENGLISH, Catalogues
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
    table(
        "Parts an answer costs as it goes out, of texts without places (docs/operating/costs.md)",
        ("a client reads", "all", "parts each", "with Inuktitut", "parts each"),
        _as_sent(catalogues),
    )


def _as_sent(catalogues: Catalogues) -> list[tuple[object, ...]]:
    """Each language with the English beside it, as a draft goes, and alone, once approved."""
    forms = {entry.id: entry.forms for entry in catalogues.entries("en")}
    every = [one for one, said in forms.items() if len(said) == 1 and not PLACE.search(said[0])]
    some = [one for one in every if catalogues.entry(one, "iu_Latn")]
    ways = [("en", OFF)] + [(locale, way) for locale in LOCALES[1:] for way in (WITH_ENGLISH, "")]
    return [
        (f"{locale} {way}", len(every), f"{_mean(catalogues, every, locale, way):.2f}",
         len(some), f"{_mean(catalogues, some, locale, way):.2f}")
        for locale, way in ways
    ]  # fmt: skip


def _mean(catalogues: Catalogues, ids: list[str], locale: str, way: str) -> float:
    return sum(_parts(catalogues, one, locale, way) for one in ids) / len(ids)


def _parts(catalogues: Catalogues, text_id: str, locale: str, way: str) -> int:
    entry = catalogues.entry(text_id, locale)
    if not way and entry is not None:
        return count(entry.forms[0]).segments
    said = catalogues.render(Text(text_id), locale, way or OFF)
    return sum(count(part.body).segments for part in said)
