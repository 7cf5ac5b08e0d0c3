"""How long each kind of thing is kept, and what a breach asks for, by the law that applies.

No lawyer has reviewed this. Read at second hand in 2026-11 (docs/safety.md names each source);
which of these laws applies depends on who runs and who funds the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

#: Ontario, Child, Youth and Family Services Act s.125: whoever suspects that a child younger
#: than this needs protection must report it promptly and in person, whatever the program's own
#: age is; of somebody of 16 or 17 they may. Source: torontocas.ca, slcas.on.ca.
CHILD_AGE = 16
#: "Promptly" names no hours. After so long without a worker's decision supervisors are told:
#: the program's own proposal.
DECIDE_WITHIN = timedelta(hours=4)


@dataclass(frozen=True)
class Profile:
    """One law's rules. Days count from when a thing was closed.

    `text_days`: words of texts. `item_days`: what waited for a person, and delivery reports.
    `note_days`: workers' notes; the audit is never cut. `breach_steps`: what to do
    after a breach, in order, as names of panel texts (breach.step.<name>).
    Sources of the steps: PHIPA s.12(2), s.12(3) with O. Reg. 329/04 s.6.3 and its yearly count,
    as amended by O. Reg. 224/17 (ontario.ca/laws/regulation/R17224, ipc.on.ca); CYFSA Part X
    (ipc.on.ca/part-x-cyfsa); principles after the CSA model code, kept by choice
    (canadianhumantraffickinghotline.ca/privacy). The lengths are the program's own proposal:
    no fixed one for texts was found in these laws.
    """

    text_days: int
    item_days: int
    note_days: int
    breach_steps: tuple[str, ...]


_FIRST = ("stop", "keep", "tell_person")
PROFILES = {
    "phipa": Profile(90, 365, 3650, (*_FIRST, "complain", "tell_commissioner", "count_for_year")),
    "cyfsa": Profile(90, 365, 3650, (*_FIRST, "complain", "tell_commissioner_and_minister")),
    "principles": Profile(90, 365, 3650, (*_FIRST, "tell_board")),
}


def of(name: str) -> Profile:
    """The rules of a profile. Raises KeyError for one that does not exist."""
    return PROFILES[name]
