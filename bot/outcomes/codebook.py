"""What each column of an export means, for the evaluator who opens it."""

from __future__ import annotations

from bot.outcomes.export import COLUMNS, MISSING, NOT_ASKED
from bot.outcomes.suppress import LIMIT
from bot.program.areas import MILESTONES, SERVICES
from bot.program.referrals import STATES
from bot.program.stages import LEVELS, STAGES

#: For the evaluator, in English as all files of an export are.
MEANING = {
    "id": "One person, the same in every sheet and every export. The key is held by the program.",
    "first_month": "Month of the first text, YYYY-MM.",
    "month": "Month of what the row tells, YYYY-MM. No day and no hour is exported.",
    "language": "en, fr, iu_Latn (roman) or iu_Cans (syllabics), as last written.",
    "consent_evaluation": "1: the person's last word on evaluation is yes. Others are not here.",
    "texts_in": "Texts received from the person in the span.",
    "texts_out": "Texts written to the person in the span.",
    "kind": f"Sheet sessions: kind of date. Sheet milestones: {', '.join(MILESTONES)}.",
    "how_booked": "text, staff, offer (from the waiting list), walk_in.",
    "replied": "To a reminder: yes, no, none.",
    "attended": f"1 came, 0 did not, {MISSING} nobody marked it.",
    "answer": f"ok, so_so, not_ok; done, not_yet, help; words; {MISSING} no answer.",
    "reply_hours": f"Hours until the answer, rounded; {MISSING} no answer.",
    "goal": "Number of the goal within the export; what it says is not exported.",
    "before": f"Stage before, or {NOT_ASKED} for the first one. {', '.join(STAGES)}.",
    "stage": f"Stage that a worker confirmed: {', '.join(STAGES)}.",
    "level": f"Level of service: {', '.join(LEVELS)}.",
    "why": "check (four questions), talk, review, re_entry.",
    "source": "worker or client: who said so.",
    "area": f"{', '.join(SERVICES)}.",
    "state": f"{', '.join(STATES)}.",
    "reason": "Why people are not in the export: said_no, never_asked.",
    "people": "How many people. Never more is said of them.",
}


def text() -> str:
    """The codebook in Markdown."""
    lines = [
        "# Codebook",
        "",
        f"Missing: {MISSING} not known, {NOT_ASKED} does not apply. No names, numbers or words.",
        f"A table made from this and given on must leave out counts from 1 to {LIMIT['funder']} "
        f"(to {LIMIT['public']} in public) and whatever gives them away.",
    ]
    for sheet, columns in COLUMNS.items():
        lines += ["", f"## {sheet}", "", "| column | meaning |", "|---|---|"]
        lines += [f"| {column} | {MEANING[column]} |" for column in columns]
    return "\n".join(lines) + "\n"
