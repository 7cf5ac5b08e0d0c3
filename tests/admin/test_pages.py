"""What pages show: masked, escaped, in the line's time, and each look written down."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update

import admin
from admin import threads
from admin.strings import catalogue
from bot.case import add_item
from records import audit
from records.ids import new_id
from records.models import AuditEntry, Contact, Escalation, Message, Occurrence, Resource
from tests.admin.desk import UNCLEAR, Desk
from tests.conversations.urgent.cast import KNIFE
from tests.stage import Stage


def test_a_content_note_stands_before_an_emergency(stage: Stage) -> None:
    stage.phone().texts("he has a knife and he is outside my door").ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    assert "knife" not in desk.read("/admin/conversations")
    page = desk.read(desk.thread())
    assert page.index("Content note: Violence") < page.index("he has a knife")
    assert '<details class="note"' in page


def test_no_line_of_a_thread_breaks_a_number_or_a_date(stage: Stage) -> None:
    stage.phone().texts("he has a knife, his is 613-555-0188<b> since 2026-11-29").ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    page = desk.read(desk.thread())
    assert 'call <span class="number">1-866-863-0511</span>, 24/7' in page
    assert (
        'his is <span class="number">613-555-0188</span>&lt;b&gt; since '
        '<span class="number">2026-11-29</span></p>' in page
    )
    sheet = (Path(admin.__file__).parent / "static" / "panel.css").read_text()
    assert ".words .number { white-space: nowrap; }" in sheet


def test_a_number_is_masked_until_it_is_asked_for_and_that_is_written_down(worker: Desk) -> None:
    assert "5550141" not in worker.read("/admin/queue") + worker.read("/admin/conversations")
    assert "•••• 41" in worker.read(worker.thread())
    assert "+16135550141" in worker.send(worker.thread("/number")).text
    assert "reveal_number" in worker.acts()


def test_every_look_at_a_client_is_in_the_audit_with_who_and_whom(worker: Desk) -> None:
    worker.read(worker.thread())
    with worker.line.database.read() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.act == "read_conversation")
        ).one()
        contact = session.scalars(select(Contact)).one()
    assert entry.actor == f"staff:{worker.worker('oncall').id}"
    assert entry.contact_id == contact.id


def test_the_audit_of_an_urgent_item_says_who_was_paged_who_saw_it_and_who_answered(
    worker: Desk,
) -> None:
    worker.read(worker.thread())
    worker.stage.phone().texts(KNIFE)
    worker.read(worker.thread())
    worker.reply("Hello from Ann")
    with worker.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
        acts = session.execute(
            select(AuditEntry.actor, AuditEntry.act)
            .where(AuditEntry.subject == f"escalation:{alert.id}")
            .order_by(AuditEntry.id)
        ).all()
    me = f"staff:{worker.worker('oncall').id}"
    told = [act for _, act in acts]
    assert (me, "read_conversation") in acts and (me, "answered") in acts
    assert told[0] == "alert_opened" and "paged" in told and "page_delivered" in told
    assert told.index("paged") < told.index("read_conversation") < told.index("acknowledged")


def test_the_audit_names_acts_and_ids_and_never_words(stage: Stage, worker: Desk) -> None:
    worker.reply("Hello from Ann")
    supervisor = Desk(stage).sign_in_as("supervisor")
    page = supervisor.read("/admin/audit?check=1")
    for act in ("read_conversation", "reply", "sign_in_sample", "take_conversation"):
        assert act in page
    assert UNCLEAR not in page and "Hello from Ann" not in page and "5550141" not in page
    assert "The chain is whole" in page


def test_a_broken_chain_is_said_plainly(stage: Stage, worker: Desk) -> None:
    supervisor = Desk(stage).sign_in_as("supervisor")
    with stage.line.database.write() as session:
        assert audit.chain(session, stage.line.now(), stage.line.config.machine) == 2
    with stage.line.database.write() as session:
        session.execute(update(AuditEntry).where(AuditEntry.position == 2).values(act="nothing"))
    assert "The chain is broken at entry 2" in supervisor.read("/admin/audit?check=1")


def test_a_page_looked_at_again_is_only_sent_when_it_changed(stage: Stage, worker: Desk) -> None:
    for path in ("/admin/queue", worker.thread()):
        tag = worker.open(path).headers["ETag"]
        before = len(worker.acts())
        again = worker.open(f"{path}?auto=1", headers={"If-None-Match": tag})
        assert again.status_code == 304 and again.data == b""
        assert len(worker.acts()) == before
    stage.phone("0142").texts("blorp zonk").ignores()
    tag = worker.open("/admin/queue").headers["ETag"]
    stage.phone("0143").texts("blorp zonk").ignores()
    fresh = worker.open("/admin/queue?auto=1", headers={"If-None-Match": tag})
    assert fresh.status_code == 200 and "•••• 43" in fresh.text


def test_no_dates_is_said_plainly(stage: Stage, worker: Desk) -> None:
    assert "No dates are entered yet" not in worker.read("/admin/queue")
    with stage.line.database.write() as session:
        session.execute(delete(Occurrence))
    assert "No dates are entered yet" in worker.read("/admin/queue")


def test_sample_data_is_named_on_every_page(worker: Desk) -> None:
    pages = ("queue", "conversations", "directory", "on-call", "account")
    for page in pages:
        assert "Sample data. Nobody here is real" in worker.read(f"/admin/{page}")
    worker.send("/admin/sign-out")
    assert "Sample data" in worker.read("/admin/sign-in")


def test_a_service_is_confirmed_only_after_a_call(worker: Desk) -> None:
    with worker.line.database.write() as session:
        unconfirmed = select(Resource.slug).where(~Resource.sendable, Resource.call.is_not(None))
        slug = session.scalars(unconfirmed.limit(1)).one()
        key = f"stale_resource:resource:{slug}"
        add_item(session, worker.line.now(), "stale_resource", dedupe_key=key, subject=slug)
    worker.send(f"/admin/directory/{slug}/confirm")
    assert not _resource(worker, slug).sendable
    worker.send(f"/admin/directory/{slug}/confirm", called="1", spoke_with="front desk")
    row = _resource(worker, slug)
    assert row.sendable and row.checked_by == f"staff:{worker.worker('oncall').id}"
    assert row.checked_on == worker.line.local(worker.line.now()).date()
    assert "confirm_resource" in worker.acts()
    assert "Directory entry to confirm" not in worker.read("/admin/queue")


def _resource(desk: Desk, slug: str) -> Resource:
    with desk.line.database.read() as session:
        return session.scalars(select(Resource).where(Resource.slug == slug)).one()


def test_words_of_an_erased_client_are_said_to_be_gone(stage: Stage, worker: Desk) -> None:
    with stage.line.database.read() as session:
        contact = session.scalars(select(Contact)).one()
    stage.line.vault.keys.destroy(contact.data_key)
    page = worker.read(worker.thread())
    assert "Erased: these words can no longer be read" in page and UNCLEAR not in page
    assert "5550141" not in worker.send(worker.thread("/number")).text


def test_the_list_goes_on_where_a_page_ended(stage: Stage) -> None:
    for n in range(threads.A_PAGE + 3):
        stage.phone(f"{2000 + n}").texts("STOP").ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    first = desk.read("/admin/conversations")
    following = re.search(r'href="(/admin/conversations\?before=[^"]+)"', first)
    assert following
    second = desk.read(following[1])
    names = [re.findall(r"conversations/([\w-]{16})#", page) for page in (first, second)]
    assert [len(page) for page in names] == [threads.A_PAGE, 3]
    assert not set(names[0]) & set(names[1])
    assert desk.open("/admin/conversations?before=nonsense").status_code == 200


def test_the_list_walks_an_index_however_many_contacts_there_are(stage: Stage) -> None:
    statements: list[tuple[str, Any]] = []
    with stage.line.database.read() as session:
        event.listen(
            session.get_bind(),
            "before_cursor_execute",
            lambda *a: statements.append((str(a[2]), a[3])),
        )
        threads.listed(session, stage.line, "100-5")
        statement, values = next(s for s in statements if "FROM contact" in s[0])
        is_sqlite = stage.line.database.is_sqlite
        if not is_sqlite:  # with a handful of rows it would rather read the whole table
            for means in ("seqscan", "sort", "hashjoin"):
                session.connection().exec_driver_sql(f"SET LOCAL enable_{means} = off")
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        plan = session.connection().exec_driver_sql(f"{explain} {statement}", values)
        steps = " / ".join(str(row[-1]) for row in plan)
    assert "ix_contact_last_inbound_at" in steps, steps
    assert "SCAN message" not in steps and "Seq Scan on message" not in steps, steps


def test_a_long_thread_is_read_a_page_at_a_time(stage: Stage, worker: Desk) -> None:
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        threads_before = contact.next_seq
        for n in range(threads.TEXTS):
            message_id = new_id()
            session.add(_message(stage, contact, message_id, threads_before + n, f"text {n} end"))
        contact.next_seq += threads.TEXTS
    newest = worker.read(worker.thread())
    assert "text 0 end" in newest and UNCLEAR not in newest
    earlier = re.search(r'href="([^"]+before=\d+)"', newest)
    assert earlier and UNCLEAR in worker.read(earlier[1])


def _message(stage: Stage, contact: Contact, message_id: int, seq: int, words: str) -> Message:
    return Message(
        id=message_id,
        contact_id=contact.id,
        seq=seq,
        direction="inbound",
        purpose="inbound",
        state="received",
        body_sealed=stage.line.vault.seal(contact.data_key, f"message.body:{message_id}", words),
        created_at=stage.line.now(),
    )


def test_times_are_shown_in_the_lines_zone(stage: Stage, worker: Desk) -> None:
    stage.at(datetime(2026, 12, 1, 20, 30, tzinfo=UTC))
    stage.phone("0142").texts("blorp").ignores()
    worker = Desk(stage).sign_in_as("caseworker")
    assert "Tue 1 Dec, 15:30" in worker.read(worker.thread())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_whatever_goes_wrong_the_page_is_calm_and_leads_back(worker: Desk) -> None:
    home = '<a href="/admin/">To the first page</a>'
    reply = worker.thread("/reply")
    for path, code, words in (
        ("/admin/no-such-page", 404, "There is no such page here."),
        ("/admin/conversations/nobody", 404, "There is no such page here."),
        (reply, 405, "This page is only reached by its button."),
    ):
        answer = worker.open(path)
        assert (answer.status_code, home in answer.text) == (code, True), path
        assert words in answer.text and "werkzeug" not in answer.text.casefold()
    assert worker.client.post("/admin/account/language", data={}).status_code == 400
    french = worker.open("/admin/no-such-page", headers={"Accept-Language": "fr-CA"})
    assert 'lang="fr"' in french.text and "Cette page n'existe pas ici." in unescape(french.text)
    with worker.line.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE queue_item RENAME TO lost")
    broken = worker.open("/admin/queue")
    assert broken.status_code == 500 and home in broken.text
    assert "Texts and pages to staff go on" in broken.text
    assert "queue_item" not in broken.text and "Traceback" not in broken.text
    assert worker.open("/no-such-page").text.count("Not Found") == 2  # not the panel's to say


def test_every_text_that_pages_use_is_in_the_catalogue_and_none_is_left_over() -> None:
    folder = Path(admin.__file__).parent
    files = [*folder.glob("*.py"), *folder.glob("templates/panel/*.html")]
    source = "\n".join(file.read_text() for file in files)
    forms = catalogue("en").forms
    used = set(re.findall(r"""\bt\(\s*["']([\w.]*\w)["']\s*[,)]""", source))
    assert used - set(forms) == set()
    families = "role level item kind outcome language state reason missing reply category"
    families += " directory on_call nav error handover correction class meaning"
    families += " wording.state wording.problem heard check_in broadcast"
    families += " canned spoken client purpose day booking find joining sent"
    families += " safety duty rights report breach looks supervise drill push rota training queue"
    families += " team topic break_glass practice area form level_of plan referral stage"
    families += " event date reminder effect bring poster calendar.problem"
    families += " outcomes export milestone summary theme noted.source partner referral need"
    families += " picture.state channel"
    stems = tuple(f"{family}." for family in families.split())
    left = {name for name in forms if f'"{name}"' not in source and f"'{name}'" not in source}
    assert {name for name in left if not name.startswith(stems)} == set()


def test_whatever_a_page_puts_in_order_by_time_has_one_order() -> None:
    """Of two rows of one instant the database may show either first, and on another page both."""
    told: dict[str, list[str]] = {}
    for file in Path(admin.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".order_by"):
                columns = [_column(part) for part in node.args]
                told[f"{file.name}:{node.lineno} {columns}"] = columns
    by_time = {where: names for where, names in told.items() if any(map(_is_time, names))}
    assert len(by_time) > 11, "they are found"
    assert [where for where, names in by_time.items() if names[-1] != "id"] == []


def _column(part: ast.expr) -> str:
    """created_at of StaffSession.created_at.desc()"""
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        part = part.func.value
    return part.attr if isinstance(part, ast.Attribute) else ""


def _is_time(name: str) -> bool:
    return name == "at" or name.endswith(("_at", "_on"))


def test_the_decision_about_htmx_counts_our_scripts_as_they_are() -> None:
    folder = Path(admin.__file__).parent
    page = (folder.parent / "docs" / "adr" / "0014-news-without-htmx.md").read_text()
    told = {name: int(lines) for name, lines in re.findall(r"\| `(\w+\.js)` \| (\d+) \|", page)}
    lines = {one.name: one.read_text().count("\n") for one in folder.glob("static/*.js")}
    assert told == {name: lines[name] for name in told}
    assert f"must read {sum(told.values())} lines" in page
    assert f"{sum(lines.values()) - sum(told.values())} lines) speak to the browser" in page
    exchanging = {one.name for one in folder.glob("static/*.js") if "fetch(" in one.read_text()}
    assert set(told) == exchanging - {"passkey.js", "push.js"}
