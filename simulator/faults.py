"""Switches for everything that can go wrong between a phone and the line."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from .model import pack, unpack

# Kind -> what the switch starts with. `code` is an HTTP status for refuse (0 resets the
# connection) and a Twilio error code for reject.
DEFAULTS: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 20.0},
    "refuse": {"code": 429, "seconds": 1.0},
    "reject": {"code": 30003},
    "accept_and_drop": {},
    "accept_then_timeout": {"seconds": 30.0},
    "broken_json": {},
    "queue_delay": {"seconds": 60.0},
    "duplicate": {"copies": 2},
    "reorder": {"seconds": 3.0},
    "webhook_down": {},
    "bad_signature": {},
}


@dataclass
class Fault:
    """One switch that is on: for one number or all, every time, by chance, or `count` times."""

    kind: str
    number: str | None = None
    probability: float = 1.0
    count: int | None = None
    seconds: float = 0.0
    code: int = 0
    copies: int = 1


class Faults:
    """The switches that are on; at most one of a kind for each number and one for all."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._on: list[Fault] = []

    def set(self, kind: str, **settings: Any) -> Fault:
        """Switch `kind` on (fields of Fault as keywords), replacing one for the same number.

        Raises ValueError for an unknown kind, a field it does not have or a value out of range.
        """
        if kind not in DEFAULTS:
            raise ValueError(f"no such fault: {kind}")
        try:
            fault = Fault(kind, **{**DEFAULTS[kind], **settings})
        except TypeError as error:
            raise ValueError(str(error)) from None
        _check(fault)
        self.clear(kind, fault.number)
        self._on.append(fault)
        return fault

    def clear(self, kind: str | None = None, number: str | None = None) -> None:
        """Switch off one kind (of one number, or the one for all), or everything."""
        self._on = [f for f in self._on if kind and (f.kind, f.number) != (kind, number)]

    def hit(self, kind: str, *numbers: str | None) -> Fault | None:
        """The fault that strikes now, counted down, or None. A number's own goes first.

        `numbers`: the phone's, and the line's own number where one of its accounts may fail.
        """
        for fault in sorted(self._on, key=lambda f: f.number is None):
            if fault.kind != kind or fault.number not in (None, *numbers):
                continue
            if fault.probability < 1 and self._rng.random() >= fault.probability:
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._on.remove(fault)
            return replace(fault)
        return None

    def dump(self) -> list[dict[str, Any]]:
        """The switches that are on, as plain JSON data."""
        return [pack(fault) for fault in self._on]

    def load(self, rows: list[dict[str, Any]]) -> None:
        """Take the switches back from `dump`'s data."""
        self._on = [unpack(Fault, row) for row in rows]


def _check(fault: Fault) -> None:
    """Raise ValueError when a setting is out of range (or of a kind that has no range)."""
    try:
        sound = (
            isinstance(fault.number, str | None)
            and 0 <= fault.probability <= 1
            and 0 <= fault.seconds <= 86400
            and fault.copies in range(1, 100)
            and (fault.count is None or fault.count >= 1)
            and fault.code in ((0, *range(400, 600)) if fault.kind == "refuse" else range(100000))
        )
    except TypeError:
        sound = False
    if not sound:
        raise ValueError("a fault's setting is out of range")
