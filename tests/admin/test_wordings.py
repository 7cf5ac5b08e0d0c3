"""A speaker mends and approves what the line says, and the next text is already theirs."""

from __future__ import annotations

import csv
import io

from sqlalchemy import select
from werkzeug.test import TestResponse

from bot import revisions
from bot.case import add_item
from bot.locales.po import Entry
from bot.texts import _FOLDER
from records.models import AuditEntry, Message, QueueItem, TextVersion
from tests.admin.desk import Desk
from tests.stage import Stage

ONE = "/admin/texts/one/dates.ok"


def translator(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("translator")


def entry(stage: Stage, text_id: str, locale: str = "iu_Latn") -> Entry:
    """A text as the next message will find it."""
    with stage.line.database.read() as session:
        revisions.freshen(session, stage.line)
    found = stage.line.texts.entry(text_id, locale)
    assert found is not None
    return found


def approve(desk: Desk, body: str, path: str = ONE, name: str = "M. Example") -> str:
    answer = desk.send(path, body=body, act="approve", signed_as=name)
    return answer.text if answer.status_code == 422 else str(answer.status_code)


def test_a_draft_goes_out_with_the_english_until_a_speaker_approves(stage: Stage) -> None:
    desk = translator(stage)
    assert entry(stage, "dates.ok").is_draft
    assert approve(desk, "akaujuq. MENU") == "303"
    now = entry(stage, "dates.ok")
    assert now.reviewed is not None and not now.is_draft
    assert now.reviewed[0] == "M. Example"
    assert entry(stage, "dates.ok", "iu").forms == ("ᐊᑲᐅᔪᖅ. MENU",)
    page = desk.read(ONE)
    assert "Approved" in page and "M. Example" in page


def test_the_next_text_uses_it_at_once(stage: Stage) -> None:
    phone = stage.phone()
    phone.texts("ᓇᑯᕐᒦᒃ").ignores()
    phone.texts("MENU").ignores()
    desk = translator(stage)
    text_id = _text_of_last(stage)
    english = stage.line.texts.entry(text_id, "en")
    assert english is not None
    keep = " ".join(sorted(english.fixed))
    assert desk.send(f"/admin/texts/one/{text_id}", body=f"sujjutit {keep}", act="draft")
    stage.later(minutes=1)
    phone.texts("MENU").hears("ᓱᔾᔪᑎᑦ")
    phone.ignores()


def _text_of_last(stage: Stage) -> str:
    with stage.line.database.read() as session:
        found = session.scalars(
            select(Message.text_id)
            .where(Message.text_id.is_not(None), Message.text_id.like("menu.%"))
            .order_by(Message.id.desc())
        ).first()
    assert found is not None
    return found


def test_another_process_follows_with_its_next_text(stage: Stage) -> None:
    """What one process keeps, all others use: they look with every text."""
    desk = translator(stage)
    desk.send(ONE, body="akaujuq. sujjutit: MENU", act="draft")
    stage.line.texts = stage.line.texts.with_entries(())  # as a process that has not looked yet
    stage.line.revision = 0
    stage.phone("0142").texts("hi").ignores()
    assert stage.line.revision == 1
    with stage.line.database.read() as session:
        revisions.freshen(session, stage.line)
    assert entry(stage, "dates.ok").forms == ("akaujuq. sujjutit: MENU",)


def test_an_approval_that_says_less_is_refused_and_nothing_is_kept(stage: Stage) -> None:
    desk = translator(stage)
    english = stage.line.texts.entry("first_contact.hello", "en")
    assert english is not None
    page = approve(desk, "tunngasugit", "/admin/texts/one/first_contact.hello")
    assert "Missing: " in page and "911" in page and "STOP" in page
    assert "tunngasugit" in page  # what was typed is not lost
    with stage.line.database.read() as session:
        assert session.scalars(select(TextVersion)).all() == []


def test_an_approval_needs_a_name(stage: Stage) -> None:
    assert "Write your name to approve." in approve(translator(stage), "akaujuq. MENU", name=" ")


def test_a_place_that_english_does_not_fill_or_a_telling_word_is_refused(stage: Stage) -> None:
    desk = translator(stage)
    assert "English does not fill this place: when" in approve(desk, "akaujuq {when} MENU")
    assert "Leave out: mamisarnit" in approve(desk, "mamisarnit MENU")
    assert "Leave out: shelter" in approve(desk, "shelter MENU")
    assert "no such number or address: 0666, 555, 613" in approve(desk, "613-555-0666 MENU")
    assert "no such number or address: evil.com/x" in approve(desk, "ii evil.com/x MENU")
    assert "cost twice as much: š" in approve(desk, "šakku MENU")


def test_typed_in_syllabics_it_is_kept_in_roman_letters(stage: Stage) -> None:
    desk = translator(stage)
    desk.send(ONE, body="ᐊᑲᐅᔪᖅ. ᓱᔾᔪᑎᑦ: MENU", act="draft")
    assert entry(stage, "dates.ok").forms == ("akaujuq. sujjutit: MENU",)


def test_when_the_english_changes_an_approval_counts_no_more(stage: Stage) -> None:
    desk = translator(stage)
    approve(desk, "akaujuq. MENU")
    with stage.line.database.write() as session:
        session.scalars(select(TextVersion)).one().english = "another print"
    stage.line.revision = 0
    with stage.line.database.read() as session:
        revisions.freshen(session, stage.line)
    assert entry(stage, "dates.ok").is_draft


def test_the_task_that_asked_for_a_text_is_done_with_it_and_the_audit_knows(stage: Stage) -> None:
    now = stage.line.now()
    with stage.line.database.write() as session:
        cause = "text:asking.to_person:iu_Latn"
        add_item(session, now, "unreviewed_text", subject="asking.to_person", dedupe_key=cause)
    desk = translator(stage)
    assert desk.send("/admin/texts/one/asking.to_person", body="qujannamiik.", act="draft")
    with stage.line.database.read() as session:
        item = session.scalars(select(QueueItem).where(QueueItem.dedupe_key == cause)).one()
        acts = set(session.scalars(select(AuditEntry.act)))
    assert item.outcome == "mended" and "draft_text" in acts


def test_one_word_is_changed_in_every_text_that_is_chosen(stage: Stage) -> None:
    desk = translator(stage)
    page = desk.read("/admin/texts/word?old=qujannamiik&new=nakurmiik")
    assert "first_contact.done" in page and "line.safe" in page
    chosen = {"old": "qujannamiik", "new": "nakurmiik", "text": "first_contact.done"}
    assert desk.send("/admin/texts/word", **chosen).status_code == 303
    assert "nakurmiik" in entry(stage, "first_contact.done").forms[0]
    assert "qujannamiik" in entry(stage, "line.safe").forms[0]


def test_the_sheet_goes_out_and_comes_back_and_nothing_is_approved_by_it(stage: Stage) -> None:
    stage.phone().texts("hi").ignores()
    desk = translator(stage)
    text = desk.open("/admin/texts/files/texts.csv").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    by_id = {line["text"]: line for line in lines}
    assert by_id["dates.ok"]["syllabics"].startswith("ᐊᑲᐅᔪᖅ")
    assert [int(line["sent"]) for line in lines[:2]] == [1, 1] and lines[-1]["sent"] == "0"
    by_id["dates.ok"]["better"] = "akaujuq! MENU"
    made = io.StringIO()
    writer = csv.DictWriter(made, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    answer = bring(desk, made.getvalue().encode(), "back.csv")
    assert "akaujuq! MENU" in answer.text and "It would change 1 text" in answer.text
    with stage.line.database.read() as session:
        assert session.scalars(select(TextVersion)).all() == []
    fields = {"text": "dates.ok", "body.dates.ok": "akaujuq! MENU"}
    assert desk.send("/admin/texts/files/accept", **fields).status_code == 303
    now = entry(stage, "dates.ok")
    assert now.forms == ("akaujuq! MENU",) and now.is_draft


def bring(desk: Desk, content: bytes, name: str) -> TestResponse:
    fields = {"csrf_token": desk.form_token(), "file": (io.BytesIO(content), name)}
    return desk.client.post("/admin/texts/files/bring", data=fields)


def test_a_catalogue_goes_out_as_it_is_in_the_repository_and_comes_back(stage: Stage) -> None:
    desk = translator(stage)
    assert desk.read("/admin/texts/files/iu.po") == (_FOLDER / "iu.po").read_text("utf-8")
    approve(desk, "akaujuq. MENU")
    out = desk.read("/admin/texts/files/iu_Latn.po")
    assert '# reviewed by M. Example on 2026-11-30\nmsgid "dates.ok"' in out
    changed = out.replace("akaujuq. MENU", "akaujuq? MENU")
    assert "akaujuq? MENU" in bring(desk, changed.encode(), "iu_Latn.po").text


#: With a larger number a file of a few lines would take all memory of the line.
MANY_PLURALS = b"""msgid ""
msgstr "Plural-Forms: nplurals*0=7; plural=0;\\n"

msgid "a"
msgid_plural "b"
msgstr[0] "c"
"""


def test_a_broken_file_is_one_clear_line_and_changes_nothing(stage: Stage) -> None:
    desk = translator(stage)
    for content, name, words in (
        (b"\xff\xfe\x00", "a.csv", "not saved as UTF-8"),
        (b"a,b\n1,2\n", "a.csv", "no columns named text and better"),
        (b'msgid "x\n', "a.po", "cannot be read"),
        (MANY_PLURALS, "a.po", "nplurals=7"),
        (b"x" * 140_000 + b"\n1\n", "a.csv", "cannot be read"),
        (b"text,better\nno.such,word\n", "a.csv", "There is no text of this name."),
        (b"text,better\ndates.ok,\n", "a.csv", "changes nothing"),
    ):
        answer = bring(desk, content, name)
        assert answer.status_code == 422 and words in answer.text, (name, answer.text[-900:])
    with stage.line.database.read() as session:
        assert session.scalars(select(TextVersion)).all() == []


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(stage: Stage) -> None:
    desk = translator(stage)
    desk.send(ONE, body="=akaujuq MENU", act="draft")
    assert "'=akaujuq MENU" in desk.read("/admin/texts/files/texts.csv")


def test_a_caseworker_and_an_evaluator_may_not_change_texts(stage: Stage) -> None:
    for role in ("caseworker", "evaluator", "operator"):
        desk = Desk(stage).sign_in_as(role)
        assert desk.open("/admin/texts").status_code == 404
        assert desk.send(ONE, body="aakka MENU", act="draft").status_code == 404
    with stage.line.database.read() as session:
        assert session.scalars(select(TextVersion)).all() == []


def test_the_list_comes_a_page_at_a_time_and_finds_words_in_either_language(stage: Stage) -> None:
    desk = translator(stage)
    first = desk.read("/admin/texts?state=all")
    assert first.count('<li class="card') == 40
    rest = len(desk.line.texts.entries("en"))
    seen = 0
    for start in range(0, rest, 40):
        seen += desk.read(f"/admin/texts?state=all&from={start}").count('<li class="card')
    shown = sum(not one.id.startswith("page.") for one in desk.line.texts.entries("en"))
    assert seen == shown
    for words in ("dates.ok", "ᖁᔭᓐᓇᒦᒃ", "QUJANNAMIIK"):
        page = desk.read(f"/admin/texts?state=all&find={words}")
        assert 0 < page.count('<li class="card') < 40, words
    assert "Nothing here" in desk.read("/admin/texts?find=%3Cscript%3E")
    assert desk.open("/admin/texts?from=-1").status_code == 404
