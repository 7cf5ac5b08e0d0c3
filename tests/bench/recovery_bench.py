"""A machine is gone for good: how long until the line is back, and how soon it starts."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import subprocess
import sys
import time
from importlib.metadata import distribution
from pathlib import Path

from bot.line import Line
from scripts import supply
from tests.bench.panel_store import store
from tests.bench.places import Places, places
from tests.bench.report import Report, table
from tests.bench.servers import ROOT, STOP_SECONDS, TOKEN
from tests.ports import free_port

CONTACTS, QUICK_CONTACTS = 20_000, 1_000
READY_SECONDS, BACK_SECONDS = 4.0, 300.0
OURS = ("bot", "scheduler", "admin", "records", "service", "simulator")
OWN = str(Path(sys.executable).with_name("alluriarniq"))


def main(report: Report) -> None:
    """Backup, all lost but two files and the keys, restore, start; on each database."""
    rows = []
    for kind in ("sqlite", "postgresql"):
        with places() as found:
            people = QUICK_CONTACTS if report.quick else CONTACTS
            line = store(found, kind, people, readable=people)
            taken = _lost_and_back(found, kind, line)
        back = taken["restore"] + taken["start"]
        report.most(f"recovery, {kind}: back from a backup", back, BACK_SECONDS, " s")
        report.most(f"recovery, {kind}: /readyz after start", taken["start"], READY_SECONDS, " s")
        rows.append((kind, *(f"{value:.1f}" for value in taken.values())))
    table("Lost and back, seconds (file: MB)", ("", "backup", "file", "restore", "start"), rows)
    packages, own = _megabytes()
    print(f"\ninstalled: {packages + own:.0f} MB, of which the line itself {own:.1f} MB")


def _lost_and_back(found: Places, kind: str, line: Line) -> dict[str, float]:
    env = _settings(found, line)
    line.database.close()
    line.vault.keys.database.close()
    taken = {"backup": _run(found.folder, env, "backup")}
    records = next((found.folder / "var/backups").glob("records-*.backup"))
    keys = next((found.folder / "var/key-backups").glob("keys-*.backup"))
    taken["file"] = records.stat().st_size / 1e6
    env["DATABASE_URL"] = found.url(kind, "again")
    env["KEY_STORE_URL"] = f"sqlite:///{found.folder}/again-keys.db"
    back = ("restore", str(records), "--with-keys", str(keys))
    taken["restore"] = _run(found.folder, env, *back)
    taken["start"] = _started(found.folder, env)
    return taken


def _settings(found: Places, line: Line) -> dict[str, str]:
    ring = line.vault.keys.ring.keys
    written = ",".join(f"{name}:{base64.urlsafe_b64encode(key).decode()}" for name, key in ring)
    return {
        "DATABASE_URL": line.database.url.render_as_string(hide_password=False),
        "KEY_STORE_URL": f"sqlite:///{line.vault.keys.database.path}",
        "SEALING_KEYS": written,
        "TWILIO_AUTH_TOKEN": TOKEN,
    }


def _run(folder: Path, env: dict[str, str], *words: str) -> float:
    """Seconds that the operator's own command takes."""
    begun = time.monotonic()
    subprocess.run(
        [OWN, *words], cwd=folder, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - begun


def _started(folder: Path, env: dict[str, str]) -> float:
    """Seconds from the command to a /readyz of 200: the door is open and a scheduler ticks."""
    port, begun = free_port(), time.monotonic()
    with (folder / "again.log").open("wb") as log:
        child = subprocess.Popen(
            [OWN, "run", "--port", str(port)],
            cwd=folder, env={**os.environ, **env}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            while not _is_ready(port) and time.monotonic() - begun < BACK_SECONDS:
                time.sleep(0.02)
            return time.monotonic() - begun
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(STOP_SECONDS)


def _is_ready(port: int) -> bool:
    try:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        asked.request("GET", "/readyz")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def _megabytes() -> tuple[float, float]:
    """What the locked packages and the line itself take on the disk."""
    files = [
        Path(str(one.locate()))
        for part in supply.parts()
        for one in distribution(part.name).files or ()
    ]
    own = [
        one for room in OURS for one in (ROOT / room).rglob("*") if "__pycache__" not in one.parts
    ]
    return _size(files), _size(own)


def _size(files: list[Path]) -> float:
    return sum(one.stat().st_size for one in files if one.is_file()) / 1e6
