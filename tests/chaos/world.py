"""A whole line with everything around it: database, phone company, processes and their guards."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from types import TracebackType

from sqlalchemy.engine import make_url

from bot.line import Line
from records import migrate
from records.database import Database
from records.keyring import KeyRing
from service import compose, seed
from service.settings import Settings
from tests.chaos.balancer import Balancer
from tests.chaos.guard import Guard
from tests.chaos.network import READY_SECONDS, PhoneCompany
from tests.chaos.process import moved_clock
from tests.chaos.store import STORES, Disk, Postgres, Sqlite
from tests.faults.tcp_proxy import Link
from tests.ports import free_ports

ACCOUNT, TOKEN, NUMBER = "AC" + "1" * 32, "chaos-token", "+16135550100"
LOOK_SECONDS = 0.1


class World:
    """Use as a context: `kind` is sqlite, postgresql, or pgbouncer (which stands before
    PostgreSQL); everything is gone afterwards.

    With `is_linked` the processes reach PostgreSQL through `link`, which can fail.
    """

    link: Link

    def __init__(
        self,
        kind: str,
        sabotage: str = "",
        patience_seconds: float = 1.5,
        *,
        is_linked: bool = False,
    ) -> None:
        self.kind, self._is_linked = kind, is_linked
        door, self._carrier_port, *own = free_ports(4)
        self._door, self._own = f"http://127.0.0.1:{door}", own
        self._stack = contextlib.ExitStack()
        self._stopped = threading.Event()
        self.disk = Disk()
        self._stack.callback(self.disk.close)
        self.store: Sqlite | Postgres
        self.guards: list[Guard] = []
        self._door_port = door
        self._own_ways = {
            "CHAOS_SABOTAGE": sabotage,
            "CHAOS_PATIENCE": str(patience_seconds),
        }

    def __enter__(self) -> World:
        try:
            self._build()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _build(self) -> None:
        folder = self.disk.folder
        self.store = STORES[self.kind](folder)
        self._stack.callback(self.store.stop)
        self.company = PhoneCompany(
            self._carrier_port, self._door, ACCOUNT, TOKEN, folder / "clock"
        )
        self._stack.callback(self.company.stop)
        settings = self._settings()
        database = Database(self.store.url)
        migrate.upgrade(database)
        database.close()
        given = Settings.model_validate(settings)
        self.line: Line = compose.build(given, moved_clock(folder / "clock"))
        self._stack.callback(self.line.database.close)
        self._stack.callback(self.line.vault.keys.database.close)
        seed.seed(self.line)
        if self._is_linked:
            settings |= self._linked()
        environment = {name.upper(): value for name, value in settings.items()}
        environment |= {"PATH": os.environ.get("PATH", ""), "CHAOS_CLOCK": str(folder / "clock")}
        self._start(environment | self._own_ways)

    def _settings(self) -> dict[str, str]:
        return {
            "database_url": self.store.url,
            "key_store_url": self.store.keys_url,
            "public_url": self._door,
            "port": str(self._door_port),
            "sealing_keys": KeyRing.new_part("chaos"),
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "twilio_from": NUMBER,
            "twilio_api_url": self.company.url,
            "send_rate": "200",
        }

    def _linked(self) -> dict[str, str]:
        url = make_url(self.store.url)
        self.link = self._stack.enter_context(Link(f"{url.query['host']}/.s.PGSQL.5432"))
        far = f"postgresql://postgres@127.0.0.1:{self.link.port}"
        return {"database_url": f"{far}/line", "key_store_url": f"{far}/keys"}

    def _start(self, environment: dict[str, str]) -> None:
        commands = {"run": ["run", "--port", str(self._door_port)]}
        ports = {"run": self._door_port}
        if self.kind != "sqlite":
            commands = {
                f"web{n}": ["web", "--bind", f"127.0.0.1:{port}"]
                for n, port in enumerate(self._own)
            }
            ports = {f"web{n}": port for n, port in enumerate(self._own)}
            commands |= {f"scheduler{n}": ["scheduler"] for n in range(2)}
            balancer = Balancer(self._door_port, self._own)
            balancer.start()
            self._stack.callback(balancer.stop)
        for name, command in commands.items():
            url = f"http://127.0.0.1:{ports[name]}/healthz" if name in ports else None
            self.guards.append(Guard(name, command, environment, self.disk.folder, url))
            self._stack.callback(self.guards[-1].stop)
        looker = threading.Thread(target=self._look, daemon=True)
        looker.start()
        self._stack.callback(looker.join, 10)
        self._stack.callback(self._stopped.set)
        self.until_ready()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            for guard in self.guards:
                guard.look()

    def until_ready(self) -> None:
        """Waits until the door opens. Raises OSError when it does not."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(self._address(), 1):
                if all(guard.has_worker for guard in self.guards):
                    return
            time.sleep(0.1)
        raise OSError(f"the line does not start: see {self.disk.folder}")

    def _address(self) -> tuple[str, int]:
        port = self._door_port if self.kind == "sqlite" else self._own[0]
        return "127.0.0.1", port

    @property
    def deaths(self) -> list[float]:
        """When a SIGKILL struck, anywhere."""
        return sorted(at for guard in self.guards for at in guard.deaths)
