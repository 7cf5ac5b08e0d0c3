"""Places where a rehearsal can pull the plug, to prove that nothing is lost or said twice."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

NAMES = (
    "before_commit",
    "after_commit",
    "after_claim",
    "before_call",
    "after_accept",
    "before_mark",
)


def _arm(setting: str) -> Callable[[str], None]:
    """`FAILPOINT=name[:n]`: the n-th time `name` is reached (first by default), die at once."""
    name, _, nth = setting.partition(":")
    if name not in NAMES:
        return lambda _: None
    left = int(nth) if nth.isdecimal() else 1
    guard = threading.Lock()

    def pull(reached: str) -> None:
        nonlocal left
        if reached != name:
            return
        with guard:
            left -= 1
            if left == 0:
                # SIGKILL, not an exception: no handler, no buffer and no rollback may run.
                os.kill(os.getpid(), signal.SIGKILL)

    return pull


#: Call `hit("after_claim")` where the plug may be pulled; costs one empty call when unset.
hit = _arm(os.environ.get("FAILPOINT", ""))
