"""An existing list of clients: looked at, taken whole or not at all, and nobody is texted."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import names
from bot.line import Line
from records.models import Contact, Message
from service import client_list

GOOD = "phone,short_name,language,script\n613-555-0123,Annie,iu,Cans\n+16135550124,Joe,,\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "clients.csv"
    path.write_text(text, "utf-8")
    return path


def number_of(line: Line, model: type) -> int:
    with line.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_looking_changes_nothing_and_keeping_texts_nobody(line: Line, tmp_path: Path) -> None:
    rows = client_list.read(written(tmp_path, GOOD))
    assert client_list.bring_in(line, rows, keep=False) == client_list.Outcome(2, 0)
    assert number_of(line, Contact) == 0
    assert client_list.bring_in(line, rows, keep=True) == client_list.Outcome(2, 0)
    assert client_list.bring_in(line, rows, keep=True) == client_list.Outcome(0, 2)
    assert (number_of(line, Contact), number_of(line, Message)) == (2, 0)
    with line.database.read() as session:
        found = names.find(session, line, "anni", 5)
        assert found is not None and [(c.language, c.script) for c in found] == [("iu", "Cans")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nAnnie\n", "must name the columns"),
        (GOOD + "12,Bea,en,\n", "row 4: the phone is no number"),
        (GOOD + "6135550123,Bea,en,\n", "row 4: the same phone stands in row 2"),
        (GOOD + "6135550125,,en,\n", "row 4: the short name"),
        (GOOD + "6135550125,Bea,xx,\n", "row 4: language is one of"),
        (GOOD + "6135550125,Bea,iu,Grek\n", "row 4: language is one of"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(client_list.ListError, match=said.split(":")[-1].strip()):
        client_list.read(written(tmp_path, text))


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_bytes(b"phone,short_name\n\xff\xfe\n")
    with pytest.raises(client_list.ListError, match="save it as UTF-8"):
        client_list.read(path)
