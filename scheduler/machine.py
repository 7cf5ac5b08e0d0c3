"""The name under which this process signs its heartbeat."""

from __future__ import annotations

import os
import socket


def machine_name() -> str:
    """Host and process, so that two schedulers on one host are seen as two; 80 signs at most."""
    return f"{socket.gethostname()[:64]}:{os.getpid()}"
