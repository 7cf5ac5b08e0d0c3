"""How long each kind of thing is kept, and what a breach asks for, by the law that applies."""

from __future__ import annotations

from dataclasses import dataclass

#: Ontario, Child, Youth and Family Services Act s.125: whoever suspects that a child younger
#: than this needs protection must report it, in person, whatever the program's own age is.
CHILD_AGE = 16


@dataclass(frozen=True)
class Profile:
    """One law's rules. Days count from when a thing was closed.

    `text_days`: words of texts. `item_days`: what waited for a person, and delivery reports.
    `note_days`: workers' notes. `audit_days`: who did or saw what. `breach_steps`: what to do
    after a breach, in order, as names of panel texts (breach.step.<name>).
    Sources: PHIPA s.12(2),(3) with O.Reg. 224/17 s.18.3; CYFSA Part X s.308; CSA model code.
    The lengths are the program's own proposal: none of these laws fixes one for texts.
    """

    text_days: int
    item_days: int
    note_days: int
    audit_days: int
    breach_steps: tuple[str, ...]


_FIRST = ("stop", "keep", "tell_person")
PROFILES = {
    "phipa": Profile(
        90, 365, 3650, 2555, (*_FIRST, "complain", "tell_commissioner", "count_for_year")
    ),
    "cyfsa": Profile(90, 365, 3650, 2555, (*_FIRST, "complain", "tell_commissioner_and_minister")),
    "principles": Profile(90, 365, 3650, 2555, (*_FIRST, "tell_board")),
}


def of(name: str) -> Profile:
    """The rules of a profile. Raises KeyError for one that does not exist."""
    return PROFILES[name]
