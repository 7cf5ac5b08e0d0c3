"""Everything that has to do with the language of a text, without knowing whose text it is."""

from bot.language.answers import Answer, AnswerKind, understand
from bot.language.dates import MONTHS, WEEKDAYS, format_when
from bot.language.detect import Detection, detect, script, word_languages
from bot.language.fold import fold, fold_doubled, squash
from bot.language.plural import GETTEXT_HEADER, dual
from bot.language.segments import Segments, count, normalise
from bot.language.transliterate import transliterate

__all__ = [
    "GETTEXT_HEADER",
    "MONTHS",
    "WEEKDAYS",
    "Answer",
    "AnswerKind",
    "Detection",
    "Segments",
    "count",
    "detect",
    "dual",
    "fold",
    "fold_doubled",
    "format_when",
    "normalise",
    "script",
    "squash",
    "transliterate",
    "understand",
    "word_languages",
]
