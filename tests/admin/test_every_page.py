"""Every page for every role, from the app's own list: axe, light, dark, widths, zoom, pictures."""

from __future__ import annotations

import pytest

from admin.strings import t
from tests.admin.walk import IN_TURN, Morning, each_page
from tests.admin.window import SCREENS, Window, is_sound, photograph

# What a browser shows does not depend on the database; every page runs on both without one.
pytestmark = pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)
INDEX = """# Every page of the panel

Made by the test run (`tests/admin/test_every_page.py`) with sample data: on a phone (360 px),
on a tablet in the dark (768 px) and on a desk (1280 px). In the same run axe finds nothing on
any of them, at none of these widths, in the light and in the dark.

| Page | 360 | 768 | 1280 |
|---|---|---|---|"""


@pytest.mark.parametrize(("width", "dark"), [(360, False), (768, True), (1280, False)])
def test_every_page_fits_axe_finds_nothing_and_it_is_photographed(
    walk: Window, morning: Morning, width: int, dark: bool
) -> None:
    seen = set()
    for name, page in each_page(walk, morning, width, dark):
        photograph(page, name)
        is_sound(page, width)
        seen.add(name)
    assert len(seen) > 50
    for old in SCREENS.glob(f"*-{width}.webp"):
        if old.name.removesuffix(f"-{width}.webp") not in seen:
            old.unlink()
    _index(seen)


def _index(seen: set[str]) -> None:
    widths = (("phone", 360), ("dark", 768), ("desk", 1280))
    rows = [
        " | ".join([f"| {name}", *(f"[{kind}]({name}-{px}.webp)" for kind, px in widths)]) + " |"
        for name in sorted(seen)
    ]
    (SCREENS / "README.md").write_text("\n".join([INDEX, *rows, ""]), encoding="utf-8")


@pytest.mark.parametrize("role", sorted(set(IN_TURN) - {"supervisor"}))
def test_every_page_of_every_other_role_is_sound(walk: Window, morning: Morning, role: str) -> None:
    page = walk.sign_in(walk.open(360, dark=True), role)
    pages = morning.places[role]
    assert "account" in pages
    for path in pages.values():
        page.goto(path)
        is_sound(page, 360)


def test_at_twice_the_size_nothing_is_lost_and_nothing_moves_unasked(
    walk: Window, morning: Morning
) -> None:
    for name, page in each_page(walk, morning, 640):
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name
        moving = page.evaluate(
            "[...document.querySelectorAll('*')].filter(one => {"
            " const s = getComputedStyle(one);"
            " return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 }).length"
        )
        assert moving == 0, name


def test_a_text_for_screen_readers_names_every_act(walk: Window, morning: Morning) -> None:
    page = walk.sign_in(walk.open(1280), "supervisor")
    page.goto("/admin/queue")
    names_ = page.locator("main button:visible").evaluate_all(
        "all => all.map(one => one.textContent.trim().replace(/\\s+/g, ' '))"
    )
    assert names_ and len(set(names_)) == len(names_)
    assert page.locator("main").get_attribute("id") == "main"
    assert page.get_by_role("navigation", name=t("panel.pages")).is_visible()
