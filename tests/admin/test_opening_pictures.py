"""Opening a client's picture in the panel: warned, once, written down, and by nobody else."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from playwright.sync_api import Error

from service.rehearsal import stage_config
from tests.admin.desk import Desk
from tests.admin.window import Window, is_sound
from tests.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """A line that keeps pictures, and a client who sent one."""
    stage = Stage(config=replace(stage_config(), keep_pictures=True))
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (9, 99, 9)).save(out, "JPEG")
    stage.phone("0141").texts("hello").ignores()
    stage.phone("0141").texts("look at this", files=[("image/jpeg", out.getvalue())]).ignores()
    return stage


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def path(desk: Desk) -> str:
    found = desk.read(desk.thread())
    link = desk.thread("/pictures/")
    start = found.index(link)
    return found[start : found.index('"', start)]


def is_image(raw: bytes) -> bool:
    with Image.open(io.BytesIO(raw)) as shown:
        return shown.size == (64, 48)


def test_a_worker_is_warned_then_sees_it_once_and_that_is_written_down(desk: Desk) -> None:
    desk.sign_in_as("caseworker")
    thread = desk.read(desk.thread())
    assert "<img" not in thread and "A picture (1 kB), not shown" in thread
    here = path(desk)
    page = desk.read(here)
    assert "<img" not in page and "You cannot know what is on it" in page
    assert "read_picture" not in desk.acts()
    seen = desk.client.post(here, data={"csrf_token": desk.form_token(here)})
    assert seen.status_code == 200 and seen.mimetype == "image/jpeg" and is_image(seen.data)
    assert seen.headers["Cache-Control"] == "no-store"
    assert "sandbox" in seen.headers["Content-Security-Policy"]
    assert desk.acts().count("read_picture") == 1
    again = desk.client.post(here, data={"csrf_token": desk.form_token(desk.thread())})
    assert again.status_code == 303 and again.mimetype != "image/jpeg"
    assert desk.acts()[-2:].count("picture_refused") == 1
    after = desk.read(here)
    assert "a supervisor can open it again" in after and "Open it once" not in after
    assert "Opened by" in desk.read(desk.thread())


def test_a_supervisor_can_open_it_again_and_that_is_written_down_too(stage: Stage) -> None:
    first = Desk(stage).sign_in_as("caseworker")
    here = path(first)
    first.client.post(here, data={"csrf_token": first.form_token(here)})
    boss = Desk(stage).sign_in_as("supervisor")
    page = boss.read(here)
    assert "It was opened before" in page
    seen = boss.client.post(here, data={"csrf_token": boss.form_token(here)})
    assert is_image(seen.data) and boss.acts().count("read_picture_again") == 1


def test_looking_at_the_page_or_asking_for_the_address_shows_nothing(desk: Desk) -> None:
    desk.sign_in_as("caseworker")
    here = path(desk)
    token = desk.form_token(here)
    for wrong in (here[:-1] + "7", here.rsplit("/", 2)[0] + "/99999999999/0", here + "99999"):
        assert desk.open(wrong).status_code == 404
        assert desk.client.post(wrong, data={"csrf_token": token}).status_code == 404
    assert desk.open(here).mimetype == "text/html"


@pytest.mark.parametrize("role", ["operator", "translator", "evaluator"])
def test_who_may_not_answer_clients_sees_no_picture(stage: Stage, role: str) -> None:
    here = path(Desk(stage).sign_in_as("caseworker"))
    other = Desk(stage).sign_in_as(role)
    token = other.form_token("/admin/account")
    assert other.open(here).status_code == 404
    assert other.client.post(here, data={"csrf_token": token}).status_code == 404
    assert "read_picture" not in other.acts()


def test_the_form_of_another_site_opens_nothing(desk: Desk) -> None:
    desk.sign_in_as("caseworker")
    here = path(desk)
    assert desk.client.post(here, data={}).status_code == 400
    token = desk.form_token(here)
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert desk.client.post(here, data={"csrf_token": token}, headers=headers).status_code == 403
    assert "read_picture" not in desk.acts()


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
def test_in_a_browser_it_stands_alone_once_and_no_way_back_shows_it(
    window: Window, stage: Stage, scripts: bool
) -> None:
    stage.later(seconds=1)
    stage.phone("0144").texts("look at this too", media=1).ignores()
    page = window.open(360, scripts=scripts)
    window.sign_in(page, "caseworker")
    page.goto(f"/admin/conversations/{Desk(stage).client_id()}")
    page.get_by_role("link", name="A picture (1 kB), not shown").click()
    page.get_by_text("You cannot know what is on it").wait_for()
    if scripts:
        is_sound(page, 360)
    with page.expect_response(lambda answer: answer.request.method == "POST") as got:
        page.get_by_role("button", name="Open it once").click()
    assert got.value.headers["content-type"] == "image/jpeg"
    page.locator("body > img").wait_for()
    page.go_back()
    page.get_by_text("a supervisor can open it again").wait_for()
    other = page.context.new_page()
    other.goto(f"/admin/conversations/{Desk(stage).client_id()}")
    other.get_by_text("Opened by").wait_for()
    assert other.locator("main img").count() == 0
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        page.go_forward()  # the browser kept no copy to show again
