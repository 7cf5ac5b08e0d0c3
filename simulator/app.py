"""Puts the carrier and the page of phones together into one web application."""

from zoneinfo import ZoneInfo

from flask import Flask
from werkzeug.exceptions import HTTPException

from . import api, carrier, files, phones, senders, wordings
from .clock import MovableClock
from .network import Network

LARGEST_REQUEST = 64 * 1024


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
