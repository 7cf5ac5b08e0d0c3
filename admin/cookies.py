"""What a worker's browser carries: a sign-in token, and a mark that it signed in before."""

from __future__ import annotations

import hmac
import secrets

from flask import request
from werkzeug.wrappers import Response

from admin.sessions import ABSOLUTE
from bot.line import Line

KNOWN_SECONDS = 90 * 24 * 3600


def is_https(line: Line) -> bool:
    """Is the panel reached by https? Then cookies never travel without it."""
    return line.config.public_url.startswith("https://")


def cookie_name(line: Line, name: str) -> str:
    """With the prefix that makes browsers refuse such a cookie from anywhere else."""
    return f"__Host-{name}" if is_https(line) else name


def _set(line: Line, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(line, name),
        value,
        max_age=seconds,
        path="/",
        secure=is_https(line),
        httponly=True,
        samesite="Lax",
    )


def token_given(line: Line) -> str | None:
    """The sign-in token that came with this request."""
    return request.cookies.get(cookie_name(line, "panel"))


def give_token(line: Line, response: Response, token: str) -> None:
    _set(line, response, "panel", token, int(ABSOLUTE.total_seconds()))


def take_token(line: Line, response: Response) -> None:
    _set(line, response, "panel", "", 0)


def remember_browser(line: Line, response: Response, login: str) -> None:
    """Marks this browser as one that signed in to this account; proves nothing else."""
    nonce = secrets.token_urlsafe(12)
    mark = f"{nonce}.{_signature(line, login, nonce)}"
    _set(line, response, "known", mark, KNOWN_SECONDS)


def known_browser(line: Line, login: str) -> str | None:
    """The mark's random part when this browser signed in to this account before."""
    given = request.cookies.get(cookie_name(line, "known"), "")
    nonce, _, signature = given.partition(".")
    right = hmac.compare_digest(_signature(line, login, nonce).encode(), signature.encode())
    return nonce if right else None


def _signature(line: Line, login: str, nonce: str) -> str:
    return line.vault.index("browser", f"{login.casefold()}\x00{nonce}")
