"""Every page for every role, from the app's own list: axe, widths, zoom, keyboard, pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page

from admin.roles import ROLES
from admin.strings import t
from bot import names
from bot.case import add_item
from records.models import Contact, Staff
from tests.admin.desk import Desk
from tests.admin.window import Window, is_sound, photograph
from tests.stage import Stage

# What a browser shows does not depend on the database; every page runs on both without one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: What stands for each place in an address; a page with a new place is named here.
PLACES = {
    "<public_id>": "{client}",
    "<text_id>": "first_contact.hello",
    "<path:text_id>": "first_contact.hello",
    "<token>": "{token}",
    "<locale>": "iu",
    "<key>": "{worker}",
    "<int:run_id>": "{run}",
}
#: More to see of a page than its plain address shows.
MORE = {
    "/admin/texts": "?state=all",
    "/admin/texts/word": "?old=qujannamiik&new=nakurmiik",
    "/admin/audit": "?check=1",
}
_PLACE = re.compile(r"<[^>]+>")


def paths_of(app: Flask, **known: str) -> dict[str, str]:
    """Name and address of every page that can be opened."""
    found = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        is_page = rule.rule.startswith("/admin") and "GET" in (rule.methods or ())
        if not is_page or rule.endpoint == "panel.home.static":
            continue
        path = rule.rule
        for place in _PLACE.findall(path):
            name = f"{rule.rule} {place}"
            filled = PLACES.get(name, PLACES.get(place))
            assert filled, f"name in PLACES what stands for {place} in {rule.rule}"
            path = path.replace(place, filled.format(**known))
        name = _PLACE.sub("one", rule.rule.removeprefix("/admin")).strip("/").replace("/", "-")
        found[name or "home"] = path + MORE.get(path, "")
    return found


def _pages(desk: Desk, paths: dict[str, str]) -> dict[str, str]:
    """Those that this person may open and that are pages for people to read."""
    found = {}
    for name, path in paths.items():
        with desk.open(path) as answer:
            if answer.status_code == 200 and answer.mimetype == "text/html":
                found[name] = path
    return found


@dataclass(frozen=True)
class Day:
    """A morning with something on every page."""

    paths: dict[str, str]
    link: str


@pytest.fixture
def day(stage: Stage, window: Window) -> Day:
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
    worker = desk.worker("ann").public_id
    practice = Desk(stage).sign_in_as("supervisor")
    run = practice.send("/admin/practice/door").headers["Location"].rpartition("/")[2]
    token = link.rpartition("/")[2]
    paths = paths_of(stage.rehearsal.app, client=syllabic, token=token, worker=worker, run=run)
    return Day(paths, link)


@pytest.mark.parametrize(("width", "dark"), [(360, False), (768, True), (1280, False)])
def test_every_page_fits_axe_finds_nothing_and_it_is_photographed(
    window: Window, stage: Stage, day: Day, width: int, dark: bool
) -> None:
    page = window.open(width, dark)
    outside = _pages(Desk(stage), day.paths)
    for name, path in outside.items():
        page.goto(path)
        _seen(page, name, width, dark)
    window.sign_in(page, "supervisor")
    inside = _pages(Desk(stage).sign_in_as("supervisor"), day.paths)
    assert len(inside) > 20
    for name, path in inside.items():
        if name not in outside:
            page.goto(path)
            _seen(page, name, width, dark)


def _seen(page: Page, name: str, width: int, dark: bool) -> None:
    if not dark:
        photograph(page, name)
    is_sound(page, width)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"supervisor"}))
def test_every_page_of_every_other_role_is_sound_in_the_dark(
    window: Window, stage: Stage, day: Day, role: str
) -> None:
    page = window.sign_in(window.open(360, dark=True), role)
    pages = _pages(Desk(stage).sign_in_as(role), day.paths)
    assert "account" in pages
    for path in pages.values():
        page.goto(path)
        is_sound(page, 360)


def test_at_twice_the_size_nothing_is_lost_and_nothing_moves_unasked(
    window: Window, stage: Stage, day: Day
) -> None:
    page = window.sign_in(window.open(640, reduced_motion="reduce"), "supervisor")
    for name, path in _pages(Desk(stage).sign_in_as("supervisor"), day.paths).items():
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
    window: Window, stage: Stage, day: Day
) -> None:
    page = window.sign_in(window.open(360), "supervisor")
    for name in ("queue", "conversations-one", "clients-one", "supervision"):
        page.goto(day.paths[name])
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


def test_a_text_for_screen_readers_names_every_act(window: Window, stage: Stage, day: Day) -> None:
    page = window.sign_in(window.open(1280), "supervisor")
    page.goto(day.paths["queue"])
    names_ = page.locator("main button:visible").evaluate_all(
        "all => all.map(one => one.textContent.trim().replace(/\\s+/g, ' '))"
    )
    assert names_ and len(set(names_)) == len(names_)
    assert page.locator("main").get_attribute("id") == "main"
    assert page.get_by_role("navigation", name=t("panel.pages")).is_visible()
