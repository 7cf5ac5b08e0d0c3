"""Plan, stage, referral, form and export in a real browser, as workers and an evaluator do them."""

from __future__ import annotations

import io
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.admin.window import Window, hold, is_sound
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_plan_is_written_and_a_stage_is_set(window: Window, stage: Stage, width: int) -> None:
    page = window.sign_in(window.open(width), "caseworker")
    page.get_by_role("link", name="Open Item").first.click()
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_label("The goal, in the client's words").fill("a room of my own")
    page.get_by_label("About", exact=True).select_option("housing")
    page.get_by_role("button", name="Add a goal").click()
    page.get_by_role("heading", name="a room of my own").wait_for()
    page.get_by_text("Add a step").first.click()
    page.get_by_label("The step, as it would be texted").fill("call about the room")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_text("call about the room").first.wait_for()
    for changes, stage_name, level in ((1, "preparation", "C"), (2, "action", "D")):
        page.get_by_text("Set the stage").first.click()
        page.get_by_role("combobox", name="Stage").select_option(stage_name)
        page.get_by_label("Level of service").select_option(level)
        page.get_by_role("button", name="Set the stage").click()
        expect(page.locator("tbody tr")).to_have_count(changes)
        page.get_by_role("status").get_by_text("Kept.").wait_for()
    page.get_by_role("img", name="Level of service over time").wait_for()
    page.get_by_role("button", name="Done call about the room").click()
    page.get_by_text("✓").wait_for()
    is_sound(page, width)


def test_a_referral_is_agreed_sent_and_closed(window: Window, stage: Stage) -> None:
    page = window.sign_in(window.open(360), "caseworker")
    page.goto("/admin/partners")
    page.get_by_label("Name").last.fill("Legal clinic")
    page.get_by_label("About", exact=True).last.select_option("legal")
    page.get_by_role("button", name="Add a partner").click()
    page.get_by_text("The partner is entered.").wait_for()
    page.goto("/admin/queue")
    page.get_by_role("link", name="Open Item").first.click()
    page.get_by_role("link", name="Needs and referrals").click()
    page.get_by_label("Note to the partner").fill("needs help with a lease")
    page.get_by_role("button", name="Suggest it").click()
    for act, state in (
        ("Client agrees", "client agreed"),
        ("Sent", "sent"),
        ("Accepted", "accepted"),
    ):
        page.get_by_role("button", name=f"{act} Legal clinic").click()
        page.get_by_text(f"law · {state}").wait_for()
    page.get_by_role("button", name="Attended Legal clinic").click()
    page.get_by_text("law · attended").wait_for()
    is_sound(page, 360)


def at_the_forms(window: Window) -> Page:
    """A supervisor has published PHQ-2; a caseworker is about to fill it in, on a phone."""
    boss = window.sign_in(window.open(1280), "supervisor")
    boss.goto("/admin/forms")
    boss.get_by_role("button", name="Add PHQ-2").click()
    boss.get_by_role("button", name="Publish this version").click()
    boss.get_by_role("status").get_by_text("Published.").wait_for()
    page = window.sign_in(window.open(360), "caseworker")
    page.get_by_role("link", name="Open Item").first.click()
    page.get_by_role("link", name="Forms", exact=True).click()
    return page


def test_a_form_saves_itself_while_one_types_and_survives_no_connection(
    window: Window, stage: Stage
) -> None:
    page = at_the_forms(window)
    page.get_by_role("button", name="Fill in PHQ-2").click()
    first = page.get_by_role("group", name="Little interest")
    first.get_by_label("Several days").check()
    page.get_by_text("Saved.").wait_for()
    page.context.set_offline(True)
    second = page.get_by_role("group", name="Feeling down")
    second.get_by_label("Nearly every day").check()
    page.get_by_text("Not saved yet: no connection.").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Saved.").wait_for()
    page.reload()
    assert (
        page.get_by_role("group", name="Feeling down").get_by_label("Nearly every day").is_checked()
    )
    page.get_by_role("button", name="Done: add it up").click()
    page.get_by_text("sum 4 · look closer").wait_for()
    is_sound(page, 360)
    window.errors[:] = [e for e in window.errors if "ERR_INTERNET_DISCONNECTED" not in e]


def test_what_was_answered_before_the_script_came_is_saved_too(
    window: Window, stage: Stage
) -> None:
    page = at_the_forms(window)
    held = hold(page, "**/forms.js")
    with page.expect_request("**/forms.js"):
        page.get_by_role("button", name="Fill in PHQ-2").click()
    page.get_by_role("group", name="Little interest").get_by_label("Several days").check()
    held.pop().continue_()
    page.get_by_text("Saved.").wait_for()
    # Done waits for what is being saved, instead of being refused as older than that.
    saving = hold(page, "**/forms/*", lambda one: '"auto"' in (one.post_data or ""))
    with page.expect_request("**/forms/*"):
        page.get_by_role("group", name="Feeling down").get_by_label("Not at all").check()
    page.get_by_role("button", name="Done: add it up").click()
    saving.pop().continue_()
    page.get_by_text("sum 1 ·").wait_for()


def test_an_evaluator_asks_a_supervisor_allows_and_the_file_is_there(
    window: Window, stage: Stage
) -> None:
    page = window.sign_in(window.open(1280), "evaluator")
    page.goto("/admin/exports")
    page.get_by_label("First month").fill("2026-09")
    page.get_by_label("Last month").fill("2026-10")
    page.get_by_label("What it is for").fill("the yearly evaluation")
    page.get_by_role("button", name="Ask").click()
    page.get_by_text("waits for an answer").wait_for()
    boss = window.sign_in(window.open(360), "supervisor")
    boss.goto("/admin/exports")
    boss.get_by_role("button", name="Allow").click()
    boss.get_by_text("allowed").first.wait_for()
    is_sound(boss, 360)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV files").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert "codebook.md" in archive.namelist()
