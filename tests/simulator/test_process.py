"""The simulator as a process of its own: a kept state, and an end with its parent."""

import json
import os
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests

from simulator import state
from simulator.clock import MovableClock

from .stand import ACCOUNT, ANN, BEA, STAFF, START, TOKEN, Stand

COMMAND = [sys.executable, "-m", "simulator", "--account", ACCOUNT, "--token", TOKEN]


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    stand, clock = Stand(answering="asks"), MovableClock(7200)
    stand.network.phone_sends(BEA, "STOP")
    stand.send("delivered")
    stand.ring()
    stand.settle()
    stand.network.add_phone(ANN, "Client A")
    stand.network.set_fault("accept_and_drop", number=STAFF, count=2)
    stand.send("on its way")
    file = state.StateFile(tmp_path / "deep" / "state.json")
    file.write(stand.network, clock)
    assert (tmp_path / "deep" / "state.json").stat().st_mode & 0o777 == 0o600

    later, moved = Stand(), MovableClock()
    assert state.StateFile(tmp_path / "deep" / "state.json").read(later.network, moved)
    assert moved.offset_seconds == 7200
    assert state.dump(later.network, moved) == state.dump(stand.network, clock)
    assert later.network.is_blocked(BEA)
    later.settle()
    assert later.bodies() == ["delivered", "on its way"]
    assert later.network.answer(STAFF)
    assert [entry.body for entry in later.network.ledger()] == ["delivered", "", "on its way"]


def test_a_webhook_under_way_is_kept_too(stand: Stand) -> None:
    stand.network.phone_sends(ANN, "hi")
    event = stand.network.take()
    assert event and stand.network.waiting() == [event]
    stand.network.run(event)
    assert stand.network.waiting() == []


def test_nothing_is_written_when_nothing_has_changed(stand: Stand, tmp_path: Path) -> None:
    path, clock = tmp_path / "state.json", MovableClock()
    file = state.StateFile(path)
    file.write(stand.network, clock, at_once=True)
    path.unlink()
    file.write(stand.network, clock, at_once=True)
    assert not path.exists()
    stand.network.phone_sends(ANN, "hi")
    file.write(stand.network, clock, at_once=True)
    assert json.loads(path.read_text())["feed"][0]["body"] == "hi"


@pytest.mark.parametrize("content", ["", "[]", '{"version": 0}', '{"version": 1}', "null"])
def test_a_file_of_another_kind_is_named(stand: Stand, tmp_path: Path, content: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"state\.json is not a state"):
        state.StateFile(path).read(stand.network, MovableClock())


def test_the_clock_goes_forward_only() -> None:
    clock = MovableClock()
    before = clock()
    clock.advance(3600)
    assert clock() - before >= timedelta(hours=1)
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="forward"):
            clock.advance(wrong)
    with pytest.raises(ValueError, match="forward"):
        clock.move_to(START - timedelta(days=3650))


def started(*more: str, command: list[str] = COMMAND) -> tuple[subprocess.Popen[str], str]:
    """The simulator as a child process, and its address once it is there."""
    child = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    return child, child.stdout.readline().split()[-1].removesuffix("/simulator/")


def test_the_child_process_keeps_texts_and_clock(tmp_path: Path) -> None:
    kept = ["--state", str(tmp_path / "state.json"), "--line-url", "http://127.0.0.1:1"]
    for expected in (0, 3600):
        child, address = started(*kept)
        with child:
            clock = requests.get(f"{address}/simulator/clock", timeout=60).json()
            assert clock["offset_seconds"] == expected
            assert datetime.fromisoformat(clock["now"]).tzinfo
            requests.post(f"{address}/simulator/clock", json={"step": "hour"}, timeout=60)
            fields = {"from": ANN, "body": "hi"}
            requests.post(f"{address}/simulator/api/send", json=fields, timeout=60)
            child.terminate()
            assert child.wait(60) == 0
    texts = [one["body"] for one in json.loads((tmp_path / "state.json").read_text())["feed"]]
    assert texts == ["hi", "hi"]


def test_the_child_process_ends_when_its_parent_dies() -> None:
    parent = "import subprocess, sys; subprocess.Popen(sys.argv[1:]); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", parent, *COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout and "simulator on" in child.stdout.readline()
        child.kill()
        # The pipe closes only when the simulator, its last writer, is gone too.
        assert child.stdout.read() == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--line-url", "http://192.0.2.1"], "must be on this computer"),
        (["--state", "/dev/null/x"], "Not a directory"),
        (["--token", ""], "token is missing"),
    ],
)
def test_what_keeps_it_from_starting_is_one_clear_line(more: list[str], words: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "SIMULATOR_TOKEN"}
    told = subprocess.run([*COMMAND, *more], capture_output=True, text=True, env=environment)
    assert told.returncode == 1
    assert words in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1])
        told = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True)
    assert told.returncode == 1
    assert "in use" in told.stderr
    assert told.stderr.count("\n") == 1
