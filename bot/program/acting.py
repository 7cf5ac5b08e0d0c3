"""Keeps what a client answered about change, about the next plan, and about whether it helped."""

from __future__ import annotations

from sqlalchemy import select, update

from bot import questions
from bot.case import Case
from bot.engine import Effect, EndCheck, KeepExperience, KeepScore, UnlockPlan
from bot.program import stages
from records.models import ExitPlan, Experience, StageCheck

FLOW = "stage_check"
SCORES = ("how_much", "how_sure", "how_safe", "fits")


def act(case: Case, effect: Effect) -> None:
    """Applies one effect of these conversations; any other is left alone."""
    match effect:
        case KeepScore():
            _score(case, effect)
        case EndCheck():
            _end(case, effect.check)
        case UnlockPlan():
            _unlock(case, is_yes=effect.is_yes)
        case KeepExperience():
            _experience(case, effect.score)


def _asking(case: Case, check_id: int | None = None) -> StageCheck | None:
    """The check that this client is being asked now; nobody else's, whatever an id says."""
    found = select(StageCheck).where(
        StageCheck.contact_id == case.contact.id, StageCheck.state == "asking"
    )
    if check_id is not None:
        found = found.where(StageCheck.id == check_id)
    return case.session.scalar(found.order_by(StageCheck.id.desc()).limit(1))


def _score(case: Case, effect: KeepScore) -> None:
    check = _asking(case, effect.check)
    if check is None or effect.name not in SCORES:
        return
    setattr(check, effect.name, effect.value)
    if effect.name == "how_safe" and stages.is_less_safe(effect.value, _safe_before(case, check)):
        case.to_queue("less_safe", "urgent")
        case.note("less_safe")


def _safe_before(case: Case, check: StageCheck) -> int | None:
    """How safe they felt the last time they said, whichever goal it was about."""
    return case.session.scalar(
        select(StageCheck.how_safe)
        .where(
            StageCheck.contact_id == case.contact.id,
            StageCheck.id != check.id,
            StageCheck.how_safe.is_not(None),
        )
        .order_by(StageCheck.asked_at.desc(), StageCheck.id.desc())
        .limit(1)
    )


def _end(case: Case, check_id: int | None) -> None:
    """Done, or left out from here on: what was answered counts all the same."""
    check = _asking(case, check_id)
    if check is None:
        return
    check.state, check.ended_at = "done" if check_id is not None else "skipped", case.now
    found = stages.propose(
        stages.Scores(check.how_much, check.how_sure, check.how_safe, check.fits)
    )
    if found is not None:
        check.stage, check.level = found.stage, found.level
        case.to_queue("stage_proposed")
    questions.close_flow(case.session, case.contact, FLOW, case.now)
    case.note("stage_check", check.state)


def _unlock(case: Case, *, is_yes: bool) -> None:
    values = {"client_how": "text", "client_at": case.now} if is_yes else {"closed_at": case.now}
    changed = case.session.execute(
        update(ExitPlan)
        .where(
            ExitPlan.contact_id == case.contact.id,
            ExitPlan.closed_at.is_(None),
            ExitPlan.client_at.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
        .returning(ExitPlan.id)
    ).all()
    if changed:
        case.note("next_plan", "yes" if is_yes else "no")
        case.to_queue("plan_answer")


def _experience(case: Case, score: int) -> None:
    case.session.add(
        Experience(
            contact_id=case.contact.id, score=score, language=case.contact.language, at=case.now
        )
    )
    case.note("experience")
