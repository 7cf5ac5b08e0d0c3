"""At which hours somebody is paged for an item: any, until nine in the evening, or office hours."""

from __future__ import annotations

from bot.triage import Tier

ALWAYS, EVENING, STAFFED = "always", "evening", "staffed"
_EVENING_KINDS = ("wants_out",)
_NIGHT_KINDS, _NIGHT = ("wants_person",), (22, 6)
_WIDER_AND_WIDER = (STAFFED, EVENING, ALWAYS)


def pages_when(kind: str, tier: Tier, hour: int) -> str:
    """ "Can u call me" at 3 at night is no small thing: nobody writes so who can sleep."""
    is_night = hour >= _NIGHT[0] or hour < _NIGHT[1]
    if tier is not Tier.P2 or (kind in _NIGHT_KINDS and is_night):
        return ALWAYS
    return EVENING if kind in _EVENING_KINDS else STAFFED


def wider(one: str, other: str) -> str:
    """Of two such hours those in which more is paged."""
    return max(one, other, key=_WIDER_AND_WIDER.index)
