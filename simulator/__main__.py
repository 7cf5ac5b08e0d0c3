"""Starts the phone network on this computer: python -m simulator --line-url http://127.0.0.1:8080."""

import argparse
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from . import strings
from .app import create_app
from .clock import MovableClock
from .core import LIFELIKE, Line
from .network import Network
from .serve import Clockwork, LineOverHttp, server
from .state import StateFile

# The connection overrides that the real number should have too: five retries, for any failure.
OVERRIDES = "#ct=2000&rt=5000&tt=15000&rc=5&rp=all"
PARENT_CHECK_SECONDS = 0.5


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--line-url", default="http://127.0.0.1:8080", help="where the line is")
    parser.add_argument("--public-url", help="the line's own name for itself, which is signed")
    parser.add_argument("--account", required=True, help="the account's id, AC and 32 digits")
    parser.add_argument("--token", default=os.environ.get("SIMULATOR_TOKEN", ""))
    parser.add_argument("--number", action="append", help="one of the line's numbers; repeatable")
    parser.add_argument("--service", help="the line's Messaging Service, if it has one")
    parser.add_argument("--second", nargs=2, metavar=("ACCOUNT", "NUMBER"), help="one beside it")
    parser.add_argument("--zone", default="America/Toronto", help="in which the page tells time")
    parser.add_argument("--state", type=Path, help="file that keeps texts and clock")
    parser.add_argument("--bare", action="store_true", help="without the sample phones")
    return parser.parse_args()


def line_of(given: argparse.Namespace) -> Line:
    """The line's account as the command line gives it."""
    public = (given.public_url or given.line_url).rstrip("/")
    numbers = tuple(given.number or Line.numbers)
    sms_url, voice_url = f"{public}/sms{OVERRIDES}", f"{public}/voice/call"
    first = Line(given.account, given.token, numbers, sms_url, "", voice_url, given.service)
    if not given.second:
        return first
    account, number = given.second
    token = os.environ.get("SIMULATOR_TOKEN2", "") or given.token
    return replace(first, beside=(Line(account, token, (number,), sms_url, "", voice_url),))


def main() -> int:
    """Serve until told to stop or until the parent process is gone; 1 when it cannot start."""
    # Read first of all: a parent that dies while we start must be missed as well.
    given, clock, parent = arguments(), MovableClock(), os.getppid()
    if not given.token:
        return complain("the account's token is missing: --token or SIMULATOR_TOKEN")
    try:
        post = LineOverHttp(given.line_url)
        network = Network(line_of(given), clock, post, pace=LIFELIKE, answering="asks")
        kept = StateFile(given.state) if given.state else None
        if not (kept and kept.read(network, clock)) and not given.bare:
            for number, name in strings.SAMPLE_PHONES:
                network.add_phone(number, name)
        web = server(create_app(network, clock, given.zone), given.port)
    except (OSError, ValueError) as error:
        return complain(str(error))
    clockwork = Clockwork(network, lambda: kept.write(network, clock) if kept else None)
    clockwork.start()
    Thread(target=web.serve_forever, daemon=True).start()
    print(f"simulator on http://127.0.0.1:{web.port}/simulator/", flush=True)
    wait_for_the_end(parent)
    web.shutdown()
    clockwork.stop()
    if kept:
        kept.write(network, clock, at_once=True)
    return 0


def wait_for_the_end(parent: int) -> None:
    """Return on SIGTERM, SIGINT or when the process that started this one has died."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(PARENT_CHECK_SECONDS) and os.getppid() == parent:
        pass


def complain(why: str) -> int:
    """Say in one line why the simulator does not run."""
    print(f"simulator: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    # A webhook that still waits for an answer must not keep a finished process alive.
    os._exit(main())
