"""Eighteen sample months: loaded by one command's code, reported, exported, and counted again."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from itertools import combinations

import pandas
import pytest
from sqlalchemy import func, select

from bot.outcomes import codebook, export, reports, tables
from bot.outcomes.suppress import TOTAL, exposed, month_after
from records.database import Database
from records.models import (
    Appointment,
    Consent,
    Contact,
    ExportRequest,
    ReportRelease,
    StageChange,
)
from service import sample_program
from tests.admin.desk import Desk
from tests.stage import Stage

FIRST, LAST = date(2025, 5, 1), date(2026, 10, 1)


@pytest.fixture(scope="module")
def stage(module_database: Database) -> Stage:
    """A line with the sample fortnight and 120 people over eighteen months; read by all tests."""
    made = Stage(database=module_database)
    seen: list[tuple[int, int]] = []
    assert sample_program.seed(made.line, lambda done, of: seen.append((done, of)))
    assert seen[-1] == (120, 120)
    assert not sample_program.seed(made.line)
    return made


def months() -> list[date]:
    found, day = [], FIRST
    while day <= LAST:
        found.append(day)
        day = month_after(day)
    return found


@pytest.fixture(scope="module")
def released(stage: Stage) -> list[reports.Report]:
    """Every month, then the three halves and the whole, for both audiences."""
    days = months()
    spans = [(day, day) for day in days]
    spans += [(days[0], days[5]), (days[6], days[11]), (days[12], days[17]), (days[0], days[17])]
    made = []
    for first, last in spans:
        with stage.line.database.write() as session:
            made.append(
                reports.publish(session, stage.line, first, last, "funder", 1, stage.line.now())
            )
    return made


def test_no_small_count_follows_from_any_pair_of_releases(
    stage: Stage, released: list[reports.Report]
) -> None:
    with stage.line.database.read() as session:
        out = [reports.release_of(row) for row in session.scalars(select(ReportRelease))]
    assert len(out) == 22 and exposed(out) is None
    for pair in combinations(out, 2):
        assert exposed(pair) is None
    shown = [n for one in out for n in one.numbers.values() if n is not None]
    assert shown and all(n == 0 or (n >= 5 and n % 5 == 0) for n in shown)
    assert any(one.small for one in out)


def test_a_report_says_what_the_rows_say(stage: Stage, released: list[reports.Report]) -> None:
    whole = released[-1]
    with stage.line.database.read() as session:
        came = session.scalar(select(func.count()).where(Appointment.attended)) or 0
    circle = whole.tables["attended"]["circle"]
    assert circle is not None and abs(circle - came) <= 2


def test_made_again_it_is_what_it_was(stage: Stage, released: list[reports.Report]) -> None:
    with stage.line.database.write() as session:
        again = reports.publish(session, stage.line, FIRST, FIRST, "funder", 1, stage.line.now())
    assert again.tables == released[0].tables


@pytest.mark.parametrize(
    ("first", "last", "audience"),
    [
        (date(2026, 11, 1), date(2026, 11, 1), "funder"),
        (date(2026, 10, 2), date(2026, 10, 1), "funder"),
        (date(2026, 10, 1), date(2026, 9, 1), "funder"),
        (date(2020, 1, 1), date(2026, 9, 1), "funder"),
        (FIRST, FIRST, "friends"),
    ],
)
def test_months_that_cannot_be_reported(
    stage: Stage, first: date, last: date, audience: str
) -> None:
    with pytest.raises(reports.PeriodError), stage.line.database.write() as session:
        reports.publish(session, stage.line, first, last, audience, 1, stage.line.now())


def wish(stage: Stage) -> ExportRequest:
    return ExportRequest(
        purpose="x", from_on=FIRST, until_on=LAST, asked_by=1, asked_at=stage.line.now()
    )


def test_only_who_said_yes_is_exported_and_figures_agree(stage: Stage) -> None:
    with stage.line.database.read() as session:
        sheets = export.rows(session, stage.line, wish(stage), b"k" * 32)
        newest = select(func.max(Consent.id)).where(Consent.purpose == "evaluation")
        yes = set(
            session.scalars(
                select(Consent.contact_id).where(
                    Consent.id.in_(newest.group_by(Consent.contact_id)), Consent.given
                )
            )
        )
        rows = session.scalars(select(StageChange).order_by(StageChange.id)).all()
        contacts = session.scalar(select(func.count()).select_from(Contact)) or 0
    people = pandas.read_csv(io.BytesIO(export.as_csv("people", sheets["people"])))
    stages = pandas.read_csv(io.BytesIO(export.as_csv("stages", sheets["stages"])))
    assert len(people) == len(yes) and people["id"].is_unique
    expected = sum(row.contact_id in yes for row in rows)
    assert len(stages) == expected
    counted = stages.groupby("stage").size().to_dict()
    assert counted == {
        name: n
        for name in set(counted)
        if (n := sum(r.stage == name and r.contact_id in yes for r in rows))
    }
    left_out = dict(sheets["excluded"])
    assert len(people) + int(left_out["said_no"]) + int(left_out["never_asked"]) == contacts


def test_nothing_that_tells_who_is_in_a_file(stage: Stage) -> None:
    with stage.line.database.read() as session:
        sheets = export.rows(session, stage.line, wish(stage), b"k" * 32)
        ids = {str(n) for n in session.scalars(select(Contact.id))}
        names = set(session.scalars(select(Contact.public_id)))
    text = "\n".join(export.as_csv(name, sheet).decode() for name, sheet in sheets.items())
    assert "+1613" not in text and "sample goal" not in text
    assert not any(n in text for n in ids | names)
    assert set(export.COLUMNS) == set(sheets)


def test_the_same_person_has_the_same_id_only_with_the_same_key() -> None:
    assert export.pseudonym(b"a", 7) == export.pseudonym(b"a", 7) != export.pseudonym(b"b", 7)


def test_every_column_is_in_the_codebook() -> None:
    text = codebook.text()
    for sheet, columns in export.COLUMNS.items():
        assert f"## {sheet}" in text
        assert all(f"| {column} |" in text for column in columns)


def test_a_cell_never_becomes_a_formula() -> None:
    body = export.as_csv("excluded", [("=1+1", "-9")]).decode()
    assert "'=1+1" in body and ",-9" in body


def test_every_table_counts_nothing_in_an_empty_span(stage: Stage) -> None:
    at = datetime(2001, 1, 1, tzinfo=UTC)
    with stage.line.database.read() as session:
        found = tables.count(session, at, at, at.date(), at.date())
    assert found and not any(n for rows in found.values() for n in rows.values())


def test_the_evaluator_asks_a_supervisor_allows_and_pandas_reads(stage: Stage) -> None:
    evaluator = Desk(stage).sign_in_as("evaluator")
    fields = {"first": "2025-05", "last": "2026-10", "purpose": "the yearly evaluation"}
    assert evaluator.send("/admin/exports", **fields).status_code == 303
    with stage.line.database.read() as session:
        asked = select(ExportRequest).where(ExportRequest.purpose == fields["purpose"])
        row = session.scalars(asked).one()
    path = f"/admin/exports/{row.public_id}"
    token = {"csrf_token": evaluator.form_token("/admin/exports")}
    assert evaluator.client.post(f"{path}/file", data=token).status_code == 404
    assert evaluator.client.post(path, data={**token, "state": "allowed"}).status_code == 404
    boss = Desk(stage).sign_in_as("supervisor")
    assert boss.send(path, state="allowed").status_code == 303
    archive = evaluator.client.post(f"{path}/file", data={**token, "kind": "csv"})
    with zipfile.ZipFile(io.BytesIO(archive.data)) as files:
        assert "codebook.md" in files.namelist()
        sessions = pandas.read_csv(files.open("sessions.csv"))
    book = evaluator.client.post(f"{path}/file", data={**token, "kind": "xlsx"})
    same = pandas.read_excel(io.BytesIO(book.data), sheet_name="sessions", dtype=str)
    assert len(same) == len(sessions) > 0
    assert {"export_asked", "export_allowed", "export_taken"} <= set(evaluator.acts())


def test_nobody_allows_what_they_asked_for(stage: Stage) -> None:
    boss = Desk(stage).sign_in_as("supervisor")
    fields = {"first": "2025-05", "last": "2026-10", "purpose": "mine"}
    boss.send("/admin/exports", **fields)
    with stage.line.database.read() as session:
        row = session.scalars(select(ExportRequest).where(ExportRequest.purpose == "mine")).one()
    assert boss.send(f"/admin/exports/{row.public_id}", state="allowed").status_code == 422


def test_the_dashboard_shows_plots_with_their_tables(
    stage: Stage, released: list[reports.Report]
) -> None:
    evaluator = Desk(stage).sign_in_as("evaluator")
    page = evaluator.read("/admin/outcomes")
    assert page.count("<svg") == 4 and "2025-05" in page
    report = evaluator.read("/admin/outcomes/funder/2025-05_2026-10")
    assert report.count("<svg") == report.count("<table") == len(released[-1].tables)
    french = evaluator.read("/admin/outcomes/funder/2025-05_2026-10?lang=fr")
    assert "Résultats du programme" in french and "cercle de guérison" in french
    assert evaluator.open("/admin/outcomes/funder/2020-01_2020-01").status_code == 404
    assert TOTAL not in report
    refused = Desk(stage).sign_in_as("caseworker").open("/admin/outcomes")
    assert refused.status_code == 404
