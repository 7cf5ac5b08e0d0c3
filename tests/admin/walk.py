"""A walk over every page that somebody can come to, one for each kind, after a morning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from admin.roles import ROLES
from bot import names
from bot.case import add_item
from records.database import Database
from records.models import Contact, Partner, Report, Staff
from tests.admin.desk import Desk
from tests.admin.window import Window, opened, served, text_in_the_morning
from tests.stage import Stage

#: More to see of a page than its plain address shows.
MORE = {
    "/admin/texts/word": "?old=qujannamiik&new=nakurmiik",
    "/admin/audit": "?check=1",
}
#: Who sees the most first; the others add what is theirs alone.
IN_TURN = ("supervisor", *sorted(set(ROLES) - {"supervisor"}))
_LINK = re.compile(r'href="(/admin/[^"#?]*)')
_PLACE = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Morning:
    """A line in use; name and address of each page, by the role that comes to it (None: nobody)."""

    stage: Stage
    address: str
    places: dict[str | None, dict[str, str]]


@pytest.fixture(scope="module")
def morning(module_database: Database, compiled: FileSystemBytecodeCache) -> Iterator[Morning]:
    """Something on every page; shared by the tests of a module, which only look."""
    stage = Stage(database=module_database)
    stage.rehearsal.app.jinja_env.bytecode_cache = compiled
    text_in_the_morning(stage)
    with served(stage.rehearsal.app) as address:
        link = work(stage)
        places: dict[str | None, dict[str, str]] = {
            None: {**pages_of(Desk(stage)), "link": link},
            **{role: pages_of(Desk(stage).sign_in_as(role)) for role in IN_TURN},
        }
        yield Morning(stage, address, places)


@pytest.fixture
def walk(browser: Browser, morning: Morning) -> Iterator[Window]:
    """Opens pages of that morning; a word in the console is a failure."""
    yield from opened(browser, morning.stage, morning.address)


def each_page(
    walk: Window, morning: Morning, width: int, dark: bool = False
) -> Iterator[tuple[str, Page]]:
    """Every kind of page once, opened by the first role that comes to it: its name, the page."""
    seen: set[str] = set()
    for role, pages in morning.places.items():
        page = walk.open(width, dark, reduced_motion="reduce")
        if role is not None:
            walk.sign_in(page, role)
        for name in sorted(set(pages) - seen):
            page.goto(pages[name])
            # The line about urgent items comes by a script and moves all that stands below it.
            if page.locator("#urgents").count():
                page.locator("#urgents").wait_for()
            yield name, page
        seen |= set(pages)


def pages_of(desk: Desk) -> dict[str, str]:
    """Name and address of each page that this person can come to, one for each kind.

    Begins with every address that has no place to fill, and follows the links from there, in the
    order in which they stand: a new page is among them by being there.
    """
    app = desk.stage.rehearsal.app
    adapter = app.url_map.bind("localhost")
    plain = [rule.rule for rule in app.url_map.iter_rules() if not rule.arguments]
    todo = sorted(path for path in plain if path.startswith("/admin"))
    found: dict[str, str] = {}
    while todo:
        path = todo.pop(0)
        try:
            rule, _ = adapter.match(path, method="GET", return_rule=True)
        except HTTPException:
            continue
        name = _PLACE.sub("one", rule.rule.removeprefix("/admin")).strip("/").replace("/", "-")
        if name in found or rule.endpoint == "panel.home.static":
            continue
        with desk.open(path) as answer:
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found[name] = path + MORE.get(path, "")
                todo += dict.fromkeys(_LINK.findall(answer.text))
    return found


def work(stage: Stage) -> str:
    """A morning's work; the link of somebody who is new."""
    desk, line = Desk(stage), stage.line
    link = desk.make_link(desk.hire("ann"))
    caseworker = Desk(stage).sign_in_as("caseworker")
    syllabic = desk.client_id(2)
    with line.database.write() as session:
        contact = session.query(Contact).filter_by(public_id=syllabic).one()
        names.keep(session, line, contact, "Aliqa K")
        contact.wish = "woman"
        for kind in ("wants_person", "not_delivered", "no_answer"):
            add_item(session, line.now(), kind, contact_id=contact.id, dedupe_key=kind)
        add_item(session, line.now(), "stale_resource", dedupe_key="stale", subject="food_bank")
        session.query(Staff).filter_by(role="supervisor").one().gender = "woman"
    thread = f"/admin/conversations/{syllabic}"
    caseworker.send(f"{thread}/note", note="Likes to be called in the afternoon.")
    caseworker.send(f"{thread}/reply", words="ᖁᔭᓐᓇᒦᒃ", seen="99")
    stage.later(seconds=2)
    # The newest conversation is the one that pages are shown of.
    stage.phone("0141").texts("ᖁᔭᓐᓇᒦᒃ").ignores()
    _program(caseworker, Desk(stage).sign_in_as("supervisor"))
    return link


def _program(worker: Desk, boss: Desk) -> None:
    """A plan, a referral, a form, a card, a released note, a report, somebody who practises."""
    boss.send("/admin/practice/door")
    worker.send(worker.thread("/plan/goals"), words="a room", area="housing", plan="individual")
    partner = {"name": "Legal clinic", "area": "legal", "contact_person": "Ann", "reach": "office"}
    worker.send("/admin/partners", **partner)
    with worker.line.database.read() as session:
        who = session.scalars(select(Partner.public_id)).one()
    worker.send(worker.thread("/referrals"), partner=who, area="legal", note="about a lease")
    worker.send(worker.thread("/needs"), area="housing", what="needed")
    form = boss.send("/admin/forms", ready="PHQ-2").headers["Location"]
    boss.send(f"{form}/publish")
    worker.send("/admin/sources", word="sunrise", place="Clinic")
    worker.send("/admin/notes/new", words="grey beard", plate="ABCD 123", phone="613 555 0166")
    with worker.line.database.read() as session:
        note = str(session.scalars(select(Report.id)).one())
    worker.send(f"/admin/notes/{note}/word", words="Grey beard, ABCD 123. Keep away.")
    worker.send("/admin/notes/release", chosen=note)
    boss.send("/admin/outcomes", first="2026-10", last="2026-10", audience="funder")
