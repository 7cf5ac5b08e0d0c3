"""Keeps the simulator's state in one file, so that texts and clock survive a restart."""

import json
import os
from pathlib import Path
from time import monotonic
from typing import Any

from .clock import MovableClock
from .model import Accepted, Call, Heard, Message, Phone, pack, unpack
from .network import Network
from .pending import Event

VERSION = 1
# A big state is written less often, so that writing takes a twentieth of the time at most.
SHARE_OF_TIME = 20


def dump(network: Network, clock: MovableClock) -> dict[str, Any]:
    """Everything that survives a restart, as plain JSON data."""
    core = network.core
    with network.lock:
        return {
            "version": VERSION,
            "offset_seconds": clock.offset_seconds,
            "phones": [pack(phone) for phone in core.phones.values()],
            "messages": [pack(message) for message in network.messages],
            "calls": [pack(call) for call in network.calls.book.values()],
            "blocks": sorted(network.texts.blocks),
            "wordings": network.texts.wordings,
            "feed": [pack(heard) for heard in core.feed],
            "ledger": [pack(entry) for entry in core.ledger],
            "faults": core.faults.dump(),
            "pending": [pack(event) for event in network.waiting()],
        }


def load(network: Network, clock: MovableClock, data: dict[str, Any]) -> None:
    """Take back what `dump` gave; KeyError, TypeError or ValueError when it is something else."""
    if data["version"] != VERSION:
        raise ValueError("written by another version")
    core = network.core
    with network.lock:
        clock.offset_seconds = float(data["offset_seconds"])
        core.phones.update({row["number"]: unpack(Phone, row) for row in data["phones"]})
        for row in data["messages"]:
            network.messages.keep(unpack(Message, row))
        network.calls.book.update({row["sid"]: unpack(Call, row) for row in data["calls"]})
        network.texts.blocks.update((line, phone) for line, phone in data["blocks"])
        network.texts.wordings.update(data.get("wordings", {}))
        for row in data["feed"]:
            core.remember(unpack(Heard, row))
        core.ledger.extend(unpack(Accepted, row) for row in data["ledger"])
        core.faults.load(data["faults"])
        core.pending.fill(unpack(Event, row) for row in data["pending"])


class StateFile:
    """One JSON file, replaced whole, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: tuple[int, float] | None = None
        self._not_before = 0.0

    def read(self, network: Network, clock: MovableClock) -> bool:
        """Fill an empty network from the file; False when there is none.

        Raises ValueError when the file is not one of ours.
        """
        try:
            load(network, clock, json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return False
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ValueError(f"{self._path} is not a state of the simulator: {error}") from None
        return True

    def write(self, network: Network, clock: MovableClock, *, at_once: bool = False) -> None:
        """Write what has changed, unless the last writing was too short a while ago."""
        began, current = monotonic(), (network.revision, clock.offset_seconds)
        if current == self._written or (began < self._not_before and not at_once):
            return
        self._replace(json.dumps(dump(network, clock), ensure_ascii=False).encode())
        self._written = current
        self._not_before = monotonic() + max(1.0, SHARE_OF_TIME * (monotonic() - began))

    def _replace(self, content: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(self._path.name + ".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
