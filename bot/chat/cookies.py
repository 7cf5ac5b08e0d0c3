"""What the chat page leaves in a browser while a visit lasts: who it is, and that they left."""

from __future__ import annotations

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from bot.chat import visits
from bot.line import Line

PATH = "/t"
COOKIE = "n"
#: The script's own mark that somebody left, for when the line could not be told at once.
LEFT = "o"


def with_cookie(line: Line, answer: AnyResponse, token: str | None) -> AnyResponse:
    """The visit's cookie, which ends with the browser; nothing without a token."""
    if token is not None:
        secure = _is_secure(line)
        answer.set_cookie(COOKIE, token, path=PATH, httponly=True, samesite="Strict", secure=secure)
    return answer


def ended(answer: AnyResponse) -> AnyResponse:
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Strict")
    return answer


def mark(line: Line) -> str:
    """What the script sets when somebody leaves; it goes by itself once the visit is over too."""
    secure = "; secure" if _is_secure(line) else ""
    seconds = int(visits.IDLE.total_seconds())
    return f"{LEFT}=1; path={PATH}; samesite=strict; max-age={seconds}{secure}"


def forget(answer: Response) -> Response:
    """The mark goes with the first answer after it."""
    if LEFT in request.cookies:
        answer.delete_cookie(LEFT, path=PATH, samesite="Strict")
    return answer


def _is_secure(line: Line) -> bool:
    return line.config.public_url.startswith("https://")
