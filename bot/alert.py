"""An urgent text is put in front of a person at once, and answered before anything else."""

from __future__ import annotations

from datetime import timedelta

from bot import after_close, first_words, intents, keywords, safety, small, timer, watched
from bot.case import Case
from bot.effects import say
from bot.engine import Text
from bot.escalation import alerts, ladder, paging, to_client, unasked
from bot.language.answers import Answer, AnswerKind
from bot.ledger import answers_reopening, reopen
from bot.own_words import DURESS
from bot.triage import Level
from records.models import Escalation, Message

#: The flow of who asks for a person.
_PERSON = "talk"
#: So long after a person's last word the bot leaves the talk to them.
WITH_PERSON_FOR = timedelta(minutes=30)


def alert(case: Case) -> bool:
    """Acts on triage's verdict and on the client's open alert; True when it has dealt with
    the text, so that nothing else answers."""
    verdict = case.verdict
    open_one = alerts.held(case.session, case.alert_id) if case.alert_id else None
    if open_one is not None:
        alerts.can_text_now(case, open_one)
        unasked.heed_cry(case, open_one)
        alerts.heed_stop(case, open_one)
    if open_one is not None and (DURESS in case.own or watched.hushes(case, open_one.kind)):
        # From here on the phone may be in other hands: the alert goes on without it.
        open_one.is_silent, open_one.silence_at, open_one.tell_at = True, None, None
        watched.keep_back(case.session, case.contact.id)
    if open_one is None:
        is_cry = verdict.level is not Level.ROUTINE
        return _urgent(case, None) if is_cry else after_close.opens_anew(case)
    if verdict.level is Level.ROUTINE or _is_bare_answer(case, open_one):
        return _more(case, open_one)
    return _urgent(case, open_one)


def _is_bare_answer(case: Case, open_one: Escalation) -> bool:
    """Is this a short answer, or MORE time, that only the texts before it make sound urgent?"""
    is_answer = bool(safety.answer_in(case) or safety.in_its_words(case, open_one))
    return (is_answer and not open_one.is_silent) or timer.asks_for_more(case)


def _urgent(case: Case, open_one: Escalation | None) -> bool:
    verdict = case.verdict
    kind, told = verdict.kind or "generic", first_words.reply_kind(case)
    if open_one is None:
        worker = case.worker_id
        open_one = alerts.open_alert(case, verdict.level, kind, verdict.tier, worker_id=worker)
        is_news = True
    else:
        alerts.bundle(case, open_one)
        is_news = _grows(case, open_one, told)
    if open_one.is_silent:
        return _ordinary(case, open_one)
    case.has_alert = True
    if _is_with_person(case, open_one):
        return True
    if is_news or _was_left(case, open_one) or not to_client.is_told(case, open_one):
        to_client.first_reply(case, open_one, told, needs_bed=first_words.needs_bed(case))
        return True
    # Worth a person's eyes by itself, yet also a plain request: the answer must not wait.
    if case.ledger() is None and _asks_for_other(case, case.answer()):
        return False
    return _heard(case, open_one)


def _ordinary(case: Case, open_one: Escalation) -> bool:
    """Somebody else may read this phone: one plain word, as after anything else."""
    if open_one.is_probe or case.answered:
        return True
    if case.is_repeat or case.conversation.handed_off_at or case.ledger() is not None:
        return False  # where the bot is silent anyway, it stays so
    if case.contact.stopped_at is not None:
        return False  # the decoy answers
    if case.own and _asks_for_something(case, case.answer()):
        return False  # besides the word there was a plain request
    if watched.wants_no_answer(case):
        return True
    say(case, Text("dates.ok"))
    return True


def _goes_its_way(case: Case) -> bool:
    """Has this text an ordinary answer, as if there were no alert?"""
    if timer.is_meant(case):
        return True
    answer = case.answer()
    if answer is None:
        return _asks_for_something(case, answer)
    is_reply = answer.kind in (AnswerKind.DIGIT, AnswerKind.YES, AnswerKind.NO)
    return not is_reply or case.waiting is not None


def _grows(case: Case, open_one: Escalation, kind: str) -> bool:
    """A further urgent text: raises the alert, or is bundled. True when it needs a new reply."""
    verdict = case.verdict
    is_new_kind = kind not in open_one.kinds.split(",")
    if alerts.grow(case, open_one, verdict.level, kind, verdict.tier):
        return True
    return is_new_kind and verdict.level.rank >= Level(open_one.level).rank


def _more(case: Case, open_one: Escalation) -> bool:
    """A text that is not urgent by itself, from someone with an open alert."""
    alerts.bundle(case, open_one)
    answer = safety.to_question(case, open_one)
    if safety.is_no(case, open_one, answer):
        return _not_safe(case, open_one)
    if case.ledger() is not None and not open_one.is_silent:
        return _after_stop(case, open_one)
    _reach_holder(case, open_one)
    if open_one.is_silent:
        return _in_quiet(case, open_one)
    case.has_alert = True
    if timer.is_meant(case):
        return False
    if _is_with_person(case, open_one):
        return True
    if answer is not None:
        _answered(case, open_one, is_safe=True)
        return True
    if _asks_for_other(case, case.answer()):
        return False
    return _heard(case, open_one)


def _in_quiet(case: Case, open_one: Escalation) -> bool:
    """A text in a quiet alert is answered as any, or with one plain word."""
    if watched.SOMEONE_ELSE in case.eyes:
        return False  # they get the line that all get
    return not _goes_its_way(case) and _ordinary(case, open_one)


def _reach_holder(case: Case, open_one: Escalation) -> None:
    """Whoever has it hears of the text, and answers it in time unless it was a thank-you."""
    if open_one.acknowledged_by is not None:
        paging.more(case.session, case.line, open_one, case.now)
        if not _is_thanks(case):
            alerts.answer_within(case.session, open_one, ladder.MORE_MINUTES, case.now)


def _is_thanks(case: Case) -> bool:
    """ "ok", "thanks": whoever said good night need not answer that."""
    answer = case.answer()
    is_kind = answer is not None and answer.kind is AnswerKind.THANKS
    return is_kind or keywords.fold(case.words) in small.I_SEE


def _after_stop(case: Case, open_one: Escalation) -> bool:
    """Who said STOP hears what they asked for: what their answer does, and what START asks. Once
    texts may come again whoever helps can write, and a first reply that never came goes out."""
    case.has_alert = True
    is_reopening = answers_reopening(case, open_one.reply_id)
    answer = None if open_one.cannot_text else safety.to_question(case, open_one)
    if not is_reopening and answer is not None and not safety.is_yes(answer):
        return _not_safe(case, open_one)
    _reach_holder(case, open_one)
    if is_reopening:
        is_done = reopen(case)
        if case.ledger() is None and alerts.takes_texts_again(case, open_one):
            to_client.first_reply(case, open_one, open_one.kind)
        return is_done
    if answer is not None:
        _answered(case, open_one, is_safe=True)
    return True


def met(case: Case) -> None:
    """MENU, or any other word whose answer would be a question, is not met with silence either."""
    open_one = alerts.held(case.session, case.alert_id) if case.alert_id else None
    if case.has_alert and not case.answered and open_one is not None:
        _heard(case, open_one)


def _heard(case: Case, open_one: Escalation) -> bool:
    """Nothing else answers this text: while they wait for a person, silence is no answer either."""
    if case.ledger() is None and not case.is_repeat and not case.answered:
        is_asking = (
            small.is_small(case.words) or small.asks_back(case.words) or _asked(case) == _PERSON
        )
        to_client.noted(case, open_one, is_asking=is_asking)
    return True


def _is_with_person(case: Case, open_one: Escalation) -> bool:
    """Does somebody have the item who wrote, or noted, a short while ago? Then they speak."""
    if case.conversation.handed_off_at is None or open_one.acknowledged_by is None:
        return False
    return open_one.human_at is not None and case.now - open_one.human_at <= WITH_PERSON_FOR


def _was_left(case: Case, open_one: Escalation) -> bool:
    """Was the last word to them a person's, who has not been here for a while?"""
    if open_one.human_at is None:
        return False
    told = case.session.get(Message, open_one.reply_id) if open_one.reply_id else None
    return told is None or told.created_at <= open_one.human_at


def _answered(case: Case, open_one: Escalation, *, is_safe: bool, is_said: bool = True) -> None:
    """1 is kept and closes nothing. `is_said`: the client hears that it came."""
    open_one.answer, open_one.answered_at = "yes" if is_safe else "no", case.now
    open_one.silence_at = None
    case.note("alert_answered", open_one.answer)
    if is_said and not case.is_repeat:  # a carrier's double is answered once
        to_client.heard_answer(case, open_one, is_safe=is_safe)


def _not_safe(case: Case, open_one: Escalation) -> bool:
    """2 makes it an emergency, also while a person talks with them: then the bot says nothing. In a
    quiet alert the phone shows nothing of it."""
    case.has_alert = not open_one.is_silent
    is_said = case.has_alert and not _is_with_person(case, open_one)
    _answered(case, open_one, is_safe=False, is_said=is_said)
    if Level(open_one.level) is not Level.EMERGENCY:
        alerts.raise_to(case.session, case.line, open_one, Level.EMERGENCY, "answer", case.now)
    else:
        paging.more(case.session, case.line, open_one, case.now)
        if open_one.acknowledged_by is not None:
            minutes = ladder.ACK_MINUTES[open_one.level]
            alerts.answer_within(case.session, open_one, minutes, case.now)
    return case.has_alert or _in_quiet(case, open_one)


def _asks_for_something(case: Case, answer: Answer | None) -> bool:
    """A number, a kit, a place tonight, the next circle: answered at once even now."""
    if answer is not None and answer.kind in (AnswerKind.THANKS, AnswerKind.GREETING):
        return False
    return _asked(case) is not None


def _asks_for_other(case: Case, answer: Answer | None) -> bool:
    """The same, but for a person: one is being told already, and is not bound to office hours."""
    return _asks_for_something(case, answer) and _asked(case) != _PERSON


def _asked(case: Case) -> str | None:
    """The flow that this text asks for."""
    found = case.keyword()
    asked = intents.match(case.words) if found is None else None
    return asked.flow if asked else found
