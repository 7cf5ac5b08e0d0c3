"""A sender in a process of its own, so that a test can pull its plug."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from bot.gateways import Accepted, CarrierMessage, Outgoing
from bot.line import Line, LineConfig
from bot.texts import Catalogues
from records.clock import Clock, ManualClock
from records.database import Database
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.vault import Vault
from scheduler.duties import send_due
from tests.carrier import ScriptedCarrier

CONFIG = LineConfig("https://line.test", "AC", ("t",), "+16135550100", send_rate=1000.0)


class LedgerCarrier(ScriptedCarrier):
    """Writes what it takes into a file at once: the file is the judge after a kill."""

    def __init__(self, clock: Clock, ledger: Path) -> None:
        super().__init__(clock)
        self._ledger = ledger
        if ledger.exists():
            for row in map(json.loads, ledger.read_text().splitlines()):
                self.taken.append(
                    CarrierMessage(**{**row, "at": datetime.fromisoformat(row["at"])})
                )

    def send(self, message: Outgoing) -> Accepted:
        accepted = super().send(message)
        with self._ledger.open("a") as file:
            file.write(json.dumps(asdict(self.taken[-1]), default=str) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return accepted


def line_of(database: Database, folder: Path, clock: ManualClock) -> Line:
    """A line over a database and a key store that outlive the process."""
    keys = KeyStore(
        Database(f"sqlite:///{folder / 'keys.db'}"),
        KeyRing.parse((folder / "ring").read_text()),
        clock.now,
    )
    keys.create_tables()
    carrier = LedgerCarrier(clock, folder / "ledger")
    return Line(CONFIG, database, Vault(keys), clock, Catalogues({}, {}), carrier)


if __name__ == "__main__":
    given_url, given_folder, given_now = sys.argv[1:]
    stopped = ManualClock(datetime.fromisoformat(given_now))
    line = line_of(Database(given_url), Path(given_folder), stopped)
    send_due(line, line.now())
