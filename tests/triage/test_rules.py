"""Every rule fires on its own examples, stays quiet on the others, and can be reached at all."""

import tomllib
from collections.abc import Iterator

import pytest

from bot.triage import triage
from bot.triage.inuktitut import inuktitut_signals
from bot.triage.patterns import parse
from bot.triage.reading import RULES, lexicon, read, word_classes
from bot.triage.rules import Rule, rules

STEMS = tomllib.loads((RULES / "inuktitut_stems.toml").read_text(encoding="utf-8"))
STEM_ENTRIES = STEMS["stem"] + STEMS["pair"]
CONTEXT_WORDS = {"just"}  # kept only before some words: "just took"


def fired(text: str) -> set[str]:
    return {signal.rule for signal in triage(text).signals}


def stems(text: str) -> set[str]:
    return {signal.rule for _, signal in inuktitut_signals(text)}


def entries() -> Iterator[tuple[str, str]]:
    """(rule or guard, pattern) of every file."""
    for path in sorted(RULES.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for entry in [*data.get("rule", []), *data.get("guard", [])]:
            for pattern in [*entry["match"], *entry.get("unless", [])]:
                yield entry["name"], pattern


@pytest.mark.parametrize("rule", [r for r in rules() if r.tier], ids=lambda r: r.name)
def test_a_rule_has_examples_that_fire(rule: Rule) -> None:
    assert rule.fires
    assert [text for text in rule.fires if rule.name not in fired(text)] == []


@pytest.mark.parametrize("rule", [r for r in rules() if r.tier], ids=lambda r: r.name)
def test_a_rule_has_examples_that_stay_quiet(rule: Rule) -> None:
    assert rule.quiet or rule.name in {"friend-suicidal", "wants-to-die"}
    assert [text for text in rule.quiet if rule.name in fired(text)] == []


@pytest.mark.parametrize("entry", STEM_ENTRIES, ids=lambda e: e["name"])
def test_a_stem_fires_and_stays_quiet_on_its_examples(entry: dict[str, list[str]]) -> None:
    name = str(entry["name"])
    assert [text for text in entry["fires"] if name not in stems(text)] == []
    assert [text for text in entry["quiet"] if name in stems(text)] == []


def test_every_word_of_a_pattern_can_be_read() -> None:
    """A word that reading turns into another could never be met: the pattern would be dead."""
    dead = []
    for name, pattern in entries():
        for item in pattern.split():
            words = item.removesuffix("?") if len(item) > 1 else item
            for word in words.split("|"):
                if word.startswith(("..", "<")) or word in {"^", "$", "?"} | CONTEXT_WORDS:
                    continue
                if read(f"zz {word} zz").words != (".", "zz", word, "zz", "."):
                    dead.append((name, word))
    assert dead == []


def test_every_word_of_a_class_can_be_read() -> None:
    dead = [
        (name, word)
        for name, words in word_classes().items()
        for word in words
        if read(f"zz {word} zz").words != (".", "zz", word, "zz", ".")
    ]
    assert dead == []


def test_a_short_form_is_one_token_and_its_meaning_is_read_as_written() -> None:
    lex = lexicon()
    wrong = [
        short
        for short in lex.written
        if read(f"zz {short} zz").words[2:-2]
        != tuple(word for word in lex.written[short] if word not in lex.fillers)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "pattern", ["..3", "happy?", "<nobody-knows-this>", "a ..3", "a||b", "a?|b"]
)
def test_a_pattern_that_means_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern|class|choice"):
        parse(pattern, word_classes())
