"""A worker who was invited makes a passkey in a real browser, and signs in with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page

from admin.personnel import Person
from service import staffing
from tests.admin.window import Window, hold, is_sound
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
OPTIONS = "**/account/passkeys"


def _with_device(window: Window, stage: Stage, width: int) -> Page:
    """A window on a phone whose owner shows a finger whenever asked."""
    # Passkeys belong to a name, never to a number such as 127.0.0.1.
    window.address = window.address.replace("127.0.0.1", "localhost")
    stage.line.config = replace(stage.line.config, public_url=window.address)
    page = window.open(width)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_an_invited_worker_makes_a_passkey_and_signs_in_with_it(
    window: Window,
    stage: Stage,
    width: int,
) -> None:
    page = _with_device(window, stage, width)
    page.goto(staffing.invited(stage.line, Person("ann", "Ann", "caseworker")))
    is_sound(page, width)
    page.get_by_label("Name of the device").fill("My phone")
    page.get_by_role("button", name="Make a passkey and enter").click()
    page.wait_for_url("**/queue")
    page.goto("/admin/account")
    is_sound(page, width)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/queue")
    page.goto("/admin/account")
    assert page.locator("strong").get_by_text("My phone").is_visible()
    # On a secure address the browser says that signing out cleared its cache.
    window.errors = [said for said in window.errors if not said.startswith("Clear-Site-Data")]


def test_a_passkey_is_made_on_the_account_page_and_not_twice_on_one_device(
    window: Window,
    stage: Stage,
) -> None:
    page = window.sign_in(_with_device(window, stage, 360), "translator")
    page.goto("/admin/account")
    page.get_by_label("Name of the device").fill("Desk")
    page.get_by_role("button", name="Make a passkey on this device").click()
    page.get_by_role("status").get_by_text("The passkey is kept.").wait_for()
    # The device has one for this person already and says so; nothing is sent.
    page.get_by_label("Name of the device").last.fill("Again")
    page.get_by_role("button", name="Make a passkey on this device").click()
    page.get_by_role("alert").get_by_text("The device did not finish.").wait_for()


def test_a_second_tap_on_a_slow_line_spoils_no_passkey(window: Window, stage: Stage) -> None:
    page = window.sign_in(_with_device(window, stage, 360), "translator")
    page.goto("/admin/account")
    page.get_by_label("Name of the device").fill("Desk")
    make = page.get_by_role("button", name="Make a passkey on this device")
    held = hold(page, OPTIONS, lambda one: one.method == "GET")
    with page.expect_request(OPTIONS):
        make.click()
    make.click()
    held.pop(0).continue_()
    page.get_by_role("status").get_by_text("The passkey is kept.").wait_for()
    assert held == []


def test_without_scripts_nothing_speaks_of_passkeys_that_cannot_be_made(
    window: Window,
) -> None:
    page = window.open(360, scripts=False)
    page.goto("/admin/sign-in")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    assert page.get_by_label("Password").is_visible()
