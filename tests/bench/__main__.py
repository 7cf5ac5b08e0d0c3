"""Every measured claim in one run: python -m tests.bench [NAME...]; QUICK=1 for a rough look."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from tests.bench import (
    burst_bench,
    fanout_bench,
    flat_bench,
    panel_bench,
    recovery_bench,
    reply_bench,
    reports_bench,
    rows_bench,
    scaling_bench,
    segments_bench,
    speed_bench,
    webhook_bench,
    year_bench,
)
from tests.bench.report import Report, machine
from tests.bench.servers import ROOT


def _own_process(name: str) -> Callable[[Report], None]:
    """A bench that prints its own figures and ends with a non-zero exit when one is missed."""

    def run(report: Report) -> None:
        command = [sys.executable, "-m", f"tests.bench.{name}_bench"]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        report.bar(f"{name}: its own bars", f"exit {code}", "exit 0", code == 0)

    return run


PARTS: dict[str, Callable[[Report], None]] = {
    "segments": segments_bench.main,
    "language": _own_process("language"),
    "intents": _own_process("intents"),
    "triage": _own_process("triage"),
    "speed": speed_bench.main,
    "webhook": webhook_bench.main,
    "reply": reply_bench.main,
    "flat": flat_bench.main,
    "scaling": scaling_bench.main,
    "burst": burst_bench.main,
    "rows": rows_bench.on_postgresql,
    "rows-sqlite": rows_bench.on_sqlite,
    "reports": reports_bench.main,
    "fanout": fanout_bench.main,
    "year": year_bench.main,
    "panel": panel_bench.main,
    "recovery": recovery_bench.main,
}


def main(names: list[str]) -> int:
    """Runs the named parts, or all. 0 when every bar is held, 1 when one is missed, 2 for a
    name that there is not."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"there is no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    report = Report(quick=os.environ.get("QUICK", "") not in ("", "0"))
    machine()
    for name in names or PARTS:
        begun = time.monotonic()
        print(f"\n== {name} ==", flush=True)
        PARTS[name](report)
        print(f"({name}: {time.monotonic() - begun:.0f} s)", flush=True)
    machine()
    report.show()
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
