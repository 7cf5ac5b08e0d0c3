"""What four short answers say about where a person stands with a goal, and how much help fits."""

from __future__ import annotations

from dataclasses import dataclass

PRECONTEMPLATION = "precontemplation"
CONTEMPLATION = "contemplation"
PREPARATION = "preparation"
ACTION = "action"
MAINTENANCE = "maintenance"
RE_ENTRY = "re_entry"
#: The transtheoretical model's stages, and coming back to one as a path of its own.
STAGES = (PRECONTEMPLATION, CONTEMPLATION, PREPARATION, ACTION, MAINTENANCE, RE_ENTRY)

#: Levels of service: A outreach, B circles and peer group, C a plan of one's own, D intensive
#: case management and treatment, E continuing counselling and the weekly group.
LEVELS = ("A", "B", "C", "D", "E")
LEVEL_OF = {
    PRECONTEMPLATION: "A",
    CONTEMPLATION: "B",
    PREPARATION: "C",
    ACTION: "D",
    MAINTENANCE: "E",
}
#: "Which fits best?" 1 to 6.
_SAID = dict(enumerate(STAGES, 1))

#: A week that feels as unsafe as this, or so much less safe than last time, is looked at.
LEAST_SAFE, FALL = 3, 3


@dataclass(frozen=True)
class Scores:
    """Answers of one check, None where the question was left out.

    `how_much` they want change, `how_sure` they are that they could, `how_safe` they feel this
    week, 0 to 10 each; `fits` 1 to 6.
    """

    how_much: int | None = None
    how_sure: int | None = None
    how_safe: int | None = None
    fits: int | None = None


@dataclass(frozen=True)
class Proposal:
    """A stage and a level that the scores propose; a worker decides."""

    stage: str
    level: str


def propose(scores: Scores) -> Proposal | None:
    """The stage that fits, by what they said fits best, else by how much and how sure.

    None when neither was answered. Whoever says it got hard again goes on at B, C or D as
    their other answers say: coming back is a path, never a fall to the bottom.
    """
    by_scores = _by_scores(scores.how_much, scores.how_sure)
    said = _SAID.get(scores.fits or 0)
    if said == RE_ENTRY:
        level = LEVEL_OF[by_scores] if by_scores else "B"
        return Proposal(RE_ENTRY, max(level, "B"))
    stage = said or by_scores
    return Proposal(stage, LEVEL_OF[stage]) if stage else None


def _by_scores(how_much: int | None, how_sure: int | None) -> str | None:
    if how_much is None:
        return None
    if how_much <= 3:
        return PRECONTEMPLATION
    if how_much <= 6 or how_sure is None or how_sure <= 3:
        return CONTEMPLATION
    return PREPARATION if how_sure <= 6 else ACTION


def is_less_safe(how_safe: int | None, before: int | None) -> bool:
    """Should a person look? At 3 or less, or 3 and more below the last time."""
    if how_safe is None:
        return False
    return how_safe <= LEAST_SAFE or (before is not None and before - how_safe >= FALL)
