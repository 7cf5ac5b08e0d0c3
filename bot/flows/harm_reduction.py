"""Naloxone, supplies, drug checking, or someone to stay on the line; plain only when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine import Ask, Effect, Flow, Say, Turn, ask
from bot.flows import _services
from bot.flows._asking import once_more, picked

TOPIC = "harm_reduction"

flow = Flow(
    "harm_reduction",
    keywords=("narcan", "naloxone", "harm reduction", "needles", "drug checking", "nors"),
    topic=TOPIC,
    needs=("resources",),
)

_DIGITS = ("1", "2", "3", "4")
#: What the client's own words already ask for, so that it is answered at once.
_WANTED = (
    ("1", re.compile(r"nar+[ck]+an|nal+[ao]x|norcan|kits?\b", re.I)),
    (
        "4",
        re.compile(r"\balone|stay(ing)? on|on the (line|phone)|while i (use|smoke)|\bnors\b", re.I),
    ),
    ("3", re.compile(r"check|test", re.I)),
    ("2", re.compile(r"need[el]+s?\b|rigs?\b|pipes?\b|stems?\b|clean|gear|supplies|syring", re.I)),
)
#: Texts by digit: the plain one, and the one for a client who has not named it.
_SAID = {
    "1": ("harm_reduction.naloxone", "harm_reduction.kits"),
    "2": ("harm_reduction.supplies", "harm_reduction.supplies"),
    "3": ("harm_reduction.drug_checking", "harm_reduction.checking"),
    "4": ("harm_reduction.stay", "harm_reduction.stay"),
}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    wanted = next((digit for digit, words in _WANTED if words.search(turn.words)), None)
    if wanted:
        yield from _tell(turn, wanted)
    else:
        yield _question(turn)


@flow.step
def pick(turn: Turn) -> Iterator[Effect]:
    yield _question(turn)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *_DIGITS)
    if digit:
        yield from _tell(turn, digit)
    else:
        yield from once_more(turn, _question(turn))


def _question(turn: Turn) -> Ask:
    plain = turn.asked_for(TOPIC)
    name = "harm_reduction.pick" if plain else "harm_reduction.pick_cover"
    return ask(name, chosen, *_DIGITS)


def _tell(turn: Turn, digit: str) -> Iterator[Effect]:
    plain = turn.asked_for(TOPIC)
    category = "stay_on_line" if digit == "4" else TOPIC
    found = _services.lines(turn, category, plain=plain)
    yield Say(_services.under(found, _SAID[digit][0 if plain else 1]))
