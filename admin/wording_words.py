"""One word of the texts changed once: every text that holds it is offered, none by itself."""

from __future__ import annotations

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from admin.wordings import Row, chosen, keep, rows
from bot import revisions
from bot.line import Line

bp = Blueprint("wording_words", __name__, url_prefix="/texts/word")
#: What may not stand beside a word for it to be one: in Inuktitut ' and & are letters.
_LETTERS = {"iu": r"[\w'&]", "fr": r"\w"}


@bp.get("")
@may(Permission.REVIEW_TEXTS)
def word() -> str:
    """The texts that hold a word, each as it would be."""
    old, new = (" ".join(request.args.get(n, "").lower().split()) for n in ("old", "new"))
    language = chosen()
    found = _with_word(the_line(), old, new, language) if old and new and old != new else []
    return render_template(
        "panel/wording_word.html", old=old, new=new, rows=found, language=language
    )


@bp.post("")
@may(Permission.REVIEW_TEXTS)
def change() -> Response:
    line, language = the_line(), chosen()
    old, new = (" ".join(request.form.get(n, "").lower().split()) for n in ("old", "new"))
    ticked = set(request.form.getlist("text"))
    if not old or not new:
        abort(404)
    offered = [one for one in _with_word(line, old, new, language) if one[0].english.id in ticked]
    with line.database.write() as session:
        for row, body, found in offered:
            if not found:
                keep(session, line, viewer(), row.english.id, body, None, language)
    flash(t("wording.changed", n=sum(not found for _, _, found in offered)))
    return redirect(url_for("panel.wordings.index", state="draft", language=language), 303)


def _with_word(
    line: Line, old: str, new: str, language: str
) -> list[tuple[Row, str, tuple[str, ...]]]:
    letter = _LETTERS[language]
    whole = re.compile(rf"(?<!{letter}){re.escape(old)}(?!{letter})", re.IGNORECASE)

    def instead(match: re.Match[str]) -> str:
        """A word in capitals is a command and stays; one that begins a sentence still does."""
        is_first = match[0][0].isupper()
        if is_first and match[0].isupper() and len(match[0]) > 1:
            return match[0]
        return new[0].upper() + new[1:] if is_first else new

    changed = []
    for row in rows(line, language):
        before = row.own.forms[0] if row.own else ""
        if (after := whole.sub(instead, before)) != before:
            body = revisions.as_kept(after, language)
            found = revisions.problems(
                line.texts, row.english.id, body, approve=False, language=language
            )
            changed.append((row, body, found))
    return changed
