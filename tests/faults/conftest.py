"""A line on a stage, on either database, with a carrier whose every switch can be thrown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.gateways import Accepted, Gateway, Outgoing
from bot.gateways.twilio import TwilioGateway
from records.database import Database
from records.models import Message
from scheduler.jobs import run_due
from service.rehearsal import PUBLIC_URL, TOKEN
from service.settings import SIMULATOR_ACCOUNT
from simulator.app import create_app as create_carrier
from simulator.model import FINAL
from simulator.serve import server
from tests.faults.judge import Verdict, judge
from tests.faults.tcp_proxy import Link
from tests.stage import MONDAY_MORNING, Stage

STAFF = ("+16135550191", "+16135550192", "+16135550193")
SETTLED = timedelta(hours=2)
#: To connect to the carrier and to wait for its answer, in seconds; and once all is well again.
PATIENCE, NO_HURRY = (0.05, 0.2), (60.0, 60.0)
#: A database that does not answer is given up sooner than in real life.
QUICK = "?tcp_user_timeout=1000&keepalives_idle=1&keepalives_interval=1&connect_timeout=1"


@dataclass
class Trouble:
    """A stage whose carrier misbehaves, and what all phones sent on it."""

    stage: Stage
    sids: list[str] = field(default_factory=list)

    def write(self, last_digits: str, words: str) -> str:
        """A phone texts; nothing has happened yet."""
        sid = self.stage.network.phone_sends(f"+1613555{last_digits}", words)
        self.sids.append(sid)
        return sid

    def minutes(self, count: int) -> None:
        """Time passes; a sweep at each minute, as a live ticker would."""
        self.stage.rehearsal.settle()
        for _ in range(count):
            self.stage.later(minutes=1)

    def seconds(self, count: int) -> None:
        """Time passes second by second, as live processes see it: what fails is tried again."""
        rehearsal = self.stage.rehearsal
        for _ in range(count):
            rehearsal.clock.move_to(rehearsal.clock.now() + timedelta(seconds=1))
            rehearsal.network.run_due(rehearsal.clock.now())
            run_due(rehearsal.line, rehearsal.clock.now())

    def heard(self, last_digits: str) -> list[str]:
        """What this phone has received."""
        return [one.body for one in self.stage.network.inbox(f"+1613555{last_digits}")]

    def taken(self, last_digits: str) -> list[str]:
        """What the carrier took for this phone, in order."""
        number = f"+1613555{last_digits}"
        return [one.body for one in self.stage.network.ledger() if one.to_number == number]

    def rows(self, direction: str) -> list[Message]:
        with self.stage.line.database.read() as session:
            found = session.query(Message).filter(Message.direction == direction)
            return found.order_by(Message.id).all()

    def verdict(self) -> Verdict:
        """The three judgements, after the carrier has come to rest."""
        line, network = self.stage.line, self.stage.network
        assert all(m.status in FINAL for m in network.messages if m.direction == "inbound")
        return judge(line.database, self.sids, network.ledger(), STAFF, line.now())

    def post(
        self,
        fields: list[tuple[str, str]] | dict[str, str],
        *,
        token: str = TOKEN,
        signed: bool = True,
        base_url: str = PUBLIC_URL,
    ) -> TestResponse:
        """The carrier's own request, signed over the public address whatever Host it bears."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        # Half a character cannot be signed: both sides read it as a replacement sign.
        many = MultiDict((name, value.encode("utf-8", "replace").decode()) for name, value in pairs)
        headers = {}
        if signed:
            proof = RequestValidator(token).compute_signature(f"{PUBLIC_URL}/sms", many)
            headers["X-Twilio-Signature"] = proof
        with self.stage.rehearsal.app.test_client() as client:
            return client.post(
                "/sms",
                data=urlencode(pairs, errors="replace"),
                content_type="application/x-www-form-urlencoded",
                headers=headers,
                base_url=base_url,
            )


@dataclass
class Meanwhile:
    """A carrier that takes a text; before its sender hears so, something happens."""

    carrier: Gateway
    happens: Callable[[], None]

    def send(self, message: Outgoing) -> Accepted:
        accepted = self.carrier.send(message)
        self.happens()
        return accepted

    def __getattr__(self, name: str) -> Any:
        return getattr(self.carrier, name)


@pytest.fixture
def trouble(database: Database) -> Iterator[Trouble]:
    """A fresh line with the sample dates and the sample rota."""
    yield Trouble(Stage(MONDAY_MORNING, database=database))


@pytest.fixture(scope="session")
def calm() -> dict[str, list[str]]:
    """What the three hear when nothing is wrong."""
    from tests.faults.three import ANNA, BEN, CLEO, three_people_text

    trouble = Trouble(Stage())
    three_people_text(trouble)
    trouble.minutes(3)
    assert trouble.verdict().is_clean
    return {who: trouble.heard(who) for who in (ANNA, BEN, CLEO)}


def reach(trouble: Trouble, link: Link, patience: tuple[float, float]) -> None:
    """From now on the line waits so long for its carrier."""
    address = f"http://127.0.0.1:{link.port}"
    trouble.stage.line.gateway = TwilioGateway(SIMULATOR_ACCOUNT, TOKEN, address, timeouts=patience)


def mend(trouble: Trouble, link: Link) -> None:
    """All is well again, and what a crowded computer is slow at is no trouble."""
    link.heal()
    reach(trouble, link, NO_HURRY)


@pytest.fixture
def carrier_link(trouble: Trouble) -> Iterator[Link]:
    """The same carrier on a socket, behind a link that can fail."""
    web = server(create_carrier(trouble.stage.network), 0)
    thread = threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    with Link(web.port) as link:
        reach(trouble, link, PATIENCE)
        yield link
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def far_database(pg_tables: str, database: Database) -> Iterator[tuple[Link, Database]]:
    """PostgreSQL behind a link that can fail; `database` empties it afterwards."""
    assert not database.is_sqlite
    folder = database.url.query["host"]
    with Link(f"{folder}/.s.PGSQL.{database.url.port or 5432}") as link:
        far = Database(
            f"postgresql://postgres@127.0.0.1:{link.port}/{database.url.database}{QUICK}"
        )
        yield link, far
        far.close()
