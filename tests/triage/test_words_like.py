"""The words-like layer: shipped with its source, only ever raising, and the same when relearned."""

import hashlib
from pathlib import Path

import pytest

from bot.triage import Level, triage
from bot.triage.decide import judge
from bot.triage.train import FALSE_ALARMS, Example, fit, kind_words, texts_of, thresholds
from bot.triage.words_like import WEIGHTS, Weights, kind_like, weights

TESTS = Path(__file__).parents[1]
SOURCES = [*TESTS.glob("data/triage/dev_*.tsv"), *TESTS.glob("triage/learn_*.tsv")]
SILENT = Weights({}, (-99.0, -99.0), (0.0, 0.0, 0.0), 0.0)


def test_the_weights_were_learned_from_the_texts_that_ship() -> None:
    """When this fails, learn again: python -m bot.triage.train (see the module)."""
    rows = texts_of(sorted(SOURCES))
    digest = hashlib.sha256("\n".join("\t".join(row) for row in rows).encode()).hexdigest()
    assert digest in WEIGHTS.read_text(encoding="utf-8").splitlines()[1]


@pytest.mark.parametrize(
    "text", ["i took all my pills", "what time is circle", "he hit me last night", "ok", ""]
)
def test_the_layer_only_ever_raises(text: str) -> None:
    assert triage(text).level.rank >= judge(text, (), SILENT).level.rank


def test_a_raise_by_the_layer_is_named_in_the_signals() -> None:
    eager = weights().speaking_from((-99.0, -99.0, -99.0), 99.0)
    verdict = judge("the kettle sings on wednesdays", (), eager)
    assert verdict.level is Level.URGENT
    assert [signal.rule.partition(":")[0] for signal in verdict.signals] == ["words-like"]


def test_the_kind_of_a_raise_is_what_a_rule_said_and_not_what_it_sounds_like() -> None:
    eager = weights().speaking_from((-99.0, -99.0, -99.0), -99.0)
    assert judge("she kicked me in the stomach", (), eager).kind == "violence"
    assert judge("my aunty kicked me out i got nowhere to go", (), eager).kind == "housing"


def test_the_layer_is_silent_on_one_or_two_words() -> None:
    eager = weights().speaking_from((-99.0, -99.0, -99.0), -99.0)
    assert judge("blue kettle", (), eager).level is Level.ROUTINE


def test_an_emergency_must_be_beyond_both_models_together() -> None:
    score = weights().start[0]

    def level(beyond: float, soon: float) -> Level:
        model = Weights({}, (score, soon), (score - beyond,) * 3, 0.0)
        return judge("the kettle sings on wednesdays", (), model).level

    assert level(0.4, 2.0) is Level.URGENT
    assert level(0.4, 2.2) is Level.EMERGENCY
    assert level(3.0, -0.4) is Level.EMERGENCY
    assert level(-0.1, 9.0) is Level.ROUTINE


def test_each_length_has_its_own_threshold() -> None:
    model = Weights({}, (0.0, 0.0), (2.0, 1.5, 1.0), 0.0)
    assert [model.threshold_at(words) for words in (16, 17, 55, 56)] == [2.0, 1.5, 1.5, 1.0]


def example(level: str, *facts: str) -> Example:
    return Example(level, "help", 5, tuple((fact, 0.5) for fact in facts), frozenset(facts))


def test_learning_tells_what_must_be_seen_from_what_is_ordinary() -> None:
    examples = [example("urgent", "dark"), example("ordinary", "tea")] * 20
    model = fit(examples)
    assert model.scores({"dark": 0.5})[0] > 0 > model.scores({"tea": 0.5})[0]


def test_learning_again_gives_the_same_weights() -> None:
    examples = [example("emergency", "now"), example("urgent", "dark"), example("ordinary", "tea")]
    assert fit(examples * 10) == fit(examples * 10)


def test_a_threshold_lets_the_allowed_share_of_ordinary_texts_pass() -> None:
    examples = [example("ordinary", "tea")] * 1000 + [example("urgent", "dark")] * 10
    scores = [(float(at), 0.0) for at in range(1000)] + [(0.0, 5.0)] * 10
    long = [Example("ordinary", "x", 99, (), frozenset())]
    (short, _, _), _ = thresholds(examples + long, [*scores, (0.0, 0.0)])
    assert sum(score[0] > short for score in scores) == int(1000 * FALSE_ALARMS[0]) == 10


def test_the_words_of_a_kind_name_it() -> None:
    examples = [
        Example("urgent", "police", 3, (), frozenset({"court", "x"})),
        Example("urgent", "housing", 3, (), frozenset({"bed", "x"})),
    ] * 5
    assert {(word, kind) for word, kind, _ in kind_words(examples)} == {
        ("court", "police"),
        ("bed", "housing"),
    }
    assert kind_like(["zzz"]) == "distress"


def test_labelled_files_give_each_text_once(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_text("level\tkind\ttext\n# note\nurgent\thelp\ta\nordinary\tchat\ta\n", "utf-8")
    assert texts_of([file]) == [("urgent", "help", "a")]


def test_a_grave_rule_counts_in_few_words_unless_they_speak_against_it() -> None:
    """The words are a little below where the layer speaks, then far below it."""
    score = weights().start[0]

    def level(text: str, below: float) -> Level:
        model = Weights({}, (score, -9.0), (score + below,) * 3, 0.0)
        return judge(text, (), model).level

    grave, tale = "the driver is taking us to montreal", "a song of theirs is called "
    assert level(grave, 0.7) is Level.EMERGENCY
    assert level(grave, 0.9) is Level.ROUTINE
    assert level(tale + grave, 0.7) is Level.ROUTINE
    assert level("i feel so sad and alone here", 0.7) is Level.ROUTINE
