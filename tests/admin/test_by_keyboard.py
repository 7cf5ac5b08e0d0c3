"""Every page by keyboard alone: Tab comes to all there is to do, shows where it is, and goes on."""

from __future__ import annotations

import pytest

from tests.admin.walk import Morning, each_page
from tests.admin.window import Window
from tests.keyboard import tabbed_through

pytestmark = pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)


def test_by_keyboard_alone_everything_is_reached_and_seen_to_be(
    walk: Window, morning: Morning
) -> None:
    seen = 0
    for name, page in each_page(walk, morning, 360):
        told = tabbed_through(page)
        assert told == {"left": [], "faults": [], "first": "skip"}, name
        seen += 1
    assert seen > 50
