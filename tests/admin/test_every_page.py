"""Every page for every role, from the app's own list: axe, widths, zoom, keyboard, pictures."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from admin.roles import ROLES
from admin.strings import t
from bot import names
from bot.case import add_item
from records.models import Contact, Staff
from tests.admin.desk import Desk
from tests.admin.window import SCREENS, Window, is_sound, photograph
from tests.stage import Stage

# What a browser shows does not depend on the database; every page runs on both without one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: More to see of a page than its plain address shows.
MORE = {
    "/admin/texts": "?state=all",
    "/admin/texts/word": "?old=qujannamiik&new=nakurmiik",
    "/admin/audit": "?check=1",
}
INDEX = """# Every page of the panel

Made by the test run (`tests/admin/test_every_page.py`) with sample data: on a phone (360 px),
on a tablet in the dark (768 px) and on a desk (1280 px). In the same run axe finds nothing on
any of them.

| Page | 360 | 768 | 1280 |
|---|---|---|---|"""
_LINK = re.compile(r'href="(/admin/[^"#?]*)')
_PLACE = re.compile(r"<[^>]+>")


def pages_of(desk: Desk) -> dict[str, str]:
    """Name and address of each page that this person can come to, one for each kind.

    Begins with every address that has no place to fill, and follows the links from there: a new
    page is among them by being there.
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
                todo += sorted(set(_LINK.findall(answer.text)))
    return found


@pytest.fixture
def link(stage: Stage, window: Window) -> str:
    """A morning with something on every page; the link of somebody who is new."""
    _ = window
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
    Desk(stage).sign_in_as("supervisor").send("/admin/practice/door")
    return link


@pytest.mark.parametrize(("width", "dark"), [(360, False), (768, True), (1280, False)])
def test_every_page_fits_axe_finds_nothing_and_it_is_photographed(
    window: Window, stage: Stage, link: str, width: int, dark: bool
) -> None:
    page = window.open(width, dark, reduced_motion="reduce")
    outside = {**pages_of(Desk(stage)), "link": link}
    seen = _look(page, outside, set())
    for role in ("supervisor", *sorted(set(ROLES) - {"supervisor"})):
        page = window.sign_in(window.open(width, dark, reduced_motion="reduce"), role)
        seen |= _look(page, pages_of(Desk(stage).sign_in_as(role)), seen)
    assert len(seen) > 50
    for old in SCREENS.glob(f"*-{width}.webp"):
        if old.name.removesuffix(f"-{width}.webp") not in seen:
            old.unlink()
    _index(seen)


def _look(page: Page, pages: dict[str, str], seen: set[str]) -> set[str]:
    for name in sorted(set(pages) - seen):
        page.goto(pages[name])
        photograph(page, name)
        is_sound(page, page.viewport_size["width"] if page.viewport_size else 0)
    return set(pages)


def _index(seen: set[str]) -> None:
    widths = (("phone", 360), ("dark", 768), ("desk", 1280))
    rows = [
        " | ".join([f"| {name}", *(f"[{kind}]({name}-{px}.webp)" for kind, px in widths)]) + " |"
        for name in sorted(seen)
    ]
    (SCREENS / "README.md").write_text("\n".join([INDEX, *rows, ""]), encoding="utf-8")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"supervisor"}))
def test_every_page_of_every_other_role_is_sound_in_the_dark(
    window: Window, stage: Stage, link: str, role: str
) -> None:
    page = window.sign_in(window.open(360, dark=True), role)
    pages = pages_of(Desk(stage).sign_in_as(role))
    assert "account" in pages
    for path in pages.values():
        page.goto(path)
        is_sound(page, 360)


def test_at_twice_the_size_nothing_is_lost_and_nothing_moves_unasked(
    window: Window, stage: Stage, link: str
) -> None:
    page = window.sign_in(window.open(640, reduced_motion="reduce"), "supervisor")
    for name, path in pages_of(Desk(stage).sign_in_as("supervisor")).items():
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name
        moving = page.evaluate(
            "[...document.querySelectorAll('*')].filter(one => {"
            " const s = getComputedStyle(one);"
            " return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 }).length"
        )
        assert moving == 0, name


def test_by_keyboard_alone_everything_is_reached_and_seen_to_be(
    window: Window, stage: Stage, link: str
) -> None:
    page = window.sign_in(window.open(360), "supervisor")
    pages = pages_of(Desk(stage).sign_in_as("supervisor"))
    for name in ("queue", "conversations-one", "clients-one", "supervision"):
        page.goto(pages[name])
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select,"
            ' textarea, summary, [tabindex="0"]\')].filter(one => one.checkVisibility()'
            " && !one.disabled && one.tabIndex >= 0).length"
        )
        page.evaluate("window.reached = new Set()")
        for _ in range(wanted + 2):
            page.keyboard.press("Tab")
            outline = page.evaluate(
                "(() => { const one = document.activeElement; if (one === document.body) return 3;"
                " window.reached.add(one);"
                " return parseFloat(getComputedStyle(one).outlineWidth) })()"
            )
            assert outline >= 2, (name, page.evaluate("document.activeElement.outerHTML"))
        assert page.evaluate("window.reached.size") >= wanted, name


def test_a_text_for_screen_readers_names_every_act(window: Window, stage: Stage, link: str) -> None:
    page = window.sign_in(window.open(1280), "supervisor")
    page.goto("/admin/queue")
    names_ = page.locator("main button:visible").evaluate_all(
        "all => all.map(one => one.textContent.trim().replace(/\\s+/g, ' '))"
    )
    assert names_ and len(set(names_)) == len(names_)
    assert page.locator("main").get_attribute("id") == "main"
    assert page.get_by_role("navigation", name=t("panel.pages")).is_visible()
