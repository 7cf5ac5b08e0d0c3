"""Pages about who gets in that no link leads to: read by axe, narrow and wide, light and dark."""

from __future__ import annotations

import pyotp
import pytest
from playwright.sync_api import Page

from tests.admin.desk import PASSWORD, SECRET, Desk
from tests.admin.window import Window, is_sound
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def _enter(page: Page, stage: Stage, login: str) -> None:
    page.goto("/admin/sign-in")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code from your phone").fill(pyotp.TOTP(SECRET).at(stage.line.now()))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/queue")


@pytest.mark.parametrize(("width", "dark"), [(360, True), (768, False), (1280, False)])
def test_a_supervisors_way_in_paper_codes_and_an_invitation_are_sound(
    window: Window, stage: Stage, width: int, dark: bool
) -> None:
    desk = Desk(stage)
    desk.hire("boss", "supervisor")
    worker = desk.hire("ann").public_id
    page = window.open(width, dark)
    _enter(page, stage, "boss")
    page.goto("/admin/account")
    is_sound(page, width)
    page.get_by_role("button", name="Make ten new codes").click()
    page.get_by_role("heading", name="Codes on paper").wait_for()
    is_sound(page, width)
    page.goto(f"/admin/team/{worker}")
    is_sound(page, width)
    page.goto("/admin/team")
    page.get_by_label("Name that colleagues see").fill("Bob")
    page.get_by_label("Login").fill("bob")
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_role("heading", name="Link of the first sign-in").wait_for()
    is_sound(page, width)
    stage.later(minutes=11)
    page.goto("/admin/break-glass/review")
    is_sound(page, width)
    page.goto("/admin/team")
    page.get_by_label("Name that colleagues see").fill("Eve")
    page.get_by_label("Login").fill("eve")
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_role("heading", name="Is it still you?").wait_for()
    is_sound(page, width)


@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_practice_and_emergency_access_are_sound_and_work_by_keyboard(
    window: Window, stage: Stage, width: int, dark: bool
) -> None:
    page = window.sign_in(window.open(width, dark), "caseworker")
    page.goto("/admin/practice")
    is_sound(page, width)
    page.get_by_role("button", name="Begin Somebody is at the door").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Your answer").fill("I promise you will be safe.")
    page.get_by_role("button", name="Answer").focus()
    page.keyboard.press("Enter")
    page.get_by_text("A promise that nobody can keep").wait_for()
    is_sound(page, width)
    other = window.sign_in(window.open(width, dark), "operator")
    other.goto("/admin/break-glass")
    is_sound(other, width)
    other.get_by_label("Number of the urgent item").fill("613 555 0143")
    other.get_by_label("Why it cannot wait").fill("Nobody else can be reached tonight")
    other.get_by_role("button", name="Open the record").click()
    other.get_by_text("Emergency access, written down, until").wait_for()
    is_sound(other, width)
