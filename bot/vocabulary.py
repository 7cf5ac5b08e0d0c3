"""What a client's short text means: the words of the books, and those that staff have added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot import keywords
from bot.flows import FLOWS
from bot.language.answers import Answer, AnswerKind, understand
from bot.language.fold import fold

FLOW = "flow:"
#: What staff may say that a word means. Not stop, which would cut somebody off when entered
#: wrongly, and not help: words of danger belong to triage, whose rules are read and tested.
_NOT_BY_STAFF = (AnswerKind.DIGIT, AnswerKind.STOP, AnswerKind.HELP)
ANSWERS = tuple(kind.value for kind in AnswerKind if kind not in _NOT_BY_STAFF)
MEANINGS = (*ANSWERS, *(FLOW + name for name, flow in sorted(FLOWS.items()) if flow.keywords))


@dataclass(frozen=True)
class Vocabulary:
    """Short answers and keywords; what the books say comes first."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, added: Iterable[tuple[str, str]]) -> Vocabulary:
        """From (folded word, meaning) pairs; a meaning that is no more is left out."""
        answers: dict[str, Answer] = {}
        flows: dict[str, str] = {}
        for folded, means in added:
            if means in ANSWERS:
                answers[folded] = Answer(AnswerKind(means))
            elif means in MEANINGS:
                flows[folded] = means.removeprefix(FLOW)
        return cls(answers, flows)

    def answer(self, words: str) -> Answer | None:
        """The short answer that a whole text amounts to, or None."""
        known = understand(words)
        if known is not None or not self.answers:
            return known
        return self.answers.get(fold(words))

    def flow_for(self, words: str) -> str | None:
        """The flow whose word this text is, if any."""
        known = keywords.flow_for(words)
        if known is not None or not self.flows:
            return known
        return self.flows.get(fold(words))


def is_taken(word: str) -> bool:
    """Does this word mean something to the line already?"""
    plain = Vocabulary()
    return bool(
        plain.answer(word)
        or plain.flow_for(word)
        or keywords.opt_out_word(word)
        or keywords.is_start(word)
    )
