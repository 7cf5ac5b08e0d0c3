"""Says of each label in another language than its page which it is, for screen readers."""

from __future__ import annotations

import re
from datetime import datetime

from flask import Response, g

from admin import show, strings

#: Around such a label while a page is put together: signs that Unicode keeps for a program's own
#: use, so that no text can hold them.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_MARKED = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")
#: A tag, or a part whose words can hold no element: there a label can only stand as it is.
_AS_IT_IS = re.compile(r"<(title|option|textarea|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)


def t(name: str, /, **params: object) -> str:
    """`strings.t` for templates."""
    return _mark(strings.t(name, **params), strings.language_of(name))


def t_or(name: str, otherwise: str) -> str:
    """`strings.t_or` for templates."""
    return t(name) if name in strings.catalogue(strings.ENGLISH).forms else otherwise


def when(instant: datetime | None) -> str:
    """`show.when` for templates: it names the day in the reader's language."""
    return _mark(show.when(instant), strings.locale())


def _mark(words: str, locale: str) -> str:
    language = locale.replace("_", "-")
    if not words or language == strings.page_language():
        return words
    g.label_language = language
    return f"{_BEGIN}{words}{_END}"


def say_languages(answer: Response) -> Response:
    """Puts each marked label of a page into an element with its language."""
    language = g.get("label_language")
    if language is not None and answer.mimetype == "text/html":
        answer.set_data(_said(answer.get_data(as_text=True), language))
    return answer


def _said(page: str, language: str) -> str:
    parts, at = [], 0
    for found in _AS_IT_IS.finditer(page):
        parts += [_spans(page[at : found.start()], language), _MARKED.sub(r"\1", found[0])]
        at = found.end()
    return "".join([*parts, _spans(page[at:], language)])


def _spans(words: str, language: str) -> str:
    return _MARKED.sub(rf'<span lang="{language}">\1</span>', words)
