"""The web side of the line: the phone company's door, the panel, and signs of life."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import admin
from admin import create as create_panel
from bot import calling_in, voice, webhooks
from bot.chat import door
from bot.line import Line
from service import outside

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_UPLOAD = 1024 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}


def create_app(line: Line, *, simulator_url: str | None = None) -> Flask:
    """A Flask app over one line. `simulator_url` shows the page of phones under /simulator/."""
    app = Flask("alluriarniq", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_UPLOAD)
    if line.config.trusted_proxies:
        # Only the address: signatures are checked over the configured URL, never over headers.
        hops = line.config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)  # type: ignore[method-assign]
    app.register_blueprint(webhooks.create(line))
    app.register_blueprint(voice.create(line))
    app.register_blueprint(calling_in.create(line))
    app.register_blueprint(outside.create(line))
    app.register_blueprint(door.create(line, Path(admin.__file__).parent / "static"))
    create_panel(app, line)
    if simulator_url is not None:
        from service import phones

        app.register_blueprint(phones.create(simulator_url))

    headers = dict(HEADERS)
    if line.config.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    app.wsgi_app = _guarded(app.wsgi_app, headers)  # type: ignore[assignment,method-assign]
    return app


def _guarded(wsgi: WSGIApplication, headers: dict[str, str]) -> WSGIApplication:
    """The same with these headers on every answer that does not set them itself."""

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def begin(status: str, given: list[tuple[str, str]], *more: Any) -> Any:
            said = {name.lower() for name, _ in given}
            added = [(name, value) for name, value in headers.items() if name.lower() not in said]
            return start(status, given + added, *more)

        return wsgi(environ, begin)

    return answer
