"""Puts the carrier and the page of phones together into one web application."""

import re
from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.exceptions import HTTPException

from . import api, carrier, files, phones, senders, wordings
from .clock import MovableClock
from .network import Network

LARGEST_REQUEST = 64 * 1024
#: A phone number or a date, not so long that it is wider than a phone's screen.
_WHOLE = re.compile(r"((?<![\w-])\+?\d{1,4}(?:-\d{1,4}){1,4}(?![\w-]))")


def create_app(
    network: Network,
    clock: MovableClock | None = None,
    zone: str = "America/Toronto",
) -> Flask:
    """The simulator's web application around `network`.

    Without `clock` the network's time is moved by others, and asking for it here answers 409.
    """
    app = Flask(__name__, static_url_path="/simulator/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.extensions |= {"network": network, "clock": clock, "zone": ZoneInfo(zone)}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_template_filter(pieces)
    app.register_blueprint(carrier.bp)
    app.register_blueprint(files.files)
    app.register_blueprint(senders.bp)
    app.register_blueprint(wordings.bp)
    app.register_blueprint(api.bp)
    app.register_blueprint(phones.bp)
    app.before_request(phones.only_here)
    app.after_request(phones.harden)
    app.register_error_handler(HTTPException, phones.explain)
    return app


def pieces(words: str) -> list[tuple[bool, str]]:
    """The words of a text in order; True for what no line of a screen may break."""
    return [(bool(n % 2), part) for n, part in enumerate(_WHOLE.split(words)) if part]
