"""The whole line on a stage: fresh memory, a clock moved by hand, the simulator as carrier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.gateways.twilio import TwilioGateway
from bot.line import Line, LineConfig, SecondCarrier
from records.clock import ManualClock
from records.database import Database
from records.keyring import KEY_BYTES, KeyRing
from records.keystore import INDEX, KeyStore
from records.models import Base
from records.vault import Vault
from scheduler.jobs import next_due_at, run_due
from service import compose
from service.app import create_app
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER
from simulator import network
from simulator.app import create_app as create_carrier
from simulator.core import Line as Account
from simulator.inprocess import InProcessHttpClient, LineClient
from simulator.model import Answer, Heard, Webhook

ZONE = ZoneInfo("America/Toronto")
PUBLIC_URL = "http://line.test"
TOKEN = "rehearsal"  # noqa: S105 - a stage secret, never a real one
ROUNDS = 10_000


class Rehearsal:
    """One thread, no sockets, nothing real: what `converse`, `play` and the tests drive.

    `database` may be a real PostgreSQL database that is empty; by default memory.
    """

    def __init__(
        self, start: datetime, *, database: Database | None = None, config: LineConfig | None = None
    ) -> None:
        self.clock = ManualClock(start)
        account = Account(
            SIMULATOR_ACCOUNT,
            TOKEN,
            _numbers(config),
            sms_url=f"{PUBLIC_URL}/sms#rc=5&rp=all",
            voice_url=f"{PUBLIC_URL}/voice/call",
        )
        if config is not None and config.second is not None:
            account = replace(account, beside=(_second(account, config.second),))
        self._client: LineClient | None = None
        self.network = network.Network(account, self.clock.now, self._post, seed=1)
        self.line = self._line(database, config or stage_config())
        self.app = create_app(self.line)
        self._client = LineClient(self.app)
        self._shown = 0

    def _line(self, database: Database | None, config: LineConfig) -> Line:
        store = Database("sqlite://")
        ring = KeyRing.parse(KeyRing.new_part("stage"))
        keys = KeyStore(store, ring, self.clock.now)
        keys.create_tables()
        # Codes for workers' phones come of this key: the same script says the same each time.
        keys.keep(INDEX, b"stage".ljust(KEY_BYTES, b"."))
        if database is None:
            database = Database("sqlite://")
            Base.metadata.create_all(database.engine)
        http = InProcessHttpClient(create_carrier(self.network))
        gateway = TwilioGateway(config.account_sid, TOKEN, http_client=http, ask_for_file=http.file)
        line = compose.assemble(config, database, Vault(keys), self.clock, gateway)
        if (given := config.second) is not None:
            line.second_gateway = TwilioGateway(
                given.account_sid, given.auth_tokens[0], http_client=http, ask_for_file=http.file
            )
        return line

    def _post(self, webhook: Webhook) -> Answer:
        if self._client is None:
            raise RuntimeError("the stage is not built yet")
        return self._client(webhook)

    def texts(
        self,
        number: str,
        words: str,
        *,
        sid: str | None = None,
        media: int = 0,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> str:
        """A phone texts in; all that is due at this moment then happens. Returns the SID."""
        sent = self.network.phone_sends(number, words, sid=sid, media=media, files=files)
        self.settle()
        return sent

    def settle(self) -> None:
        """Runs everything that is due now, until nothing is."""
        for _ in range(ROUNDS):
            now = self.clock.now()
            self.network.run_due(now)
            run_due(self.line, now)
            if not self._is_due(now):
                return
        raise RuntimeError("the line does not come to rest: something is due for ever")

    def _is_due(self, now: datetime) -> bool:
        return any(at is not None and at <= now for at in self._coming(now))

    def _coming(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        return self.network.next_due(), next_due_at(self.line, now)

    def advance_to(self, instant: datetime) -> None:
        """Moves the clock, stopping wherever something is due on the way."""
        while True:
            now = self.clock.now()
            coming = [at for at in self._coming(now) if at is not None and at <= instant]
            if not coming:
                break
            self.clock.move_to(max(min(coming), now))
            self.settle()
        self.clock.move_to(instant)
        self.settle()

    def heard(self) -> Iterator[Heard]:
        """What phones received, or heard in a call, since the last time this was asked."""
        feed = self.network.feed(self._shown)
        self._shown += len(feed)
        return (item for item in feed if item.kind != "sent")


def _numbers(config: LineConfig | None) -> tuple[str, ...]:
    """The number for clients, and the one for pages when it is another."""
    pages = config.page_from if config is not None else None
    own = SIMULATOR_NUMBER
    return (own,) if pages in (None, own) else (own, pages)


def _second(first: Account, given: SecondCarrier) -> Account:
    """The second account with the same carrier, as the simulator plays it."""
    sid, token, numbers = given.account_sid, given.auth_tokens[0], (given.sender,)
    return replace(first, account=sid, token=token, numbers=numbers)


def stage_config() -> LineConfig:
    """The settings of a rehearsal: simulated, in Ottawa, a sender that is never short."""
    return LineConfig(
        public_url=PUBLIC_URL,
        account_sid=SIMULATOR_ACCOUNT,
        auth_tokens=(TOKEN,),
        sender=SIMULATOR_NUMBER,
        zone=ZONE,
        send_rate=1000.0,
        whatsapp_from=SIMULATOR_NUMBER,
        is_simulated=True,
        machine="stage",
    )
