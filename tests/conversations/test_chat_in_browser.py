"""The chat page on a phone, with the script and without: used, left at once, and left no trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from tests.admin.desk import Desk
from tests.admin.window import hold, served
from tests.chromium import browser as browser
from tests.conversations.test_chat import KNIFE
from tests.scheduler.test_live import until
from tests.stage import Stage

PHONE = {"width": 360, "height": 740}
#: What a client wrote in the attacker's script, and the phrase they kept.
SECRET = re.compile("own words|own%20words|blue kettle|blue%20kettle")


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    with served(stage.rehearsal.app) as place:
        yield place


def _phone(
    browser: Browser, address: str, *, scripts: bool, locale: str = "en-CA"
) -> BrowserContext:
    return browser.new_context(
        viewport=PHONE,
        base_url=address,
        java_script_enabled=scripts,
        has_touch=True,
        locale=locale,
    )


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def phone(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A phone's browser that was on another page of no interest before."""
    context = _phone(browser, address, scripts=request.param)
    page = context.new_page()
    page.goto("/healthz")
    page.goto("/t")
    yield page
    context.close()


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def french(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The browser of a phone set to French."""
    context = _phone(browser, address, scripts=request.param, locale="fr-CA")
    page = context.new_page()
    page.goto("/healthz")
    page.goto("/t")
    yield page
    context.close()


def _write(page: Page, words: str) -> None:
    # Each label of the page in French has its English beside it.
    page.get_by_label("Write here").fill(words)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#talk .mine").filter(has_text=words).last).to_be_visible()


def test_asked_and_answered(phone: Page) -> None:
    _write(phone, "when is the next circle")
    expect(phone.locator("#talk .line").first).to_contain_text("Next circle")
    _write(phone, "menu")
    expect(phone.locator("#talk")).to_contain_text("talk to someone")
    assert phone.title() == "Notes"


def test_urgent_is_answered_from_the_panel(phone: Page, stage: Stage) -> None:
    _write(phone, KNIFE)
    expect(phone.locator("#talk")).to_contain_text("call 911")
    stage.later(seconds=1)
    stage.phone("0191").hears("Urgent item")
    assert Desk(stage).sign_in_as("caseworker").reply("I am here now") == 303
    look = phone.get_by_role("link", name="Look for an answer")
    look.click()
    phone.reload()
    expect(phone.locator("#talk")).to_contain_text("I am here now")


def test_left_at_once_and_nothing_is_found(phone: Page) -> None:
    _write(phone, "where is food tonight")
    phone.get_by_role("button", name="Leave now").click()
    expect(phone.get_by_role("heading", name="Bannock")).to_be_visible()
    for _ in range(3):
        phone.go_back()
        assert "where is food" not in phone.content()
    phone.goto("/t")
    assert "where is food" not in phone.content()
    expect(phone.get_by_text("may keep the name of this page")).to_be_visible()
    _no_cookie_is_left(phone)


def test_in_french_asked_answered_urgent_and_left(french: Page, stage: Stage) -> None:
    expect(french.get_by_role("button", name="Quitter maintenant")).to_be_visible()
    expect(french.get_by_label("Écrivez ici")).to_be_visible()
    _write(french, "bonjour, quand est le prochain cercle?")
    expect(french.locator("#talk .line").first).to_contain_text("Prochain cercle")
    _write(french, "il veut me tuer, il a un couteau")
    expect(french.locator("#talk")).to_contain_text("appelez le 911")
    stage.later(seconds=1)
    stage.phone("0191").hears("Urgent item")
    assert Desk(stage).sign_in_as("caseworker").reply("Je suis là") == 303
    french.get_by_role("link", name="Voir s'il y a une réponse").click()
    french.reload()
    expect(french.locator("#talk p[lang=fr]").last).to_contain_text("Je suis là")
    expect(french.get_by_text("peut garder le nom de cette page")).to_be_visible()
    french.get_by_role("button", name="Quitter maintenant").click()
    expect(french.get_by_role("heading", name="Bannique")).to_be_visible()
    for _ in range(3):
        french.go_back()
        assert "couteau" not in french.content()
    _no_cookie_is_left(french)


def test_french_is_chosen_on_the_page_and_chosen_back(phone: Page) -> None:
    phone.get_by_role("link", name="FRANÇAIS").click()
    expect(phone.get_by_role("button", name="Envoyer")).to_be_visible()
    _write(phone, "ok")
    expect(phone.locator("#talk")).to_contain_text("Ici une machine")
    expect(phone.get_by_role("button", name="Envoyer")).to_be_visible()
    phone.get_by_label("Pour revenir plus tard").fill("bouilloire bleue")
    phone.get_by_role("button", name="La garder").click()
    expect(phone.locator("#notice")).to_contain_text("Votre phrase, avec ses chiffres: bouilloire")
    phone.get_by_role("link", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.get_by_role("button", name="Send")).to_be_visible()
    assert "Envoyer" not in phone.content()


def test_sound_for_axe_in_french(browser: Browser, address: str) -> None:
    context = _phone(browser, address, scripts=True, locale="fr-CA")
    page = context.new_page()
    for path in ("/", "/t"):
        page.goto(path)
        assert Axe().run(page).response["violations"] == []
    _write(page, "bonjour, quand est le prochain cercle?")
    page.get_by_text("Clavier syllabique").click()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()


def test_sound_for_axe_and_as_wide_as_the_phone(browser: Browser, address: str) -> None:
    context = _phone(browser, address, scripts=True)
    page = context.new_page()
    for path in ("/", "/t"):
        page.goto(path)
        assert Axe().run(page).response["violations"] == []
    _write(page, "when is the next circle")
    page.get_by_text("Syllabic keys").click()
    page.emulate_media(color_scheme="dark")
    assert Axe().run(page).response["violations"] == []
    for width in (PHONE["width"], 320):
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_syllabics_by_the_keys_on_the_screen(browser: Browser, address: str) -> None:
    context = _phone(browser, address, scripts=True)
    page = context.new_page()
    page.goto("/t")
    page.get_by_text("Syllabic keys").click()
    for sign in "ᖁᔭᓐᓇᒦᒃ":
        page.get_by_role("button", name=sign, exact=True).click()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#talk .mine")).to_contain_text("ᖁᔭᓐᓇᒦᒃ")
    expect(page.locator("#talk .line").first).to_contain_text("ᖁᔭᓐᓇᒦᒃ")
    context.close()


def test_one_key_leaves_and_storage_and_history_are_empty(browser: Browser, address: str) -> None:
    context = _phone(browser, address, scripts=True)
    page = context.new_page()
    page.goto("/t")
    _write(page, "my very own words")
    size = "parseFloat(getComputedStyle(document.querySelector('#talk p')).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Larger letters").click()
    assert page.evaluate(size) >= 1.3 * before
    # Whatever is done on the page makes no entry in the history that the key would leave behind.
    page.get_by_role("link", name="Look for an answer").click()
    for phrase, notice in (("tea", "8 to 60 letters"), ("blue kettle", "with its digits: blue")):
        page.get_by_label("To come back later").fill(phrase)
        page.get_by_role("button", name="Keep it").click()
        expect(page.locator("#notice")).to_contain_text(notice)
    assert page.get_by_label("To come back later").input_value() == ""
    kept = page.evaluate("[localStorage.length, sessionStorage.length]")
    assert kept == [0, 0]
    page.keyboard.press("Escape")
    page.wait_for_url("**/")
    expect(page.get_by_role("heading", name="Bannock")).to_be_visible()
    cached = page.evaluate(
        "caches.keys().then(async names => [names.length,"
        " (await fetch('/t', {cache: 'force-cache'}).then(r => r.text())).includes('very own')])"
    )
    assert cached == [0, False]
    page.go_back()
    assert "my very own words" not in page.content() and "/t" not in page.url
    context.close()


def test_an_answer_comes_without_a_click(browser: Browser, address: str, stage: Stage) -> None:
    context = _phone(browser, address, scripts=True)
    page = context.new_page()
    page.goto("/t")
    _write(page, "qwerty blorp")
    assert Desk(stage).sign_in_as("caseworker").reply("Hello from the panel") == 303
    expect(page.locator("#talk")).to_contain_text("Hello from the panel")
    stage.later(minutes=16)
    expect(page.get_by_role("heading", name="Bannock")).to_be_visible()
    context.close()


def _with_its_own_clock(context: BrowserContext) -> Page:
    """The page, whose clock only the test moves: nothing is given up because this machine is slow.

    It says of itself that it was never loaded anew.
    """
    page = context.new_page()
    page.clock.install(time=0)
    page.goto("/t")
    expect(page.get_by_role("button", name="Larger letters")).to_be_visible()  # the script is there
    page.clock.pause_at(60)
    page.evaluate("window.isTheSame = true")
    return page


def test_what_is_written_while_the_first_text_is_under_way_is_neither_lost_nor_sent_twice(
    browser: Browser, address: str, stage: Stage
) -> None:
    context = _phone(browser, address, scripts=True)
    page = _with_its_own_clock(context)
    held = hold(page, "**/t/say")
    words, send = page.get_by_label("Write here"), page.get_by_role("button", name="Send")
    with page.expect_request("**/t/say"):
        words.fill("where is food tonight")
        send.click()
    send.click()  # pressed twice, as nothing shows yet
    words.fill(KNIFE)
    send.click()
    with page.expect_request("**/t/say"):
        held.pop().continue_()
    words.fill("not sent yet")
    held.pop().continue_()
    expect(page.locator("#talk")).to_contain_text("call 911")
    expect(page.locator("#talk .mine p")).to_have_text(["where is food tonight", KNIFE])
    expect(page.get_by_role("link", name="Look for an answer")).to_be_visible()
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    expect(words).to_have_value("not sent yet")
    assert held == [] and page.evaluate("isTheSame")
    stage.later(seconds=1)
    stage.phone("0191").hears("Urgent item")
    context.close()


def test_what_did_not_arrive_stands_in_the_field_and_goes_once_the_network_is_back(
    browser: Browser, address: str
) -> None:
    context = _phone(browser, address, scripts=True)
    page = _with_its_own_clock(context)
    words, send = page.get_by_label("Write here"), page.get_by_role("button", name="Send")
    held = hold(page, "**/t/say")
    with page.expect_request("**/t/say"):
        words.fill("where is food")
        send.click()
    words.fill("i am near the river")
    send.click()
    words.fill("is it open")
    held.pop().abort()
    expect(words).to_have_value("where is food\ni am near the river\nis it open")
    expect(page.locator("#notice")).to_contain_text("not sent", ignore_case=True)
    # Nothing answers at all: after a while that is said too.
    with page.expect_request("**/t/say"):
        _press_anew(page)
    page.clock.run_for(31_000)
    expect(page.locator("#notice")).to_contain_text("not sent", ignore_case=True)
    page.unroute("**/t/say")
    page.route("**/t/say", _answer_is_lost)
    _press_anew(page)
    expect(page.locator("#notice")).to_contain_text("not sent", ignore_case=True)
    expect(words).to_have_value("where is food\ni am near the river\nis it open")
    page.unroute("**/t/say")
    send.click()
    texts = ["where is food", "i am near the river", "is it open"]
    expect(page.locator("#talk .mine p")).to_have_text(texts)
    expect(words).to_have_value("")
    expect(page.locator("#notice")).to_have_text("")
    context.close()


def _press_anew(page: Page) -> None:
    """What was said of the last press is taken away, so that a test sees what is said of this."""
    page.locator("#notice").evaluate("one => one.replaceChildren()")
    page.get_by_role("button", name="Send").click()


def _answer_is_lost(route: Route) -> None:
    """The line has the text, and the phone does not hear that."""
    route.fetch()
    route.abort()


def test_a_text_that_is_under_way_when_somebody_leaves_arrives_and_leaves_nothing(
    browser: Browser, address: str, stage: Stage
) -> None:
    context = _phone(browser, address, scripts=True)
    page = _with_its_own_clock(context)
    hold(page, "**/t/say")
    with page.expect_request("**/t/say"):
        page.get_by_label("Write here").fill(KNIFE)
        page.get_by_role("button", name="Send").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Bannock")).to_be_visible()
    _no_cookie_is_left(page)
    stage.later(seconds=1)
    stage.phone("0191").hears("Urgent item")
    page.goto("/t")
    expect(page.get_by_label("Write here")).to_have_value("")
    expect(page.locator("#talk li")).to_have_count(0)
    context.close()


def test_who_goes_on_with_a_phrase_keeps_what_stands_in_the_field(
    browser: Browser, address: str, stage: Stage
) -> None:
    context = _phone(browser, address, scripts=True)
    page = context.new_page()
    page.goto("/t")
    _write(page, "qwerty blorp")
    page.get_by_label("To come back later").fill("blue kettle")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#notice")).to_contain_text("blue kettle")
    kept = re.search(r"blue kettle \d{3}", page.locator("#notice").inner_text())
    assert kept
    context.close()
    assert Desk(stage).sign_in_as("caseworker").reply("Hello again") == 303
    stage.later(minutes=1)
    context = _phone(browser, address, scripts=True)
    page = _with_its_own_clock(context)
    page.get_by_label("Write here").fill("not sent yet")
    page.get_by_label("You were here before?").fill(kept[0])
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#talk .line").last).to_contain_text("Hello again")
    expect(page.get_by_label("To come back later")).to_have_value("")
    expect(page.get_by_label("Write here")).to_have_value("not sent yet")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#talk .mine p")).to_have_text(["not sent yet"])
    assert page.evaluate("isTheSame")
    context.close()


def test_who_takes_the_phone_afterwards_finds_nothing(phone: Page, address: str) -> None:
    """The script of somebody who watches: every way back that a browser has, one by one."""
    _write(phone, "my very own words")
    phone.get_by_label("To come back later").fill("blue kettle")
    phone.get_by_role("button", name="Keep it").click()
    expect(phone.locator("#notice")).to_contain_text("blue kettle")
    [stolen] = phone.context.cookies()
    phone.get_by_label("Write here").fill("my very own words, not sent")
    phone.get_by_role("button", name="Leave now").click()
    expect(phone.get_by_role("heading", name="Bannock")).to_be_visible()
    _nothing_is_kept(phone, address)
    for way in (phone.go_back, phone.go_back, phone.go_forward, phone.go_forward, phone.reload):
        with suppress(PlaywrightError):  # a page that was posted: the browser has it no more
            way()
        expect(phone.locator("html")).not_to_contain_text(SECRET)
        for field in phone.locator("input:not([type=hidden]), textarea").all():
            expect(field).to_have_value("")
    phone.context.add_cookies([stolen])  # copied before: the visit is over, so it opens nothing
    for path in ("/t", "/t?l=fr"):
        phone.goto(path)
        assert not SECRET.search(phone.content())
    assert phone.request.get("/t/talk").status == 410
    phone.goto("/t")
    # Said once, on the page itself: what a browser's history may keep.
    assert phone.get_by_text("may keep the name of this page").count() == 1
    # Fields are empty and the browser was told to suggest nothing.
    for field in phone.locator("input:not([type=hidden]), textarea").all():
        assert field.input_value() == "" and field.get_attribute("autocomplete") == "off"
    phone.get_by_label("You were here before?").fill("blue kettle")
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_text("That phrase opened nothing")).to_be_visible()  # without its digits
    assert "own words" not in phone.content()


def _no_cookie_is_left(page: Page) -> None:
    """The line is told of the leaving while the next page comes."""
    until(lambda: page.context.cookies() == [])


def _nothing_is_kept(page: Page, address: str) -> None:
    """What the browser itself says of its history, its storage and its caches."""
    devtools = page.context.new_cdp_session(page)
    entries = devtools.send("Page.getNavigationHistory")["entries"]
    for entry in entries:
        assert entry["title"] in ("", "Notes") or entry["url"].endswith(("/healthz", "blank"))
        assert not SECRET.search(entry["url"] + entry["title"])
        assert not re.search(r"chat|talk|message", entry["url"])
    used = devtools.send("Storage.getUsageAndQuota", {"origin": address})
    assert used["usage"] == 0
    _no_cookie_is_left(page)
    kept = devtools.send("Page.getResourceTree")["frameTree"]
    names = {one["url"].removeprefix(address) for one in kept["resources"]}
    assert names <= {"/", "/t/s/chat.css", "/t/s/icon.svg", "/t/signs.woff2"}


def test_an_answer_is_read_aloud_where_the_browser_has_a_voice_for_it(
    browser: Browser, address: str
) -> None:
    context = _phone(browser, address, scripts=True)
    # A browser without a screen has no voices: one is put in its place, and what it says kept.
    context.add_init_script(
        "window.said = []; window.voices = [];"
        "Object.defineProperty(window, 'speechSynthesis', {value: {"
        " cancel: () => said.push(null),"
        " getVoices: () => voices, speak: (one) => said.push([one.lang, one.text])}});"
    )
    page = context.new_page()
    page.goto("/t")
    _write(page, "when is the next circle")
    answer = page.locator("#talk .line").first
    expect(answer).to_be_visible()
    assert answer.get_by_role("button").count() == 0
    # Browsers load their voices after the page, and say so.
    page.evaluate("voices.push({lang: 'en-CA'}); speechSynthesis.onvoiceschanged()")
    page.evaluate("speechSynthesis.onvoiceschanged()")  # some say so twice
    answer.get_by_role("button", name="Read aloud").click()
    [silence, [language, words]] = page.evaluate("said")
    assert silence is None and language == "en" and words == answer.locator("p").inner_text()
    _turns(page, is_away=True)
    assert page.evaluate("said").pop() is None  # nobody hears it once the screen is off
    context.close()


def _turns(page: Page, *, is_away: bool) -> None:
    """The phone shows something else, or comes back: a browser without a screen never does."""
    page.evaluate(
        "(away) => { Object.defineProperty(document, 'hidden', {value: away, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        is_away,
    )


def test_a_phone_that_shows_something_else_pictures_an_empty_sheet(
    browser: Browser, address: str
) -> None:
    context = _phone(browser, address, scripts=True)
    page = context.new_page()
    page.clock.install()
    page.goto("/t")
    _write(page, "my very own words")
    _turns(page, is_away=True)
    expect(page.locator("#talk")).to_be_hidden()
    expect(page.get_by_label("Write here")).to_be_hidden()
    _turns(page, is_away=False)
    expect(page.locator("#talk .mine")).to_be_visible()
    _turns(page, is_away=True)
    page.clock.fast_forward(16 * 60 * 1000)
    _turns(page, is_away=False)  # woken later, by whoever
    expect(page.get_by_role("heading", name="Bannock")).to_be_visible()
    context.close()


@pytest.mark.parametrize("way", ["key", "idle"])
def test_left_without_a_network_the_screen_is_empty_and_the_visit_ends(
    browser: Browser, stage: Stage, way: str
) -> None:
    """The Wi-Fi is out of reach: nothing can be told to the line, and nothing stays to be read."""
    with served(stage.rehearsal.app) as place:
        context = _phone(browser, place, scripts=True)
        page = context.new_page()
        page.clock.install()
        page.goto("/t")
        _write(page, "my very own words")
    if way == "key":
        page.keyboard.press("Escape")
    else:
        page.clock.fast_forward(16 * 60 * 1000)
    expect(page.locator("#talk, #say")).to_have_count(0)
    assert {one["name"] for one in context.cookies()} == {"n", "o"}
    with served(stage.rehearsal.app) as place:  # and somebody is within reach of it again
        page.goto(f"{place}/t")
        expect(page.get_by_label("Write here")).to_have_value("")
        assert "own words" not in page.content()
        assert page.request.get(f"{place}/t/talk").status == 410
        assert context.cookies() == []
    context.close()
