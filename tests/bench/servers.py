"""Starts what is measured as real processes: the floor, the line, the carrier, the peer."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from records import migrate
from records.clock import SystemClock
from records.database import Database
from records.keyring import KeyRing
from service import compose, seed
from service.settings import SIMULATOR_ACCOUNT, Settings
from tests.bench.load import wait_for

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of a line that lives for a minute
ROOT = Path(__file__).resolve().parents[2]
THREADS = 8
STOP_SECONDS = 20


@contextlib.contextmanager
def process(
    command: list[str], env: dict[str, str], folder: Path, port: int, path: str = "/healthz"
) -> Iterator[int]:
    """A process that answers on `port`; its pid. What it says goes to a log in `folder`."""
    log = (folder / f"log-{port}.txt").open("wb")
    full = {**os.environ, **env, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
    child = subprocess.Popen(command, env=full, cwd=folder, stdout=log, stderr=log)
    try:
        if port:
            wait_for(port, path)
        yield child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
        log.close()


def workers_for(kind: str) -> int:
    """SQLite is served by one process, PostgreSQL by two; each of 8 threads."""
    return 1 if kind == "sqlite" else 2


def gunicorn(python: str, app: str, port: int, workers: int) -> list[str]:
    """The same server, with the same workers, for whatever is measured."""
    return [
        python, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", str(workers), "--threads", str(THREADS),
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


def floor(
    url: str, folder: Path, port: int, workers: int
) -> contextlib.AbstractContextManager[int]:
    """Bare Flask and one durable row a request."""
    from tests.bench import floor_app

    database = Database(url)
    floor_app.Base.metadata.create_all(database.engine)
    database.close()
    command = gunicorn(sys.executable, "tests.bench.floor_app:create()", port, workers)
    return process(command, {"FLOOR_DATABASE_URL": url}, folder, port)


class LineUnderTest:
    """A line with its sample fortnight on a database of its own, and the ways to start it."""

    def __init__(self, url: str, folder: Path, port: int, api_url: str | None = None) -> None:
        self.folder, self.port = folder, port
        self.folder.mkdir(parents=True, exist_ok=True)
        self.public_url = f"http://127.0.0.1:{port}"
        self.env = {
            "DATABASE_URL": url,
            "KEY_STORE_URL": f"sqlite:///{folder / 'keys.db'}",
            "SEALING_KEYS": KeyRing.new_part("bench"),
            "TWILIO_AUTH_TOKEN": TOKEN,
            "PUBLIC_URL": self.public_url,
            "QUIET_HOURS": "0-0",
            "SEND_RATE": "1000",
        }
        if api_url:
            self.env["TWILIO_API_URL"] = api_url
        self.database = Database(url)

    def prepare(self) -> None:
        """Tables, the directory and the sample dates."""
        migrate.upgrade(self.database)
        settings = Settings(
            _env_file=None,
            database_url=self.env["DATABASE_URL"],
            key_store_url=self.env["KEY_STORE_URL"],
            sealing_keys=SecretStr(self.env["SEALING_KEYS"]),
            twilio_auth_token=SecretStr(TOKEN),
        )
        line = compose.build(settings, SystemClock())
        seed.seed(line)
        line.database.close()

    def web(self, workers: int) -> contextlib.AbstractContextManager[int]:
        command = [_own(), "web", "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        return process(command, self.env, self.folder, self.port)

    def scheduler(self) -> contextlib.AbstractContextManager[int]:
        return process([_own(), "scheduler"], self.env, self.folder, 0)

    def run(self) -> contextlib.AbstractContextManager[int]:
        """Everything in one process, with the simulator beside it."""
        command = [_own(), "run", "--port", str(self.port)]
        return process(command, self.env, self.folder, self.port)


def carrier(line: LineUnderTest, port: int) -> contextlib.AbstractContextManager[int]:
    """The simulator as a process of its own."""
    command = [sys.executable, "-m", "simulator", "--port", str(port), "--bare"]
    command += ["--line-url", line.public_url, "--account", SIMULATOR_ACCOUNT]
    return process(command, {"SIMULATOR_TOKEN": TOKEN}, line.folder, port, "/simulator/clock")


def _own() -> str:
    return str(Path(sys.executable).with_name("alluriarniq"))
