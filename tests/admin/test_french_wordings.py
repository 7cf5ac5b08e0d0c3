"""A French reader mends and approves the French, apart from the Inuktitut of the same text."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot import revisions
from bot.case import add_item
from bot.locales.po import Entry
from bot.texts import _FOLDER
from records.models import Message, QueueItem, TextVersion
from tests.admin.desk import Desk
from tests.stage import Stage


@pytest.fixture
def reader(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("translator")


def entry(stage: Stage, text_id: str, locale: str = "fr") -> Entry:
    with stage.line.database.read() as session:
        revisions.freshen(session, stage.line)
    found = stage.line.texts.entry(text_id, locale)
    assert found is not None
    return found


def write(desk: Desk, text_id: str, body: str, act: str, **more: str) -> TestResponse:
    fields = {"language": "fr", "body": body, "act": act, **more}
    return desk.send(f"/admin/texts/one/{text_id}", **fields)


def versions(stage: Stage) -> list[tuple[str, str, str]]:
    with stage.line.database.read() as session:
        found = session.scalars(select(TextVersion).order_by(TextVersion.number))
        return [(row.text_id, row.language, row.state) for row in found]


def test_once_approved_a_client_reads_the_french_alone(stage: Stage, reader: Desk) -> None:
    phone = stage.phone("0144")
    phone.texts("bonjour").ignores()
    stage.later(minutes=1)
    heard = phone.texts("merci beaucoup").unread
    assert len(heard) == 1 and "De rien" in heard[0] and "You are welcome" in heard[0]
    phone.ignores()
    text_id = _last(stage)
    before = entry(stage, text_id).forms[0]
    assert write(reader, text_id, before, "approve", signed_as="L. Exemple").status_code == 303
    stage.later(minutes=1)
    phone.texts("merci beaucoup").hears("De rien").hears_nothing()
    assert stage.line.texts.entry(text_id, "iu_Latn") == entry(stage, text_id, "iu_Latn")
    page = reader.read(f"/admin/texts/one/{text_id}?language=fr")
    assert "signed L. Exemple" in page and "Approved" in page and 'lang="fr"' in page
    assert "signed L. Exemple" not in reader.read(f"/admin/texts/one/{text_id}")
    assert text_id in reader.read("/admin/texts?language=fr&state=reviewed")
    assert {"approve_text"} <= set(reader.acts())


def _last(stage: Stage) -> str:
    with stage.line.database.read() as session:
        found = session.scalars(
            select(Message.text_id).where(Message.text_id.is_not(None)).order_by(Message.id.desc())
        ).first()
    assert found is not None
    return found


def test_both_languages_of_one_text_stand_side_by_side(stage: Stage, reader: Desk) -> None:
    reader.send("/admin/texts/one/dates.ok", body="akaujuq! MENU", act="draft")
    write(reader, "dates.ok", "C'est noté. MENU", "draft")
    assert versions(stage) == [("dates.ok", "iu", "draft"), ("dates.ok", "fr", "draft")]
    assert entry(stage, "dates.ok").forms == ("C'est noté. MENU",)
    assert entry(stage, "dates.ok", "iu_Latn").forms == ("akaujuq! MENU",)
    assert entry(stage, "dates.ok", "iu").forms[0].startswith("ᐊᑲᐅᔪᖅ")


def test_what_french_may_not_say_is_told_and_nothing_is_kept(stage: Stage, reader: Desk) -> None:
    def said(
        body: str, act: str = "approve", text_id: str = "dates.ok", name: str = "L. E."
    ) -> str:
        answer = write(reader, "dates.ok", body, act, signed_as=name)
        assert answer.status_code == 422
        return answer.text

    assert "cost twice as much: ê" in said("C'est prêt. MENU")
    assert "Leave out: refuge" in said("Un refuge. MENU")
    assert "Leave out: shelter" in said("Le shelter. MENU", "draft")
    assert "English does not fill this place: quand" in said("Noté {quand}. MENU")
    assert "Missing: MENU" in said("C'est noté.")
    assert "Write your name to approve." in said("C'est noté. MENU", name=" ")
    assert versions(stage) == []


def test_who_asked_for_the_circle_may_read_its_word(stage: Stage, reader: Desk) -> None:
    own = entry(stage, "circle.none").forms[0]
    assert "cercle" in own
    assert write(reader, "circle.none", own, "approve", signed_as="L. E.").status_code == 303
    assert not entry(stage, "circle.none").is_draft


def test_a_text_that_waited_for_french_is_done_by_the_french_only(
    stage: Stage, reader: Desk
) -> None:
    causes = [f"text:dates.ok:{locale}" for locale in ("iu_Latn", "fr")]
    with stage.line.database.write() as session:
        for cause in causes:
            add_item(
                session, stage.line.now(), "unreviewed_text", subject="dates.ok", dedupe_key=cause
            )
    write(reader, "dates.ok", "C'est noté. MENU", "draft")
    with stage.line.database.read() as session:
        done = session.scalars(select(QueueItem.dedupe_key).where(QueueItem.outcome == "mended"))
        assert done.all() == ["text:dates.ok:fr"]


def test_one_word_is_changed_in_the_french_that_is_chosen(stage: Stage, reader: Desk) -> None:
    before = {e.id: e.forms[0] for e in stage.line.texts.entries("fr")}
    ask = {"old": "merci", "new": "grand merci", "language": "fr"}
    holds = [one for one, body in before.items() if re.search(r"\bMerci\b", body)]
    holds = [one for one in holds if not one.startswith("page.")]
    page = reader.read("/admin/texts/word?old=merci&new=grand+merci&language=fr")
    assert holds and all(one in page for one in holds) and "Grand merci" in page
    assert reader.send("/admin/texts/word", **ask, text=holds[0]).status_code == 303
    assert entry(stage, holds[0]).forms[0] == before[holds[0]].replace("Merci", "Grand merci")
    assert versions(stage) == [(holds[0], "fr", "draft")]
    # Words in capitals are what a client texts: they are never changed by it.
    assert "MENU" not in reader.read("/admin/texts/word?old=menu&new=liste&language=fr")


def test_the_french_goes_out_as_files_and_comes_back(stage: Stage, reader: Desk) -> None:
    assert reader.read("/admin/texts/files/fr.po") == (_FOLDER / "fr.po").read_text("utf-8")
    write(reader, "dates.ok", "C'est noté. MENU", "approve", signed_as="L. Exemple")
    out = reader.read("/admin/texts/files/fr.po")
    assert '# reviewed by L. Exemple on 2026-11-30\nmsgid "dates.ok"' in out
    changed = out.replace("C'est noté. MENU", "C'est bien noté. MENU")
    answer = bring(reader, changed.encode(), "fr.po")
    assert answer.status_code == 200 and "It would change 1 text" in answer.text
    assert '<input type="hidden" name="language" value="fr">' in answer.text
    sheet = reader.open("/admin/texts/files/texts.csv?language=fr").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(sheet)))
    assert list(lines[0])[4:] == ["english", "french", "better"]
    next(one for one in lines if one["text"] == "dates.ok")["better"] = "C'est bien noté. MENU"
    made = io.StringIO()
    writer = csv.DictWriter(made, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    assert "It would change 1 text" in bring(reader, made.getvalue().encode(), "a.csv").text
    fields = {"text": "dates.ok", "body.dates.ok": "C'est bien noté. MENU", "language": "fr"}
    assert reader.send("/admin/texts/files/accept", **fields).status_code == 303
    assert entry(stage, "dates.ok").forms == ("C'est bien noté. MENU",)
    assert {language for _, language, _ in versions(stage)} == {"fr"}


def bring(desk: Desk, content: bytes, name: str) -> TestResponse:
    fields = {"csrf_token": desk.form_token(), "file": (io.BytesIO(content), name)}
    return desk.client.post("/admin/texts/files/bring", data=fields)


@pytest.mark.parametrize(
    "path", ["", "/one/dates.ok", "/word", "/files", "/files/texts.csv", "/files/en.po"]
)
def test_no_third_language_is_written_here(reader: Desk, path: str) -> None:
    assert reader.open(f"/admin/texts{path}?language=en").status_code == 404
    assert write(reader, "dates.ok", "OK", "draft", language="en").status_code == 404


def test_who_answers_clients_may_not_change_french(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    assert desk.open("/admin/texts?language=fr").status_code == 404
    assert write(desk, "dates.ok", "C'est noté. MENU", "draft").status_code == 404
    assert versions(stage) == []
