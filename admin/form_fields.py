"""What the fields of the form builder mean: one question, one condition, one cut-off at a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.program import forms

Content = dict[str, Any]
Given = Mapping[str, str]
#: A weight or where a band begins; no sum of these is too large for any program.
_WHOLE = re.compile(r"-?[0-9]{1,4}")


def changed(content: Content, act: str, given: Given) -> Content | None:
    """The content after one change; None when the fields make no sense."""
    acts = {
        "title": _title,
        "question": _question,
        "remove": _remove,
        "up": _up,
        "band": _band,
        "remove_band": _remove_band,
    }
    return acts[act](content, given) if act in acts else None


def _title(content: Content, given: Given) -> Content | None:
    content["title"] = _texts(given, "title")
    return content if content["title"].get("en") else None


def _texts(given: Given, name: str) -> dict[str, str]:
    found = {lang: given.get(f"{name}_{lang}", "").strip() for lang in forms.LOCALES}
    return {lang: words[: forms.LONGEST_TEXT] for lang, words in found.items() if words}


def _question(content: Content, given: Given) -> Content | None:
    """Adds a question, or puts a new wording in the place of the one with this id."""
    name, weight = given.get("id", "").strip(), given.get("weight", "").strip() or "0"
    if not _WHOLE.fullmatch(weight):
        return None
    question: Content = {"id": name, "kind": given.get("kind"), "text": _texts(given, "text")}
    if question["kind"] == "choice":
        options = options_of(given.get("options", ""))
        if options is None:
            return None
        question["options"] = options
    else:
        question["weight"] = int(weight)
    if given.get("if_question"):
        wanted = [one.strip() for one in given.get("if_is", "").split(",") if one.strip()]
        question["show_if"] = {"question": given["if_question"], "is": wanted}
    at = _index(content, name)
    if at is None:
        content["questions"].append(question)
    else:
        content["questions"][at] = question
    wrong = [p for p in forms.problems(content) if p not in ("title", "bands", "services")]
    return None if wrong else content


def options_of(text: str) -> list[Content] | None:
    """One answer a line: weight, words, and the words in the other languages after bars.

    "2 Several days | ... | ..." None when a line does not begin with a number.
    """
    found = []
    for n, line in enumerate(one for one in text.splitlines() if one.strip()):
        weight, _, words = line.strip().partition(" ")
        if not _WHOLE.fullmatch(weight) or not words.strip():
            return None
        labels = dict(zip(forms.LOCALES, (part.strip() for part in words.split("|")), strict=False))
        labels = {lang: label for lang, label in labels.items() if label}
        found.append({"value": str(n), "weight": int(weight), "label": labels})
    return found


def options_text(question: Content) -> str:
    """The lines that `options_of` reads, for the page."""
    lines = []
    for option in question.get("options", []):
        labels = [option["label"].get(lang, "") for lang in forms.LOCALES]
        lines.append(f"{option['weight']} {' | '.join(labels).rstrip(' |')}")
    return "\n".join(lines)


def _index(content: Content, name: str | None) -> int | None:
    ids = [question["id"] for question in content["questions"]]
    return ids.index(name) if name in ids else None


def _remove(content: Content, given: Given) -> Content | None:
    at = _index(content, given.get("id"))
    if at is None:
        return None
    del content["questions"][at]
    for question in content["questions"]:
        if question.get("show_if", {}).get("question") == given.get("id"):
            del question["show_if"]
    return content


def _up(content: Content, given: Given) -> Content | None:
    at, questions = _index(content, given.get("id")), content["questions"]
    if not at:
        return None
    questions[at - 1], questions[at] = questions[at], questions[at - 1]
    return None if "show_if" in forms.problems(content) else content


def _band(content: Content, given: Given) -> Content | None:
    start, name = given.get("from", "").strip(), given.get("name", "").strip()[:40]
    if not _WHOLE.fullmatch(start) or start.startswith("-") or not name:
        return None
    service = given.get("service", "")
    band = {
        "from": int(start),
        "name": name,
        "services": [service] if service else [],
        "is_urgent": given.get("is_urgent") == "1",
    }
    rest = [one for one in content["bands"] if one["from"] != band["from"]]
    content["bands"] = sorted([*rest, band], key=lambda one: int(one["from"]))
    return None if "services" in forms.problems(content) else content


def _remove_band(content: Content, given: Given) -> Content | None:
    kept = [one for one in content["bands"] if str(one["from"]) != given.get("from")]
    if len(kept) == len(content["bands"]):
        return None
    content["bands"] = kept
    return content
