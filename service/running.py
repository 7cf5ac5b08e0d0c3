"""Starts the line's processes, keeps them alive, and refuses to start two on one SQLite file."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
from gunicorn.app.base import BaseApplication

from bot import outbox
from bot.escalation.at_once import AtOnce
from bot.line import Line
from bot.turnstile import THREADS
from records.clock import Clock
from records.errors import BusyError, SettingsError
from scheduler.clock import TICK, Ticker
from scheduler.senders import SENDERS, Senders
from scheduler.watchdog import Watchdog
from service import compose, first_run, logs
from service import settings as settings_of
from service.outgrown import Outgrown
from service.settings import Settings
from service.simulated import Simulator

#: A tick or a sender that has not moved for so long is stuck: end the process, it is restarted.
STUCK_SECONDS = 60.0
#: So many new objects before Python looks for circles among them. Its own 700 are made by half a
#: text, and nearly all are gone by then without being looked for: a tenth of the work of a text.
YOUNG = 50_000
_held: list[IO[str]] = []


def run(port: int | None) -> None:
    """Everything on one machine, restarted when it dies."""
    logs.start()
    first_run.prepare_environment()
    settings = settings_of.load()
    _listen_on(settings, port)
    hold(settings)
    simulator = Simulator(settings) if settings.is_simulated else None
    if simulator:
        simulator.start()
        settings.twilio_api_url = simulator.url
    clock = simulator.clock() if simulator else None
    first_run.prepare_database(settings, clock)
    try:
        click.echo(f"The line is at {settings.public_url}  (Ctrl-C stops it)")
        Server(settings, clock, simulator.url if simulator else None, with_scheduler=True).run()
    finally:
        if simulator:
            simulator.stop()


def _listen_on(settings: Settings, port: int | None) -> None:
    """Raises SettingsError when somebody else has the port already."""
    if port is not None:
        settings.public_url = settings.public_url.replace(f":{settings.port}", f":{port}")
        settings.port = port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.port))
        except OSError as error:
            raise SettingsError(
                f"port {settings.port} is taken by another program: stop it, or use --port."
            ) from error


def web(bind: str | None, workers: int) -> None:
    """The web side alone."""
    logs.start()
    settings = settings_of.load()
    compose.ring_of(settings)  # told here in one line; in a worker it would be a server's log
    hold(settings)
    first_run.check_schema(settings)
    Server(settings, None, None, with_scheduler=False, bind=bind, workers=workers).run()


def scheduler() -> None:
    """The scheduler and senders alone."""
    logs.start()
    settings = settings_of.load()
    hold(settings)
    first_run.check_schema(settings)
    line = compose.build(settings)
    hands = Hands(line)
    hands.start()
    stop = threading.Event()
    Outgrown(line.database, stop.set).start()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    stop.wait()
    hands.stop()


class Hands:
    """What works by itself in a process: the ticker, the senders, and the watchdog over both."""

    def __init__(self, line: Line) -> None:
        self.watchdog = Watchdog({TICK: STUCK_SECONDS, SENDERS: STUCK_SECONDS})
        self.ticker = Ticker(line, self.watchdog)
        self.senders = Senders(line, self.watchdog)

    def start(self) -> None:
        self.watchdog.start()
        self.ticker.start()
        self.senders.start()

    def stop(self) -> None:
        """Lets what is under way finish."""
        self.senders.stop()
        self.ticker.stop()


def hold(settings: Settings) -> None:
    """Takes the lock beside a SQLite file for good. Raises BusyError when another has it."""
    lock = _lock(settings)
    if lock:
        _held.append(lock)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Holds that lock for the time of one command. Raises BusyError when the line runs."""
    lock = _lock(settings)
    try:
        yield
    finally:
        if lock:
            lock.close()


def _lock(settings: Settings) -> IO[str] | None:
    if not settings.database_url.startswith("sqlite:///"):
        return None
    path = Path(settings.database_url.removeprefix("sqlite:///") + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise BusyError(
            f"another process already serves {path.with_suffix('')}: SQLite is for one 'run'. "
            "Stop it first, or set DATABASE_URL to PostgreSQL to run several."
        ) from error
    return lock


def _take_up(line: Line) -> None:
    """What the process before us held when it died is looked up now, not when its lease ends."""
    if line.database.is_sqlite:  # the lock beside the file says that nobody else is at it
        with line.database.write() as session:
            outbox.orphans(session, line.now())


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with one worker of 8 threads; the worker also ticks when it should."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None,
        simulator_url: str | None,
        *,
        with_scheduler: bool,
        bind: str | None = None,
        workers: int = 1,
    ) -> None:
        self.settings, self.clock = settings, clock
        self.simulator_url, self.with_scheduler = simulator_url, with_scheduler
        self.bind = bind or f"127.0.0.1:{settings.port}"
        self.workers = workers
        super().__init__()

    def load_config(self) -> None:
        if self.settings.database_url.startswith("sqlite") and self.workers > 1:
            raise SettingsError("SQLite is served by one process: use --workers 1 or PostgreSQL.")
        for name, value in {
            "bind": self.bind,
            "workers": self.workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "loglevel": "warning",
            "logger_class": logs.ThroughOurs,
            "proc_name": "alluriarniq",
            "control_socket_disable": True,
        }.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        line = compose.build(self.settings, self.clock)
        if self.with_scheduler:
            _take_up(line)
            Hands(line).start()
        else:
            line.wake.helper = AtOnce(line)
        # Gunicorn's own process lets what is under way finish, and ends all its workers.
        Outgrown(line.database, lambda: os.kill(os.getppid(), signal.SIGTERM)).start()
        # The panel is imported when the senders are at work: a page that waits goes out sooner.
        from service.app import create_app

        app = create_app(line, simulator_url=self.simulator_url)
        # Rules, words and catalogues stay as they are: sweeping them would hold up the texts.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, 20, 20)
        return app
