"""Measures how well and how fast the line reads and writes Inuktitut, English and French.

Run: `python -m tests.bench.language_bench`.
"""

import csv
import io
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from babel.messages.catalog import Catalog

from bot.language import count, detect, fold, transliterate, understand
from bot.language.locales import LOCALES
from bot.locales import po
from service import filters
from tests.bench.intervals import wilson

_DATA = Path(__file__).parent.parent / "data" / "language"
_LOCALES = Path(__file__).parent.parent.parent / "bot" / "locales"
_TEXTS, _FILTER_LINES = 20_000, 5_000


def _rows() -> list[dict[str, str]]:
    with (_DATA / "detect.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


#: What was missed; the run ends with a non-zero exit when anything was.
_missed: list[str] = []


def _bar(is_held: bool, title: str) -> None:  # noqa: FBT001 - the verdict comes first
    if not is_held:
        _missed.append(title)


def _share(title: str, texts: list[str], language: str) -> float:
    hits = sum(detect(text).language == language for text in texts)
    low, high = wilson(hits, len(texts))
    print(
        f"  {title:<44} {hits:>4} of {len(texts):<4} {hits / len(texts):.4f} ({low:.4f}-{high:.4f})"
    )
    return hits / len(texts)


def _seconds(work: Callable[[], object]) -> float:
    """The best of three runs, in seconds of this process."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def _each(function: Callable[[str], object], texts: Iterable[str]) -> Callable[[], None]:
    def work() -> None:
        for text in texts:
            function(text)

    return work


def _measure_detection(rows: list[dict[str, str]]) -> None:
    print("detection, share of the labelled set (95 % interval)")
    roman = [r["text"] for r in rows if r["language"] == "iu" and r["script"] == "Latn"]
    english = [r["text"] for r in rows if r["language"] == "en"]
    single = [text for text in english if " " not in text]
    _bar(_share("roman Inuktitut found", roman, "iu") >= 0.995, "roman Inuktitut found")
    one = [text for text in roman if " " not in text]
    _bar(_share("roman Inuktitut found, one word", one, "iu") >= 0.99, "one roman word")
    hasty = [re.sub(r"([^\W\d_])\1", r"\1", text.replace("q", "k")) for text in roman]
    _share("roman Inuktitut found, spelled in haste", hasty, "iu")
    signs = [r["text"] for r in rows if r["script"] == "Cans"]
    _bar(_share("syllabics found", signs, "iu") == 1.0, "syllabics found")
    _bar(_share("English called Inuktitut", english, "iu") <= 0.002, "English called Inuktitut")
    _bar(_share("English called Inuktitut, one word", single, "iu") <= 0.01, "one English word")
    _bar(_share("English called French", english, "fr") <= 0.01, "English called French")
    for language in ("en", "fr", "und"):
        title = f"{language} named right"
        texts = [r["text"] for r in rows if r["language"] == language]
        _bar(_share(title, texts, language) >= 0.98, title)


def _measure_speed(rows: list[dict[str, str]]) -> None:
    draw = random.Random(3)  # noqa: S311 - a fixed draw of test texts
    roman = [r["text"] for r in rows if r["language"] == "iu" and r["script"] == "Latn"]
    english = [r["text"] for r in rows if r["language"] == "en"]
    texts = [
        " ".join(draw.choices(draw.choice((roman, english)), k=draw.randint(1, 6)))
        for _ in range(_TEXTS)
    ]
    print("speed (seconds of this process)")
    for name, function in (
        ("detect", detect),
        ("count", count),
        ("fold", fold),
        ("understand", understand),
    ):
        each = _seconds(_each(function, texts)) / len(texts)
        print(f"  {name:<44} {1e6 * each:>8.1f} microseconds a text")
        _bar(name != "detect" or each < 20e-6, "time to detect")
    page = "\n".join(" ".join(draw.choices(roman, k=8)) for _ in range(2_000))
    signs = transliterate(page, "Cans")
    for title, text, to in (
        ("roman to syllabics", page, "Cans"),
        ("syllabics to roman", signs, "Latn"),
    ):
        took = _seconds(lambda text=text, to=to: transliterate(text, to))
        print(f"  {title:<44} {len(text.encode()) / took / 1e6:>8.1f} MB/s")
        _bar(len(text.encode()) / took >= 1e6, f"speed of {title}")
    lines = [
        json.dumps({"id": place, "text": text}) for place, text in enumerate(texts[:_FILTER_LINES])
    ]
    given = "\n".join(lines)
    for command, options in (
        ("detect", {}),
        ("segments", {}),
        ("transliterate", {"to": "Cans"}),
        ("triage", {}),
    ):
        took = _seconds(
            lambda c=command, o=options: filters.run(c, o, io.StringIO(given), io.StringIO())
        )
        print(f"  filter {command:<37} {len(lines) / took:>8.0f} lines/s")


def _measure_cost() -> None:
    print("cost of the catalogue, a text without its blanks filled; a carrier charges by segment")
    english = po.read(_LOCALES / "en.po", "en")
    for locale in LOCALES:
        catalogue = po.read(_LOCALES / f"{locale}.po", locale)
        parts = [count(text).segments for text in _strings(catalogue) if text]
        if parts:
            one = sum(part == 1 for part in parts) / len(parts)
            mean = sum(parts) / len(parts)
            same = [count(t).segments for t in _strings(english, _ids(catalogue)) if t]
            print(
                f"  {locale:<10} {len(parts):>4} texts, {mean:.2f} segments each, {one:.0%} fit"
                f" one; {sum(parts)} segments, the same texts in English {sum(same)}"
            )


def _ids(catalogue: Catalog) -> set[str]:
    return {po.id_of(message) for message in po.messages(catalogue)}


def _strings(catalogue: Catalog, ids: set[str] | None = None) -> list[str]:
    found: list[str] = []
    for message in catalogue:
        if message.id and (ids is None or po.id_of(message) in ids):
            found += [message.string] if isinstance(message.string, str) else list(message.string)
    return found


def main() -> int:
    """Prints every figure; 1 when a bar was missed, else 0."""
    rows = _rows()
    _measure_detection(rows)
    _measure_speed(rows)
    _measure_cost()
    print("\n".join(f"MISSED: {title}" for title in _missed) or "every bar was held")
    return 1 if _missed else 0


if __name__ == "__main__":
    sys.exit(main())
