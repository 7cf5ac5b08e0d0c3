"""First replies of every kind in every language: nothing named that is not there, nothing lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.directory import LINES_FOR, lines_for
from bot.engine import Text, When
from bot.escalation.to_client import HEADINGS
from bot.flows import FLOWS
from bot.language.locales import LOCALES
from tests.flows.talking import RESOURCES, TEXTS, Talk, facts

READ_AT = {"when": When(datetime(2026, 12, 2, 9, 0, tzinfo=UTC))}
#: What may stand last, with a line that may be sent and without one.
NEXT = (
    *(Text(f"urgent.next_{way}") for way in ("worker", "on_call", "nobody_988")),
    *(Text(name, READ_AT) for name in ("urgent.next_at", "reading.at")),
)
WITH_LINES = (*NEXT, Text("urgent.next_nobody"))
#: Words that point at something else in the same text.
POINTS = re.compile(r"\babove\b|\bbelow\b|\bthese\b|ci-dessus|ci-dessous", re.IGNORECASE)
_NUMBER = re.compile(r"(?:\d[\d-]{5,}\d|\b[2-9]11\b|\b988\b)")


def _parts(text: Text, locale: str) -> list[str]:
    return [part.body for part in TEXTS.render(text, locale)]


def _dangles(body: str) -> bool:
    """Does it point at, or announce, what does not follow or stand before it?"""
    lines = body.split("\n")
    announced = any(
        a.endswith(":") and not _NUMBER.search(b)
        for a, b in zip(lines, [*lines[1:], ""], strict=True)
    )
    return announced or POINTS.search(body) is not None


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", sorted(set(LINES_FOR) - HEADINGS))
def test_without_a_line_that_may_be_sent_a_first_reply_points_at_nothing(
    kind: str, locale: str
) -> None:
    for onward in NEXT:
        for body in _parts(Text(f"urgent.{kind}", {"lines": (), "next": onward}), locale):
            assert not _dangles(body), body
            assert "911" in body


@pytest.mark.parametrize("kind", sorted(HEADINGS))
def test_what_is_left_to_the_general_reply_would_point_at_nothing(kind: str) -> None:
    text = Text(f"urgent.{kind}", {"lines": (), "next": NEXT[0]})
    assert all(_dangles(body) for locale in LOCALES for body in _parts(text, locale))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", sorted(LINES_FOR))
def test_a_first_reply_holds_the_same_numbers_in_every_language(kind: str, locale: str) -> None:
    def numbers(reads: str) -> set[str]:
        found = lines_for(kind, RESOURCES, reads, needs_bed=kind in ("stranded", "freezing"))
        text = Text(f"urgent.{kind}", {"lines": found, "next": WITH_LINES[-1]})
        own = (
            [p.body for p in TEXTS.render(text, reads) if p.locale == reads]
            if reads == "fr"
            else _parts(text, reads)
        )
        return set(_NUMBER.findall("\n".join(own)))

    assert numbers("en") <= numbers(locale) and "911" in numbers(locale)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("flow", sorted(FLOWS))
def test_with_an_empty_directory_no_conversation_begins_by_announcing_a_number(
    flow: str, locale: str
) -> None:
    talk = Talk(facts(resources={}), topics=frozenset({"treatment", "naloxone"}), locale=locale)
    for body in "\n--\n".join(talk.start(flow, flow).said).split("\n--\n"):
        assert not re.search(r":(?:\n--|$)", body) and not POINTS.search(body), body
