"""What an examination of the line finds, a line each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `what` was found; `mend` is what to do when it is not ok."""

    name: str
    ok: bool
    what: str
    mend: str = ""

    def line(self) -> str:
        """One line for the operator."""
        mend = f" -> {self.mend}" if self.mend and not self.ok else ""
        return f"{'ok  ' if self.ok else 'FAIL'}  {self.name}: {self.what}{mend}"
