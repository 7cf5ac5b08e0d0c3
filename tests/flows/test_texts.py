"""How a text is chosen and filled: English, Inuktitut drafts, approved Inuktitut, never silence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import texts
from bot.engine import Text, When
from bot.language.dates import format_when
from bot.locales import derive, po
from bot.texts import ALONE, LOCALES, OFF, SAFE_LINE, WITH_ENGLISH, Catalogues, TextError
from tests.flows.talking import TEXTS

FOLDER = Path(texts.__file__).parent / "locales"
HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural};\\n"

"""
ONE_OR_MORE = "nplurals=2; plural=(n != 1)"
FRENCH = "nplurals=2; plural=(n > 1)"
DUAL = "nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2)"
ENGLISH = """
#, danger
msgid "line.safe"
msgstr "A person will read it."

#, ordinary
msgid "tea"
msgstr "Tea at {when}."

#, danger
msgid "call"
msgstr "Call 911."

#, ordinary
msgid "both"
msgstr "{first}\\n{second}"

#, ordinary
msgid "only_english"
msgstr "Only English"

#, ordinary
msgid "days"
msgid_plural "days"
msgstr[0] "{count} day"
msgstr[1] "{count} days"
"""
ROMAN = """
#, draft
msgid "tea"
msgstr "tii {when}."

#, draft
msgid "call"
msgstr "uqaalaut 911"

#, draft
msgid "both"
msgstr "{first}\\n{second}"

# reviewed by An elder on 2026-12-01
msgid "days"
msgid_plural "days"
msgstr[0] "ulluq {count}"
msgstr[1] "ulluuk {count}"
msgstr[2] "ullut {count}"
"""
TRANSLATED = """
#, draft
msgid "tea"
msgstr "Thé {when}."

#, draft
msgid "call"
msgstr "Appelez le 911."
"""
AT = When(datetime(2026, 12, 3, 14, 0, tzinfo=UTC))
TEA = Text("tea", {"when": AT})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Small catalogues, one for each locale."""
    (tmp_path / "en.po").write_text(HEAD.format(plural=ONE_OR_MORE) + ENGLISH, encoding="utf-8")
    (tmp_path / "iu_Latn.po").write_text(HEAD.format(plural=DUAL) + ROMAN, encoding="utf-8")
    (tmp_path / "iu.po").write_text(HEAD.format(plural=DUAL), encoding="utf-8")
    (tmp_path / "fr.po").write_text(HEAD.format(plural=FRENCH) + TRANSLATED, encoding="utf-8")
    return tmp_path


@pytest.fixture
def small(folder: Path) -> Catalogues:
    return Catalogues.load(folder)


def test_syllabics_are_what_the_roman_texts_give() -> None:
    roman = po.read(FOLDER / "iu_Latn.po", "iu_Latn")
    assert (FOLDER / "iu.po").read_text(encoding="utf-8") == derive.derived(roman)


def test_an_ordinary_draft_goes_out_with_its_english(small: Catalogues) -> None:
    (one,) = small.render(TEA, "iu_Latn")
    roman, english = format_when(AT.local, "iu_Latn"), format_when(AT.local, "en")
    assert one.body == f"tii {roman}.\nTea at {english}."
    assert (one.locale, one.is_fallback) == ("iu_Latn", False)


def test_an_ordinary_draft_may_be_set_to_go_alone_or_not_at_all(small: Catalogues) -> None:
    assert [r.body[:3] for r in small.render(TEA, "iu_Latn", ALONE)] == ["tii"]
    assert [r.locale for r in small.render(TEA, "iu_Latn", OFF)] == ["en"]


@pytest.mark.parametrize("drafts", [WITH_ENGLISH, ALONE])
def test_a_draft_about_danger_follows_the_english_and_never_stands_alone(
    small: Catalogues, drafts: str
) -> None:
    bodies = [r.body for r in small.render(Text("call"), "iu_Latn", drafts)]
    assert bodies == ["Call 911.", "uqaalaut 911"]


def test_a_text_is_as_grave_as_the_gravest_text_inside_it(small: Catalogues) -> None:
    both = Text("both", {"first": TEA, "second": Text("call")})
    first, second = small.render(both, "iu_Latn", ALONE)
    assert (first.locale, second.locale) == ("en", "iu_Latn")


def test_approved_inuktitut_goes_alone(small: Catalogues) -> None:
    (one,) = small.render(Text("days", {"count": 5}), "iu_Latn")
    assert one.body == "ullut 5" and small.problems() == ()


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "ullut 0"), (1, "ulluq 1"), (2, "ulluuk 2"), (3, "ullut 3"), (11, "ullut 11")],
)
def test_inuktitut_has_a_form_for_two(small: Catalogues, count: int, said: str) -> None:
    assert small.fill(Text("days", {"count": count}), "iu_Latn") == said


def test_the_shipped_catalogues_know_the_form_for_two() -> None:
    for name in ("iu", "iu_Latn"):
        catalog = po.read(FOLDER / f"{name}.po", name)
        assert catalog.num_plurals == 3 and "n == 2" in catalog.plural_expr


def test_a_french_draft_follows_the_same_rule_as_an_inuktitut_one(small: Catalogues) -> None:
    french, english = format_when(AT.local, "fr"), format_when(AT.local, "en")
    assert [r.body for r in small.render(TEA, "fr")] == [f"Thé {french}.\nTea at {english}."]
    assert [r.body for r in small.render(Text("call"), "fr", ALONE)] == [
        "Call 911.",
        "Appelez le 911.",
    ]


def test_missing_inuktitut_is_english_and_says_so(small: Catalogues) -> None:
    (one,) = small.render(Text("only_english"), "iu")
    assert (one.body, one.locale, one.is_fallback) == ("Only English", "en", True)


def test_a_missing_part_makes_the_whole_text_english(small: Catalogues) -> None:
    both = Text("both", {"first": TEA, "second": Text("only_english")})
    (one,) = small.render(both, "iu_Latn")
    assert one.locale == "en" and one.is_fallback and "tii" not in one.body


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", [Text("no.such"), Text("tea"), Text("tea", {"when": 1.5})])
def test_what_cannot_be_filled_is_never_silence(small: Catalogues, locale: str, text: Text) -> None:
    (one,) = small.render(text, locale)
    assert one.body == "A person will read it." and one.is_fallback and one.text_id == text.id


@pytest.mark.parametrize("text", [Text("no.such"), Text("tea"), Text("days", {"count": "two"})])
def test_filling_strictly_raises(small: Catalogues, text: Text) -> None:
    with pytest.raises(TextError):
        small.fill(text, "en")


def test_lists_are_lines_and_empty_ones_leave_no_gap(small: Catalogues) -> None:
    many = Text("both", {"first": ("a", "b"), "second": ()})
    assert small.fill(many, "en") == "a\nb"


def test_dear_signs_are_swapped(small: Catalogues) -> None:
    quoted = Text("both", {"first": "“tea”", "second": "it’s\u202f2"})
    assert small.fill(quoted, "en") == '"tea"\nit\'s 2'


def test_what_a_client_typed_is_never_taken_for_a_place(small: Catalogues) -> None:
    odd = Text("both", {"first": "{second} {when}", "second": "x"})
    assert small.fill(odd, "en") == "{second} {when}\nx"


def test_a_file_that_cannot_be_read_is_refused(folder: Path) -> None:
    (folder / "en.po").write_text('msgid "broken', encoding="utf-8")
    with pytest.raises(TextError):
        Catalogues.load(folder)
    (folder / "en.po").unlink()
    with pytest.raises(TextError):
        Catalogues.load(folder)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('#, draft\nmsgid "tea"\nmsgstr "tii {other}"\n', "a place"),
        ('#, draft\nmsgid "new"\nmsgstr "tii"\n', "not in English"),
        ('msgid "call"\nmsgstr "uqaalaut 911"\n', "neither draft nor reviewed"),
        ('# reviewed by X on 2026-12-01\nmsgid "call"\nmsgstr "uqaalaut"\n', "without 911"),
        ('# reviewed by X on 2026-12-01\n#, draft\nmsgid "call"\nmsgstr "9"\n', "both draft"),
    ],
)
def test_what_is_wrong_in_a_translation_is_named(folder: Path, entry: str, problem: str) -> None:
    (folder / "iu.po").write_text(HEAD.format(plural=DUAL) + entry, encoding="utf-8")
    assert any(problem in found for found in Catalogues.load(folder).problems())


def test_an_approved_text_that_leaves_out_a_number_does_not_go_alone(folder: Path) -> None:
    entry = '# reviewed by X on 2026-12-01\nmsgid "call"\nmsgstr "uqaalaut"\n'
    (folder / "iu.po").write_text(HEAD.format(plural=DUAL) + entry, encoding="utf-8")
    bodies = [r.body for r in Catalogues.load(folder).render(Text("call"), "iu")]
    assert bodies == ["Call 911.", "uqaalaut"]


def test_what_is_neither_flagged_nor_signed_counts_as_a_draft(folder: Path) -> None:
    entry = 'msgid "call"\nmsgstr "uqaalaut 911"\n'
    (folder / "iu.po").write_text(HEAD.format(plural=DUAL) + entry, encoding="utf-8")
    assert len(Catalogues.load(folder).render(Text("call"), "iu", ALONE)) == 2


def test_a_text_without_a_class_is_named(folder: Path) -> None:
    text = HEAD.format(plural=ONE_OR_MORE) + ENGLISH + '\nmsgid "bare"\nmsgstr "x"\n'
    (folder / "en.po").write_text(text, encoding="utf-8")
    assert Catalogues.load(folder).problems() == ("en bare: class unknown",)


def test_the_safe_line_is_there() -> None:
    assert TEXTS.entry(SAFE_LINE, "en") is not None
