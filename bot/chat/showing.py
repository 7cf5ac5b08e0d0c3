"""The chat page as it is shown, also when something went wrong: what was written is not gone."""

from __future__ import annotations

import secrets

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot.chat import talk, visits
from bot.chat.cookies import PATH, ended, mark
from bot.chat.reading import Reading, reading
from bot.line import Line
from records.models import ChatVisit

AWAY = "/"
SAY, LEAVE = f"{PATH}/say", f"{PATH}/leave"


def page(
    read: Reading,
    row: ChatVisit | None,
    notice: str = "",
    *,
    phrase: str = "",
    words: str = "",
    nonce: str = "",
    status: int = 200,
) -> Response:
    """The page of this visit, or that of somebody new; `words` stand in the field."""
    shown = render_template(
        "chat/page.html",
        read=read,
        said=talk.shown(read.line, row.id) if row else [],
        is_open=row is not None and row.address_id is not None,
        notice=notice,
        phrase=phrase,
        words=words,
        nonce=nonce or secrets.token_urlsafe(16),
        idle_seconds=int(visits.IDLE.total_seconds()) + 5,
        mark=mark(read.line),
    )
    return make_response(shown, status)


def failed(line: Line, error: HTTPException) -> AnyResponse | HTTPException:
    """What is shown for an error, also one that nobody foresaw; it needs no database.

    Who writes finds 911 and the words again, and sent again they are one text; who leaves has left.
    """
    code = error.code or 500
    if code in (403, 413) or request.path not in (PATH, SAY, LEAVE):
        return error
    read = reading(line, request)
    if request.path == LEAVE:
        return ended(make_response(render_template("chat/away.html", read=read), code))
    words = request.form.get("words", "")
    nonce = "" if code == 400 else request.form.get("nonce", "")
    return page(read, None, "not_sent" if words else "", words=words, nonce=nonce, status=code)
