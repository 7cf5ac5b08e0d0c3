"""The directory: what may be sent, what must be checked first, and what happens with age."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import phonenumbers
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bot import directory
from bot.directory import FILE, LINES_FOR, load_rows
from records.models import Base, QueueItem, Resource

CHECKED = date(2026, 11, 23)
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SHORT_CODES = {"911", "988", "211", "311", "811"}
ROWS = load_rows()
ROOT = Path(__file__).parents[1]
#: A North American number as people write it: area, exchange, line.
NUMBER = re.compile(r"(?<![\d+])(?:\+?1[-. ]?)?\(?([2-9]\d{2})\)?[-. ]?(\d{3})[-. ](\d{4})(?!\d)")


@pytest.fixture
def session() -> Iterator[Session]:
    """A database that holds the data file."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        directory.sync(session)
        yield session
    engine.dispose()


def _slugs(session: Session, today: date) -> set[str]:
    session.flush()
    found = directory.sendable(session, today)
    return {fact.slug for facts in found.values() for fact in facts}


def _row(session: Session, slug: str) -> Resource:
    return session.scalars(select(Resource).where(Resource.slug == slug)).one()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["slug"])
def test_every_number_is_one_that_can_be_dialled(row: dict[str, str | None]) -> None:
    for number in filter(None, (row["call"], row["text"])):
        bare = number.rpartition(" ")[2]
        if bare in SHORT_CODES:
            continue
        if len(bare) in (5, 6) and number == row["text"]:
            assert bare.isdigit()
            continue
        parsed = phonenumbers.parse(bare, "CA")
        assert phonenumbers.is_valid_number(parsed), number
        assert bare.count("-") in (2, 3)


def test_every_row_is_whole() -> None:
    assert len({row["slug"] for row in ROWS}) == len(ROWS) >= 65
    for row in ROWS:
        assert row["source"] and row["discreet_name"] and row["stale_after_days"] in (90, 180)
        assert not row["sendable"] or row["call"] or row["text"]
        limits = {
            c.name: c.type.length for c in Resource.__table__.columns if hasattr(c.type, "length")
        }
        for name, limit in limits.items():
            assert limit is None or len(str(row.get(name) or "")) <= limit, (row["slug"], name)


def test_unverified_rows_are_never_sent(session: Session) -> None:
    unverified = {row["slug"] for row in ROWS if not row["sendable"]}
    assert {"kamatsiaqtut", "rape_crisis_centre", "cornerstone", "childrens_aid"} <= unverified
    assert _slugs(session, CHECKED) & unverified == set()


def test_only_a_verified_row_carries_the_day_it_was_checked() -> None:
    for row in ROWS:
        assert row["checked_on"] in (CHECKED, None)
        assert not row["sendable"] or row["checked_on"] == CHECKED


def test_the_numbers_that_matter_most(session: Session) -> None:
    facts = {f.slug: f for found in directory.sendable(session, CHECKED).values() for f in found}
    assert (facts["emergency_911"].call, facts["emergency_911"].text) == ("911", None)
    assert (facts["helpline_988"].call, facts["helpline_988"].text) == ("988", "988")
    assert facts["poison_centre"].call == "1-844-764-7669"
    assert facts["nors"].hours == ""
    assert facts["hope_for_wellness"].ask_inuktitut


def test_911_can_never_be_written_as_a_number_to_text() -> None:
    for wrong in ("911", "9-1-1", "HELP to 911"):
        with pytest.raises(ValueError, match="911"):
            Resource(text=wrong)
    for wrong in ("Text 911 for help", "texting to 9-1-1", "txt 911"):
        with pytest.raises(ValueError, match="911"):
            Resource(notes=wrong)
    assert Resource(text="613-911-0000", notes="Call 911, text 988").text == "613-911-0000"


def test_no_text_or_page_holds_a_number_that_is_not_a_checked_row() -> None:
    """What stands in a text, a page or a poster goes out without the directory being asked."""
    checked = {
        re.sub(r"\D", "", number.rpartition(" ")[2])[-10:]
        for row in ROWS
        if row["sendable"]
        for number in filter(None, (row["call"], row["text"]))
    }
    files = [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/**/*.html")]
    files += [*ROOT.glob("*/locales/*.po"), *ROOT.glob("admin/templates/**/*.html")]
    files += [*ROOT.glob("bot/**/*.toml"), *ROOT.glob("bot/language/data/services_fr.tsv")]
    found = {
        ("".join(number), path.name)
        for path in files
        for number in NUMBER.findall(path.read_text(encoding="utf-8"))
        if number[1] != "555"  # nobody has these: they are kept for examples
    }
    assert len(files) > 30 and found
    assert {one for one in found if one[0] not in checked} == set()


@pytest.mark.parametrize("path", sorted(ROOT.glob("bot/locales/*.po")), ids=lambda path: path.stem)
def test_of_short_numbers_a_clients_text_says_911_and_988_only(path: Path) -> None:
    said = re.findall(r'^msgstr.*"(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
    short = {
        number for text in said for number in re.findall(r"(?<!\d)(?:\d{3}|\d{5,6})(?!\d)", text)
    }
    assert short == {"911", "988"}


def test_a_stale_row_stops_being_sent_and_opens_one_task(session: Session) -> None:
    last = CHECKED + timedelta(days=180)
    assert "legal_advice_assault" in _slugs(session, last)
    after = last + timedelta(days=1)
    _row(session, "legal_aid").checked_on = after
    assert "legal_advice_assault" not in _slugs(session, after)
    directory.review_stale(session, NOW, after)
    directory.review_stale(session, NOW, after)
    items = session.scalars(select(QueueItem).where(QueueItem.subject == "legal_advice_assault"))
    assert [(i.kind, i.level) for i in items] == [("stale_resource", "routine")]


def test_911_and_988_never_go_stale(session: Session) -> None:
    years = CHECKED + timedelta(days=3650)
    assert {"emergency_911", "helpline_988"} <= _slugs(session, years)


def test_the_last_line_of_an_urgent_kind_is_still_sent_and_is_an_alarm(session: Session) -> None:
    later = CHECKED + timedelta(days=120)
    _row(session, "talk4healing").checked_on = CHECKED + timedelta(days=1)
    sent = _slugs(session, later)
    assert "talk4healing" in sent and "sadv_navigation" not in sent
    directory.review_stale(session, NOW, later)
    item = session.scalars(select(QueueItem).where(QueueItem.subject == "talk4healing")).one()
    assert (item.kind, item.level) == ("alarm", "urgent")


def test_fresh_rows_raise_nothing(session: Session) -> None:
    assert directory.review_stale(session, NOW, CHECKED) == 0
    assert session.scalars(select(QueueItem)).all() == []


def test_staff_edits_outlive_the_file(session: Session) -> None:
    edited, other = _row(session, "legal_aid"), _row(session, "food_bank")
    edited.call, edited.checked_by = "1-800-555-0100", "staff"
    other.call = "613-555-0199"
    assert directory.sync(session) == 1
    assert edited.call == "1-800-555-0100"
    assert other.call == "613-745-7001" and other.checked_by == FILE


def test_syncing_twice_changes_nothing(session: Session) -> None:
    assert directory.sync(session) == 0


def test_urgent_kinds_name_rows_that_can_be_sent(session: Session) -> None:
    sent = _slugs(session, CHECKED)
    assert {slug for slugs in LINES_FOR.values() for slug in slugs} <= sent


def test_who_reads_inuktitut_gets_a_line_with_a_speaker(session: Session) -> None:
    found = directory.sendable(session, CHECKED)
    for kind in LINES_FOR:
        ids = [text.id for text in directory.lines_for(kind, found, "iu")]
        assert "service.call_inuktitut" in ids, kind
    first, *_ = directory.lines_for("violence", found, "iu")
    assert first.params["name"] == "Talk line"


def test_lines_use_discreet_names_and_the_best_row_stands_first(session: Session) -> None:
    found = directory.sendable(session, CHECKED)
    names = [text.params["name"] for text in directory.lines_for("held", found, "en")]
    assert names == ["Safety line"]
    assert [fact.slug for fact in found["crisis"]][:2] == ["emergency_911", "helpline_988"]


def test_an_unknown_kind_gets_the_general_lines(session: Session) -> None:
    found = directory.sendable(session, CHECKED)
    assert directory.lines_for("odd", found, "en") == directory.lines_for("generic", found, "en")
