"""A small line of its own for the simulator's tests: checks signatures, keeps what it was told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask import Flask, request
from flask.typing import ResponseReturnValue
from twilio.request_validator import RequestValidator
from twilio.rest import Client as TwilioClient

from simulator.app import create_app
from simulator.core import Line
from simulator.inprocess import InProcessHttpClient, LineClient
from simulator.network import Network

ACCOUNT = "AC" + "1" * 32
TOKEN = "a" * 32
OWN = "+16135550100"
PAGER = "+16135550110"
ANN = "+16135550101"
BEA = "+16135550102"
STAFF = "+16135550191"
PUBLIC = "https://line.example"
START = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
ASK = (
    '<Response><Gather numDigits="1" action="key" timeout="5"><Say>Urgent item 12.</Say>'
    "<Pause/><Say>Press 1.</Say></Gather><Say>Goodbye.</Say></Response>"
)


@dataclass
class LittleLine:
    """What the line was told, in order, and what it will answer."""

    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    twiml: dict[str, str] = field(default_factory=lambda: {"/voice/page": ASK})

    def app(self) -> Flask:
        app = Flask("little line")
        app.add_url_rule("/<path:_path>", view_func=self._hear, methods=["GET", "POST"])
        return app

    def _hear(self, _path: str) -> ResponseReturnValue:
        url = PUBLIC + request.full_path.rstrip("?")
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(url, request.form, signature):
            self.refused.append(request.path)
            return "", 403
        self.told.append((request.path, {**request.args, **request.form}))
        status = self.statuses.pop(0) if self.statuses else 200
        return self.twiml.get(request.path, "<Response/>"), status

    def fields(self, path: str, name: str) -> list[str]:
        """One field of every request to `path`, in order."""
        return [params[name] for where, params in self.told if where == path]


class Stand:
    """A network, a little line and the real Twilio library, in one thread under one clock."""

    def __init__(self, **settings: object) -> None:
        self.at = START
        self.line = LittleLine()
        account = {"numbers": (OWN, PAGER), "sms_url": f"{PUBLIC}/sms#rc=5&rp=all"}
        account |= settings.pop("account", {})  # type: ignore[arg-type]
        self.network = Network(
            Line(ACCOUNT, TOKEN, **account),  # type: ignore[arg-type]
            lambda: self.at,
            LineClient(self.line.app()),
            seed=7,
            **settings,  # type: ignore[arg-type]
        )
        self.app = create_app(self.network)
        self.twilio = self.library(TOKEN)

    def library(self, token: str) -> TwilioClient:
        """The real Twilio library, signed in with `token`, with a time-out of 10 s."""
        client = TwilioClient(ACCOUNT, token, http_client=InProcessHttpClient(self.app, 10))
        client.api.base_url = "http://127.0.0.1:9"
        return client

    def send(self, body: str, to: str = ANN, **more: object) -> object:
        """The line texts a phone."""
        given = {"from_": OWN, "status_callback": f"{PUBLIC}/status", **more}
        return self.twilio.messages.create(to=to, body=body, **given)

    def ring(self, to: str = STAFF, **more: object) -> object:
        """The line rings a phone."""
        given = {
            "from_": OWN,
            "url": f"{PUBLIC}/voice/page",
            "status_callback": f"{PUBLIC}/voice/status",
            "status_callback_event": ["initiated", "ringing", "answered", "completed"],
            **more,
        }
        return self.twilio.calls.create(to=to, **given)

    def settle(self, seconds: float = 0) -> None:
        """Let `seconds` pass, carrying out on the way whatever falls due."""
        end = self.at + timedelta(seconds=seconds)
        while (due := self.network.next_due()) and due <= end:
            self.at = max(self.at, due)
            self.network.run_due()
        self.at = end

    def bodies(self, number: str = ANN) -> list[str]:
        """The texts a phone has received, in order."""
        return [heard.body for heard in self.network.inbox(number)]
