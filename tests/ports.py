"""Ports for servers of a test that start a moment later, or again: nobody else takes them."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from random import SystemRandom

#: From these Linux itself takes the near end of each connection that anybody makes. One that was
#: free when it was looked for may be taken before a server listens on it, and for a minute more.
_TAKEN_AT_WILL = Path("/proc/sys/net/ipv4/ip_local_port_range")
FIRST, USUAL_END = 10_000, 32_768


def free_ports(count: int) -> list[int]:
    """So many ports of 127.0.0.1 on which nobody listens, below those that Linux gives away.

    Tests that run side by side never choose the same: odd and even ones, by the worker's number.
    """
    end = int(_TAKEN_AT_WILL.read_text().split()[0]) if _TAKEN_AT_WILL.exists() else USUAL_END
    end = end if end > FIRST else USUAL_END
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    mine = range(FIRST + worker, end, workers)
    found: list[int] = []
    while len(found) < count:
        port = SystemRandom().choice(mine)
        if port not in found and _is_free(port):
            found.append(port)
    return found


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
