"""Written conversations in docs/transcripts: each holds what was typed and what every phone got."""

from __future__ import annotations

import sys
from pathlib import Path

from service.converse import replay

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "transcripts"
#: Before each thing that a phone received; such a line is a comment to `alluriarniq converse`.
HEARD = "#   "


def script_of(lines: list[str]) -> list[str]:
    """The lines that were typed."""
    return [line for line in lines if not line.startswith(HEARD)]


def heard_in(lines: list[str]) -> list[str]:
    """What the transcript says the phones received."""
    return [line.removeprefix(HEARD) for line in lines if line.startswith(HEARD)]


def write(path: Path) -> None:
    """Plays the script in `path` and writes what was heard after each of its lines."""
    script = script_of(path.read_text(encoding="utf-8").splitlines())
    shown, done = [], 0
    for n, line in enumerate(script, 1):
        shown.append(line)
        if line.strip() and not line.startswith("#"):
            heard = list(replay(script[:n]))
            shown += [HEARD + one for one in heard[done:]]
            done = len(heard)
    path.write_text("\n".join(shown) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(str(p) for p in FOLDER.glob("*.txt")):
        write(Path(name))
