"""Questionnaires: which questions show, what answers add up to, which help that points to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from bot.language.locales import LOCALES as LOCALES
from bot.program.areas import SERVICES

KINDS = ("choice", "yes_no", "number", "text")
YES_NO = ("yes", "no")
MOST_QUESTIONS, MOST_OPTIONS = 60, 12
LONGEST_TEXT, LONGEST_ANSWER = 300, 2000
_ID = re.compile(r"[a-z][a-z0-9_]{0,23}")

Content = dict[str, Any]
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """`score` is the sum of the weights of what was answered; `band` the highest cut-off at or
    below it; `services` are areas of bot.program.areas.SERVICES that it points to."""

    score: int
    band: str | None
    services: tuple[str, ...]
    is_urgent: bool


def library() -> dict[str, Content]:
    """Forms that may be used as they are, by name; each says why."""
    folder = files(__package__) / "library"
    found = {}
    for path in folder.iterdir():
        if path.name.endswith(".toml"):
            content = tomllib.loads(path.read_text("utf-8"))
            found[str(content["name"])] = content
    return dict(sorted(found.items()))


def blank(title: str) -> Content:
    """A new form without a question."""
    return {"title": {"en": title}, "questions": [], "bands": []}


def problems(content: Content) -> list[str]:
    """Names of what keeps this from being published, each once; empty when it may be."""
    found = []
    questions, ids = content.get("questions", []), set[str]()
    if not content.get("title", {}).get("en"):
        found.append("title")
    if not 0 < len(questions) <= MOST_QUESTIONS:
        found.append("questions")
    for question in questions:
        found += _problems_of(question, ids)
        ids.add(str(question.get("id")))
    bands = content.get("bands", [])
    starts = [band.get("from") for band in bands]
    if starts != sorted(set(starts)) or not all(isinstance(n, int) for n in starts):
        found.append("bands")
    if any(set(band.get("services", ())) - set(SERVICES) for band in bands):
        found.append("services")
    return list(dict.fromkeys(found))


def _problems_of(question: Content, earlier: set[str]) -> list[str]:
    found = []
    name = str(question.get("id", ""))
    if not _ID.fullmatch(name) or name in earlier:
        found.append("id")
    text = question.get("text", {}).get("en", "")
    if not 0 < len(text) <= LONGEST_TEXT:
        found.append("text")
    if question.get("kind") not in KINDS:
        found.append("kind")
    options = question.get("options", [])
    values = [option.get("value") for option in options]
    if question.get("kind") == "choice" and (
        not 1 < len(options) <= MOST_OPTIONS or len(set(values)) != len(values)
    ):
        found.append("options")
    condition = question.get("show_if")
    if condition and condition.get("question") not in earlier:
        found.append("show_if")  # a question hangs on one that stands before it
    return found


def shown(content: Content, answers: Answers) -> list[Content]:
    """The questions that these answers lead to, in order."""
    found: list[Content] = []
    ids = set[str]()
    for question in content["questions"]:
        condition = question.get("show_if")
        if condition:
            asked = condition["question"] in ids
            if not asked or answers.get(condition["question"]) not in condition["is"]:
                continue
        found.append(question)
        ids.add(question["id"])
    return found


def kept(content: Content, given: Mapping[str, str]) -> dict[str, str]:
    """Of what came with the page, the answers that are possible; others are left out."""
    found = {}
    for question in content["questions"]:
        answer = given.get(question["id"], "").strip()[:LONGEST_ANSWER]
        if answer and answer in _possible(question, answer):
            found[question["id"]] = answer
    return found


def _possible(question: Content, answer: str) -> tuple[str, ...]:
    match question["kind"]:
        case "choice":
            return tuple(str(option["value"]) for option in question["options"])
        case "yes_no":
            return YES_NO
        case "number":
            return (answer,) if re.fullmatch(r"\d{1,4}", answer) else ()
        case _:
            return (answer,)


def result(content: Content, answers: Answers) -> Result:
    """What the answers to the questions that show add up to."""
    score = sum(_weight(question, answers) for question in shown(content, answers))
    band: Content = {}
    for one in content.get("bands", []):
        if score >= one["from"]:
            band = one
    return Result(
        score, band.get("name"), tuple(band.get("services", ())), bool(band.get("is_urgent"))
    )


def _weight(question: Content, answers: Answers) -> int:
    answer = answers.get(question["id"])
    if answer is None:
        return 0
    if question["kind"] == "choice":
        return sum(
            int(o.get("weight", 0)) for o in question["options"] if str(o["value"]) == answer
        )
    if question["kind"] == "yes_no":
        return int(question.get("weight", 0)) if answer == "yes" else 0
    return int(answer) * int(question.get("weight", 0)) if question["kind"] == "number" else 0


def open_questions(content: Content, answers: Answers) -> list[str]:
    """Ids of questions that show and have no answer yet; free text may stay empty."""
    return [
        question["id"]
        for question in shown(content, answers)
        if question["kind"] != "text" and question["id"] not in answers
    ]


def words(text: Mapping[str, str], locale: str) -> str:
    """A text in the wished language, English where it has none."""
    return text.get(locale) or text.get("en", "")
