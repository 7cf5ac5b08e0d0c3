"""A page of phones at which somebody sits, with a small line behind it."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from simulator import strings
from simulator.app import create_app
from simulator.clock import MovableClock
from simulator.core import Line
from simulator.inprocess import LineClient
from simulator.network import Network

from .stand import ACCOUNT, PUBLIC, TOKEN, LittleLine


class Desk:
    """A page at which somebody sits, with the line behind it."""

    def __init__(self) -> None:
        self.clock = MovableClock()
        self.line = LittleLine()
        account = Line(ACCOUNT, TOKEN, sms_url=f"{PUBLIC}/sms", voice_url=f"{PUBLIC}/voice/call")
        post = LineClient(self.line.app())
        self.network = Network(account, self.clock, post, answering="asks")
        for number, name in strings.SAMPLE_PHONES:
            self.network.add_phone(number, name)
        self.browser: FlaskClient = create_app(self.network, self.clock).test_client()

    def page(self) -> str:
        """The page's HTML."""
        return self.browser.get("/simulator/").get_data(as_text=True)

    def state(self) -> dict[str, dict[str, str]]:
        """What the page's script asks for."""
        return self.browser.get("/simulator/api/state").get_json()

    def form(self, what: str, **fields: str) -> TestResponse:
        """A form sent by a browser without scripts."""
        return self.browser.post(f"/simulator/{what}", data=fields)

    def ask(self, what: str, **fields: object) -> TestResponse:
        """A request of a program."""
        return self.browser.post(f"/simulator/{what}", json=fields)
