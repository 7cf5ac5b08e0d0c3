"""How sure a share is that was counted: its 95 % interval."""

from __future__ import annotations

import math

#: Two-sided 95 %.
Z = 1.959964


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The Wilson score interval of `hits` out of `of` (Wilson 1927); (0, 1) when none counted."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    centre = share + Z * Z / (2 * of)
    spread = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    below = 1 + Z * Z / of
    return max(0.0, (centre - spread) / below), min(1.0, (centre + spread) / below)
