"""Puts the peer into a virtual environment of its own and starts it like the line."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import make_url

from tests.bench.servers import ROOT, gunicorn, process

LOCK = ROOT / "requirements-bench.lock"
VENV = ROOT / ".venv-bench"


def python() -> str:
    """The interpreter that has the peer; installed at first use, and again when the lock changed.

    Raises CalledProcessError when the packages cannot be had.
    """
    found, stamp = VENV / "bin" / "python", VENV / ".ready"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return str(found)
    print("Installing RapidSMS 2.2.0 for the comparison (once) ...", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    pip = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True)
    stamp.write_text(wanted)
    return str(found)


def peer(url: str, folder: Path, port: int, workers: int) -> contextlib.AbstractContextManager[int]:
    """RapidSMS with its message log on the database at `url`."""
    env = {
        "PEER_DATABASE": json.dumps(_place(url)),
        "DJANGO_SETTINGS_MODULE": "tests.bench.peer.settings",
    }
    own = python()
    subprocess.run(
        [own, "-m", "django", "migrate", "--verbosity", "0"],
        env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    command = gunicorn(own, "tests.bench.peer.wsgi:application", port, workers)
    return process(command, env, folder, port)


def _place(url: str) -> dict[str, str | None]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parsed.database}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parsed.database,
        "USER": parsed.username,
        "HOST": str(parsed.query.get("host", parsed.host)),
    }
