"""What somebody answers to "How are you?": kept, answered kindly, and put before a person."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot import intents, present, questions
from bot.case import Case
from bot.checkins import moods, plans
from bot.checkins.writing import CHOICES, FLOWS, GOAL_FLOW, HOW_FLOW, WAITS, text_of
from bot.effects import say
from bot.engine import Text
from bot.escalation import alerts, to_client
from bot.flows._asking import reading
from bot.keywords import fold
from bot.program.plans import client_did
from bot.triage import Level, Tier
from records.models import CheckIn, CheckPlan, Message, Question

NOT_OK_KIND = "not_ok"
STEPS = {"1": "done", "2": "not_yet", "3": "help"}
_YES_NO = {"yes": "1", "no": "2"}


def check_in(case: Case) -> bool:
    """Takes the answer to a check-in: its digit while it is the newest question, or plain words
    for how they are while it is open at all. Triage has read the text before."""
    if case.has_alert or not case.words.strip():
        return False
    question = _question(case)
    if question is None:
        return False
    row = _row(case, question)
    if row is None:
        return False
    answer = _understood(case, question)
    if answer is not None:
        _take(case, question, row, answer)
        return True
    if case.keyword() is not None or intents.match(case.words) is not None:
        return False  # they want something else: the question stays open underneath
    if case.answer() is not None:
        return _once_more(case, question, row)
    _take(case, question, row, "words")
    return True


def keep_mood(case: Case) -> None:
    """Triage made an alert of a text that is also an answer: kept as that, nothing more said."""
    if case.waiting is not None and (row := _not_ok_to(case)) is not None:
        _keep(case, case.waiting, row, moods.NOT_OK)


def weigh_mood(case: Case) -> None:
    """ "Not ok" as an answer is paged like its digit, whatever the words alone would weigh."""
    verdict = case.verdict
    if verdict.tier is not Tier.P2 or (row := _not_ok_to(case)) is None:
        return
    case.verdict = replace(verdict, tier=Tier.P1, kind=NOT_OK_KIND)
    case.worker_id = case.session.get_one(CheckPlan, row.plan_id).agreed_by


def _not_ok_to(case: Case) -> CheckIn | None:
    """The check-in, waiting for its answer, that this text answers with "not ok" in words."""
    question = case.waiting
    if question is None or question.flow != HOW_FLOW or moods.mood(case.words) != moods.NOT_OK:
        return None
    return _row(case, question)


def _question(case: Case) -> Question | None:
    if case.waiting is not None and case.waiting.flow in FLOWS:
        return case.waiting
    if case.answer() is not None or moods.mood(case.words) is None:
        return None  # a bare short answer belongs to the newest question
    return case.session.scalar(
        select(Question)
        .where(
            Question.contact_id == case.contact.id,
            Question.flow == HOW_FLOW,
            Question.closed_at.is_(None),
            Question.expires_at > case.now,
        )
        .order_by(Question.id.desc())
        .limit(1)
    )


def _row(case: Case, question: Question) -> CheckIn | None:
    row_id = questions.data_of(case.line, case.contact, question).get("check_in")
    return case.session.get(CheckIn, row_id) if isinstance(row_id, int) else None


def _understood(case: Case, question: Question) -> str | None:
    answer = case.answer()
    digit = answer.digit if answer else None
    if question.flow == GOAL_FLOW:
        spoken = _YES_NO.get(answer.kind.value) if answer else None
        return STEPS.get(digit or spoken or "") or _step_in_words(case.words)
    if digit is not None:
        return moods.DIGITS.get(digit)
    return moods.mood(case.words)


def _step_in_words(words: str) -> str | None:
    plain = fold(words).replace(" ", "_")
    return plain if plain in STEPS.values() else None


def _once_more(case: Case, question: Question, row: CheckIn) -> bool:
    """A yes, a 7: asked again once, then a person reads it. A thanks has its own answer."""
    answer = case.answer()
    if answer is None or answer.kind.value not in ("yes", "no", "digit"):
        return False
    questions.close(case.session, question, "replaced", case.now)
    if question.tries:
        case.to_queue("not_understood")
        say(case, Text("check_in.words", {"reading": _reading(case)}))
        return True
    plan = case.session.get_one(CheckPlan, row.plan_id)
    asked = Text("asking.again", {"question": text_of(case.line, case.contact, plan)})
    message = say(case, asked)
    questions.put(
        case.session, case.line, case.contact, message, flow=question.flow, step="answered",
        choices=CHOICES, data={"check_in": row.id}, now=case.now, expires=WAITS, tries=1,
    )  # fmt: skip
    return True


def _take(case: Case, question: Question, row: CheckIn, answer: str) -> None:
    _keep(case, question, row, answer)
    case.conversation.not_understood = 0
    case.conversation.last_turn_at = case.now
    plan = case.session.get_one(CheckPlan, row.plan_id)
    if answer == moods.NOT_OK:
        _not_ok(case, plan)
    elif answer == moods.SO_SO and _was_so_so(case, row):
        _to_person(case, "so_so")
    elif answer == "words":
        _to_person(case, "check_in_words")
    elif answer == "help":
        _to_person(case, "goal_help")
    else:
        if answer == "done" and plan.ended_at is None:
            plans.end(case.session, plan, "done", case.now, "client")
            client_did(case.session, plan.id, case.now)
        say(case, Text(f"check_in.{answer}"))


def _keep(case: Case, question: Question, row: CheckIn, answer: str) -> None:
    questions.close(case.session, question, "answered", case.now)
    row.state, row.answer, row.answered_at, row.follow_at = "answered", answer, case.now, None
    case.session.flush()
    case.note("check_in_answered", answer)


def _to_person(case: Case, kind: str) -> None:
    case.to_queue(kind)
    say(case, Text("check_in.words", {"reading": _reading(case)}))


def _not_ok(case: Case, plan: CheckPlan) -> None:
    """One question, and an urgent item: the client's own worker hears of it, or who is on call."""
    if case.verdict.level is Level.ROUTINE:
        # As grave as the words would be: no correction of another text ends what rests on a "3".
        said = case.session.get_one(Message, case.message.id)
        said.level, said.kind = Level.URGENT.value, NOT_OK_KIND
    alert = alerts.open_or_grow(case, Level.URGENT, NOT_OK_KIND, Tier.P1, worker_id=plan.agreed_by)
    if alert.is_silent:
        say(case, Text("dates.ok"))  # somebody else may read this phone
        return
    case.has_alert = True
    to_client.first_reply(case, alert, NOT_OK_KIND)


def _was_so_so(case: Case, row: CheckIn) -> bool:
    before = case.session.scalar(
        select(CheckIn.answer)
        .join(CheckPlan, CheckPlan.id == CheckIn.plan_id)
        .where(
            CheckIn.contact_id == case.contact.id,
            CheckPlan.kind == plans.HOW,
            CheckIn.id < row.id,
            CheckIn.answer.is_not(None),
        )
        .order_by(CheckIn.id.desc())
        .limit(1)
    )
    return before == moods.SO_SO


def _reading(case: Case) -> Text:
    return reading(present.gather(case, ()))
