"""A client chats on the page over Wi-Fi: same answers, same triage, same escalation as by SMS."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

import admin
import bot.chat
from bot import outbox, rights
from bot.chat import visits
from bot.chat.visits import (
    FREE_PHRASES,
    FREE_STARTS,
    FREE_URGENT_STARTS,
    MORE_URGENT_NEW_A_MINUTE,
    MOST_A_MINUTE,
    MOST_NEW_A_MINUTE,
    begin,
    wait_to_begin,
    writes_too_fast,
)
from records.database import Database
from records.models import Address, ChatVisit, Contact, Message, QueueItem
from records.models.messages import Lane, State
from service.rehearsal import stage_config
from tests.admin.desk import Desk
from tests.stage import Stage

KNIFE = "hes outside the door w a knife"
_NONCE = re.compile(r'name="nonce" value="([^"]+)"')
_TEXT = re.compile(r'<li class="(mine|line)"[^>]*>.*?<p lang="\w+">(.*?)</p>', re.DOTALL)

#: A number that no line may break.
_WHOLE = re.compile(r'<span class="whole">([\d+-]+)</span>')


class Browser:
    """A browser without scripts at the chat page, with cookies of its own."""

    def __init__(self, stage: Stage, address: str = "203.0.113.7", language: str = "en-CA") -> None:
        self.stage, self.address, self.language = stage, address, language
        self.client: FlaskClient = stage.rehearsal.app.test_client()
        self.page = ""

    def open(self, path: str = "/t") -> TestResponse:
        answer = self.client.get(path, environ_base=self._who())
        if path == "/t":
            self.page = answer.text
        return answer

    def post(self, path: str, **fields: str | list[str]) -> TestResponse:
        answer = self.client.post(path, data=fields, environ_base=self._who())
        self.stage.rehearsal.settle()
        return answer

    def _who(self) -> dict[str, str]:
        return {"REMOTE_ADDR": self.address, "HTTP_ACCEPT_LANGUAGE": self.language}

    def writes(self, words: str) -> Browser:
        self.open()
        assert self.post("/t/say", words=words, nonce=self.nonce()).status_code == 303
        self.open()
        return self

    def open_with(self, words: str) -> TestResponse:
        """Opens the page and writes, however that is answered."""
        self.open()
        return self.post("/t/say", words=words, nonce=self.nonce())

    def nonce(self) -> str:
        found = _NONCE.search(self.page)
        assert found
        return found[1]

    def texts(self) -> list[tuple[str, str]]:
        """(mine or line, words) of what the page shows."""
        found = _TEXT.findall(self.page)
        return [(who, unescape(_WHOLE.sub(r"\1", words))) for who, words in found]

    def hears(self, words: str) -> Browser:
        lines = [text for who, text in self.texts() if who == "line"]
        assert any(words.casefold() in line.casefold() for line in lines), lines
        return self

    def keeps(self, phrase: str) -> str:
        answer = self.post("/t/keep", phrase=phrase)
        found = re.search(rf"{phrase} \d{{3}}", answer.text)
        assert found, answer.text
        return found[0]


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database=database)


@pytest.fixture
def browser(stage: Stage) -> Browser:
    return Browser(stage)


def test_a_client_asks_and_is_answered_on_the_page(stage: Stage, browser: Browser) -> None:
    browser.writes("when is the next circle").hears("next circle").hears("this is a machine")
    assert browser.texts()[0] == ("mine", "when is the next circle")
    browser.writes("menu").hears("talk to someone")
    # Whether a phone is safe is no question here, and no phone hears anything.
    assert "safe to text" not in browser.page
    stage.close()


def test_no_line_of_a_phones_screen_breaks_a_number(browser: Browser) -> None:
    browser.writes(KNIFE).hears("1-866-863-0511")
    assert 'call <span class="whole">1-866-863-0511</span>, 24/7' in browser.page
    browser.writes("a-1-b 5-" + "6-" * 40 + "7")  # what is longer than a screen may break
    assert "a-1-b 5-6-6-6" in browser.page
    _ignore_phones(browser.stage)


def test_syllabics_are_answered_in_syllabics(stage: Stage, browser: Browser) -> None:
    browser.writes("ᖁᔭᓐᓇᒦᒃ").hears("ᖁᔭᓐᓇᒦᒃ")
    assert '<p lang="iu">' in browser.page
    stage.close()


def test_an_urgent_text_pages_and_is_answered_from_the_panel(
    stage: Stage, browser: Browser
) -> None:
    browser.writes(KNIFE).hears("call 911").hears("are you safe right now")
    stage.collect()
    worker = stage.phone("0191")
    worker.hears("Urgent item")
    stage.phone("0192").ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    assert desk.reply("I am here. Where are you?") == 303
    browser.open()
    browser.hears("I am here. Where are you?")
    assert "on this page only" in browser.page
    _ignore_phones(stage)


def test_a_worker_answers_from_their_own_phone(stage: Stage, browser: Browser) -> None:
    browser.writes(KNIFE)
    stage.collect()
    worker = stage.phone("0191")
    number = re.search(r"item (\d+)", worker.unread[0])
    assert number
    worker.texts(number[1]).texts(f"{number[1]}: are you inside?")
    browser.open()
    browser.hears("are you inside?")
    _ignore_phones(stage)


def test_the_same_form_sent_twice_is_one_text(stage: Stage, browser: Browser) -> None:
    browser.open()
    nonce = browser.nonce()
    for _ in range(2):
        browser.post("/t/say", words="where is food", nonce=nonce)
    with stage.line.database.read() as session:
        texts = select(func.count()).select_from(Message).where(Message.direction == "inbound")
        assert session.scalar(texts) == 1


def test_other_words_from_the_same_form_are_another_text(stage: Stage, browser: Browser) -> None:
    browser.writes("where is food")
    nonce = browser.nonce()
    for words in ("menu", KNIFE):  # the second is sent before the first has brought a new form
        assert browser.post("/t/say", words=words, nonce=nonce).status_code == 303
    browser.open()
    mine = [words for who, words in browser.texts() if who == "mine"]
    assert mine == ["where is food", "menu", KNIFE]
    browser.hears("call 911")
    _ignore_phones(stage)


def test_pressed_twice_before_a_cookie_is_there_is_one_visit(
    stage: Stage, browser: Browser
) -> None:
    browser.open()
    fields = {"words": "where is food", "nonce": browser.nonce()}
    for _ in range(2):  # the answer to the first press never arrived
        browser.client.delete_cookie("n", path="/t")
        assert browser.post("/t/say", **fields).status_code == 303
    browser.writes("menu").hears("talk to someone")
    assert [words for who, words in browser.texts() if who == "mine"] == ["where is food", "menu"]
    browser.post("/t/leave")
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
        ends = session.scalars(select(ChatVisit.ended_at)).all()
        assert len(ends) == 2 and None not in ends
    # A browser that sends its form again opens nothing of what was left.
    browser.post("/t/say", **fields)
    browser.open()
    assert browser.texts() == []
    browser.writes("hello")
    assert browser.texts()[0] == ("mine", "hello")


def test_who_leaves_before_a_word_arrived_ends_nobody_elses_visit(stage: Stage) -> None:
    with stage.line.database.write() as session:
        (leaving, _), (staying, _) = (
            visits.begin(session, stage.line, stage.line.now()) for _ in range(2)
        )
        visits.leave(session, leaving, stage.line.now())
        session.flush()
        session.expire_all()
        assert leaving.ended_at is not None and staying.ended_at is None


@pytest.mark.parametrize("is_here", [True, False], ids=["here already", "first words"])
def test_what_was_under_way_when_somebody_left_is_taken_in_and_shown_to_nobody(
    stage: Stage, browser: Browser, is_here: bool
) -> None:
    if is_here:
        browser.writes("where is food")
    browser.open()
    nonce = browser.nonce()
    browser.client.set_cookie("o", "1", path="/t")
    gone = browser.post("/t/leave", words=[KNIFE, "i am inside"], nonce=nonce)
    assert (gone.status_code, gone.headers["Location"]) == (303, "/")
    stage.collect()
    stage.phone("0191").hears("Urgent item")
    browser.post("/t/say", words=KNIFE, nonce=nonce)  # the first press came later after all
    browser.open()
    assert browser.texts() == []
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
        texts = select(func.count()).select_from(Message).where(Message.direction == "inbound")
        assert session.scalar(texts) == (3 if is_here else 2)
    for wrong in ({"words": "hi"}, {"words": "hi", "nonce": "x"}):
        assert browser.client.post("/t/leave", data=wrong).status_code == 400
    _ignore_phones(stage)


def test_who_leaves_leaves_nothing(stage: Stage, browser: Browser) -> None:
    browser.writes("where is food")
    gone = browser.post("/t/leave")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/")
    assert "no-store" in gone.headers["Cache-Control"]
    browser.open()
    assert browser.texts() == [] and "where is food" not in browser.page
    assert browser.open("/t/talk").status_code == 410


def test_it_ends_by_itself_after_a_quarter_of_an_hour(stage: Stage, browser: Browser) -> None:
    browser.writes("where is food")
    stage.later(minutes=14)
    browser.open()
    assert browser.texts()
    stage.later(minutes=2)
    browser.open()
    assert browser.texts() == []
    with stage.line.database.read() as session:
        assert session.scalars(select(ChatVisit.ended_at)).one() is not None


def test_who_is_still_writing_is_not_idle(stage: Stage, browser: Browser) -> None:
    """The script says once a minute that somebody types: a long text is not cut off."""
    browser.writes("where is food")
    stage.later(minutes=14)
    assert browser.open("/t/talk").status_code == 200  # to look is not to write
    assert browser.open("/t/talk?writes=1").status_code == 200
    stage.later(minutes=14)
    assert browser.open("/t/talk").status_code == 200
    stage.later(minutes=2)
    assert browser.open("/t/talk?writes=1").status_code == 410


def test_who_left_without_a_network_has_left_all_the_same(stage: Stage, browser: Browser) -> None:
    browser.writes("where is food")
    browser.client.set_cookie("o", "1", path="/t")  # the script's mark; the line heard nothing
    answer = browser.open()
    assert browser.texts() == []
    gone = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("o=;")]
    assert len(gone) == 1
    with stage.line.database.read() as session:
        assert session.scalars(select(ChatVisit.ended_at)).one() is not None
    browser.writes("hello again")
    assert browser.texts()[0] == ("mine", "hello again")


def test_a_phrase_opens_it_again_with_what_waited_and_nothing_old(
    stage: Stage, browser: Browser
) -> None:
    browser.writes("qwerty blorp")
    phrase = browser.keeps("blue kettle")
    browser.post("/t/leave")
    desk = Desk(stage).sign_in_as("caseworker")
    assert desk.reply("Hello again") == 303
    stage.later(minutes=1)
    later = Browser(stage, "198.51.100.9")
    assert later.post("/t/again", phrase=phrase.upper()).status_code == 303
    later.open()
    assert later.texts() == [("line", "Hello again")]
    later.writes("thanks")  # a person has the conversation: the machine is silent
    assert later.texts() == [("line", "Hello again"), ("mine", "thanks")]
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_what_is_stale_is_dropped_and_the_worker_is_told(stage: Stage, browser: Browser) -> None:
    browser.writes("qwerty blorp")
    phrase = browser.keeps("blue kettle")
    browser.post("/t/leave")
    assert Desk(stage).sign_in_as("caseworker").reply("Hello again") == 303
    stage.later(hours=25)
    browser.post("/t/again", phrase=phrase)
    browser.open()
    assert browser.texts() == []
    with stage.line.database.read() as session:
        kinds = set(session.scalars(select(QueueItem.kind)))
    assert "not_delivered" in kinds


def test_what_was_written_for_later_comes_then_unless_it_is_taken_back(
    stage: Stage, browser: Browser
) -> None:
    browser.writes("qwerty blorp")
    with stage.line.database.write() as session:
        address = session.scalars(select(Address)).one()
        contact = session.get_one(Contact, address.contact_id)
        for words in ("for later", "taken back"):
            row = outbox.enqueue(
                session,
                stage.line,
                contact=contact,
                address_id=address.id,
                body=words,
                purpose="staff",
                lane=Lane.TIMED,
                now=stage.line.now(),
                due_at=stage.line.now() + timedelta(minutes=10),
            )
        session.get_one(Message, row.id).state = State.FAILED
    browser.open()
    assert "for later" not in browser.page
    stage.later(minutes=12)
    browser.open()
    browser.hears("for later")
    assert "taken back" not in browser.page


def test_guessing_phrases_waits_longer_and_tells_nothing(stage: Stage, browser: Browser) -> None:
    browser.writes("qwerty blorp")
    browser.keeps("blue kettle")
    thief = Browser(stage, "198.51.100.9")
    answers = [thief.post("/t/again", phrase=f"blue kettle {n}") for n in range(FREE_PHRASES + 1)]
    assert [a.status_code for a in answers] == [403] * FREE_PHRASES + [429]
    # Another client may choose the same words: neither learns of the other.
    other = Browser(stage, "198.51.100.10").writes("hello")
    assert other.keeps("blue kettle")
    assert other.post("/t/keep", phrase="tea").text.count("8 to 60 letters") == 1


def test_a_flood_is_bounded_and_keeps_the_words(
    stage: Stage, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(MOST_A_MINUTE):
        browser.writes(f"blorp {n}")
    answer = browser.post("/t/say", words="one more", nonce=browser.nonce())
    assert answer.status_code == 429
    assert "one more" in answer.text and "Call 911" in answer.text
    # Danger in bits and pieces is heard all the same, though not without end.
    browser.writes(KNIFE).hears("are you safe right now")
    stage.collect()
    stage.phone("0191").hears("Urgent item").ignores()
    with stage.line.database.write() as session:
        visit = session.scalars(select(ChatVisit)).one()
        now = stage.line.now()
        assert not writes_too_fast(session, visit, KNIFE, now)
        assert writes_too_fast(session, visit, "one more", now)
        monkeypatch.setattr(visits, "MOST_URGENT_A_MINUTE", MOST_A_MINUTE + 1)
        assert writes_too_fast(session, visit, KNIFE, now)
    stage.later(minutes=2)
    stage.phone("0191").ignores()
    browser.writes("one more")
    assert ("mine", "one more") in browser.texts()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_when_we_fail_the_words_and_911_are_on_the_page_and_who_leaves_has_left(
    stage: Stage, browser: Browser
) -> None:
    browser.writes("where is food")
    failed = {"words": "menu", "nonce": browser.nonce()}
    with stage.line.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE chat_visit RENAME TO elsewhere")
    answer = browser.client.post("/t/say", data=failed)
    page = unescape(answer.text)
    assert answer.status_code == 500 and "<title>Notes</title>" in page
    assert "Call 911" in page and ">menu</textarea>" in page and "Your words are still here" in page
    assert browser.open().status_code == 500 and "Call 911" in browser.page
    gone = browser.client.post("/t/leave")
    assert gone.status_code == 500 and "Bannock" in gone.text
    assert browser.client.get_cookie("n", path="/t") is None
    assert browser.open().status_code == 200 and browser.texts() == []
    with stage.line.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO chat_visit")
    browser.page = page
    assert browser.nonce() == failed["nonce"]  # sent again it is one text, were it there already
    browser.post("/t/say", **failed)
    browser.open()
    browser.hears("talk to someone")


def test_other_sites_cannot_write_here(stage: Stage, browser: Browser) -> None:
    browser.open()
    fields = {"words": "hi", "nonce": browser.nonce()}
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert browser.client.post("/t/say", data=fields, headers=header).status_code == 403
    for wrong in ({"words": "hi"}, {**fields, "nonce": "x"}, {**fields, "words": "x" * 5000}):
        assert browser.client.post("/t/say", data=wrong).status_code == 400
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Address)) == 0


def test_behind_a_proxy_that_changes_our_name_an_older_browser_may_write(
    stage: Stage, browser: Browser
) -> None:
    """It says its page's name and not whether that is its own: the public one is ours too."""
    browser.open()
    inside = "http://10.0.0.5:8080"
    fields = {"words": "where is food", "nonce": browser.nonce()}
    for origin, status in (("https://evil.example", 403), (stage.line.config.public_url, 303)):
        answer = browser.client.post(
            "/t/say", data=fields, headers={"Origin": origin}, base_url=inside
        )
        assert answer.status_code == status
    # What a newer browser says of itself is believed before any name.
    headers = {"Origin": stage.line.config.public_url, "Sec-Fetch-Site": "same-site"}
    assert browser.client.post("/t/say", data=fields, headers=headers).status_code == 403


def test_behind_our_proxy_each_household_is_counted_for_itself(database: Database) -> None:
    stage = Stage(database=database, config=replace(stage_config(), trusted_proxies=1))
    browser = Browser(stage)

    def begins(from_: str) -> int:
        client = stage.rehearsal.app.test_client()  # a new cookie jar each time
        headers = {"X-Forwarded-For": from_}
        page = client.get("/t", headers=headers).text
        found = _NONCE.search(page)
        assert found
        fields = {"words": "STOP", "nonce": found[1]}
        return client.post("/t/say", data=fields, headers=headers).status_code

    with stage.line.database.write() as session:
        for from_ in ("203.0.113.9", "2001:db8:1:2::9"):
            for _ in range(FREE_STARTS):
                assert not wait_to_begin(session, stage.line, from_, "hi", stage.line.now())
    assert begins("203.0.113.9") == 429
    assert begins("2001:db8:1:2:aaaa::1") == 429  # the same household
    assert begins("203.0.113.10") == 303
    assert begins("2001:db8:1:3::9") == 303
    # An address that the client wrote there itself is not believed.
    assert begins("203.0.113.10, 203.0.113.9") == 429
    assert "Call 911" in browser.open().text
    stage.later(minutes=2)
    assert begins("203.0.113.9") == 303


def test_new_chats_from_everywhere_are_bounded_and_who_is_here_already_is_not(
    stage: Stage, browser: Browser
) -> None:
    browser.writes("hello")
    with stage.line.database.write() as session:
        for _ in range(MOST_NEW_A_MINUTE - 1):
            begin(session, stage.line, stage.line.now())
    late = Browser(stage, "198.51.100.20")
    answer = late.open_with("where is food tonight")
    assert answer.status_code == 429 and "where is food tonight" in answer.text
    assert "Call 911" in answer.text
    browser.writes("menu").hears("talk to someone")
    stage.later(minutes=1, seconds=1)
    late.writes("where is food tonight").hears("food")


def test_urgent_first_words_begin_a_chat_over_the_bounds_and_page_a_worker(stage: Stage) -> None:
    with stage.line.database.write() as session:
        for _ in range(MOST_NEW_A_MINUTE):
            begin(session, stage.line, stage.line.now())
    assert Browser(stage, "198.51.100.20").open_with("where is food").status_code == 429
    late = Browser(stage, "198.51.100.20").writes(KNIFE).hears("call 911")
    stage.collect()
    stage.phone("0191").hears("Urgent item")
    # Once begun it is a chat as any other.
    late.writes("where is food").hears("food")
    _ignore_phones(stage)


def test_nobody_pages_without_end_by_new_chats_with_urgent_words(stage: Stage) -> None:
    now, urgent = stage.line.now(), "i want to die"
    with stage.line.database.write() as session:
        for _ in range(FREE_STARTS):
            assert not wait_to_begin(session, stage.line, "203.0.113.9", urgent, now)
        for _ in range(FREE_URGENT_STARTS):
            assert wait_to_begin(session, stage.line, "203.0.113.9", "where is food", now)
            assert not wait_to_begin(session, stage.line, "203.0.113.9", urgent, now)
        assert wait_to_begin(session, stage.line, "203.0.113.9", urgent, now)
        # From many addresses at once: a few more than of other chats, and no more.
        for _ in range(MOST_NEW_A_MINUTE):
            begin(session, stage.line, now)
        for n in range(MORE_URGENT_NEW_A_MINUTE):
            assert not wait_to_begin(session, stage.line, f"198.51.100.{n}", urgent, now)
            begin(session, stage.line, now)
        assert wait_to_begin(session, stage.line, "192.0.2.1", urgent, now)
    assert Browser(stage, "192.0.2.1").open_with(urgent).status_code == 429
    stage.close()  # and no phone rang


def test_words_are_text_and_never_a_page(stage: Stage, browser: Browser) -> None:
    browser.writes("<script>alert(1)</script>")
    assert "<script>alert" not in browser.page
    assert ("mine", "<script>alert(1)</script>") in browser.texts()


def test_a_worker_sees_that_the_client_left_with_an_urgent_item_open(
    stage: Stage, browser: Browser
) -> None:
    browser.writes(KNIFE)
    browser.post("/t/leave")
    assert "Left the chat page" in Desk(stage).sign_in_as("caseworker").read("/admin/queue")
    _ignore_phones(stage)


@pytest.mark.parametrize("how", ["left", "fell silent"])
def test_a_worker_who_texts_somebody_that_left_is_told_that_nobody_can_read_it(
    stage: Stage, browser: Browser, how: str
) -> None:
    browser.writes(KNIFE)
    if how == "left":
        browser.post("/t/leave")
    else:
        stage.later(minutes=16)
    stage.collect()
    worker = stage.phone("0191").ignores().texts("11").ignores()
    worker.texts("11: are you inside?").hears("Urgent item 11. The client cannot be texted")
    worker.hears_nothing()
    assert _written_by_people(stage) == 0
    _ignore_phones(stage)


@pytest.mark.parametrize("how", ["left", "fell silent"])
def test_the_panel_keeps_no_words_for_a_page_that_nobody_opens_again(
    stage: Stage, browser: Browser, how: str
) -> None:
    browser.writes(KNIFE)
    desk = Desk(stage).sign_in_as("caseworker")
    seen = desk.seen()  # the page with the form is open when the client goes
    if how == "left":
        browser.post("/t/leave")
    else:
        stage.later(minutes=16)
    assert desk.reply("are you inside?", seen) == 200
    assert _written_by_people(stage) == 0
    page = desk.read(desk.thread())
    assert "left the chat page without a phrase" in page and 'id="words"' not in page
    _ignore_phones(stage)


def test_words_that_the_page_has_not_fetched_stay_here_once_the_item_is_quiet(
    stage: Stage, browser: Browser
) -> None:
    browser.writes(KNIFE).hears("are you safe right now")
    stage.collect()
    worker = stage.phone("0191").ignores().texts("11").ignores()
    worker.texts("11: the police are coming, hide").hears_nothing()
    browser.post("/t/say", words="dont text me he has my phone", nonce=browser.nonce())
    browser.open()
    assert "police" not in browser.page
    stage.later(seconds=2)
    worker.hears("Your words on item 11 did not reach the client")
    _ignore_phones(stage)


def test_who_left_and_can_come_back_by_a_phrase_finds_what_a_worker_texted(
    stage: Stage, browser: Browser
) -> None:
    browser.writes(KNIFE)
    phrase = browser.keeps("blue kettle on the stove")
    browser.post("/t/leave")
    stage.collect()
    worker = stage.phone("0191").ignores().texts("11").ignores()
    worker.texts("11: are you inside?").hears_nothing()
    assert Desk(stage).sign_in_as("caseworker").reply("or outside?") == 303
    assert _written_by_people(stage) == 2
    browser.post("/t/again", phrase=phrase)
    browser.open()
    browser.hears("are you inside?")
    browser.hears("or outside?")
    worker.texts("11: i am here").hears_nothing()
    browser.open()
    browser.hears("i am here")
    _ignore_phones(stage)


def _written_by_people(stage: Stage) -> int:
    with stage.line.database.read() as session:
        written = select(func.count(Message.id)).where(Message.answered_by_id.is_not(None))
        return session.scalar(written) or 0


def test_after_stop_the_page_is_silent_but_triage_still_reads(
    stage: Stage, browser: Browser
) -> None:
    browser.writes("where is food").writes("STOP")
    said = len(browser.texts())
    browser.writes("where is food now")
    assert len(browser.texts()) == said + 1
    browser.writes(KNIFE)
    stage.collect()
    stage.phone("0191").hears("Urgent item")
    _ignore_phones(stage)


def test_an_erased_client_leaves_no_visit_and_no_phrase(stage: Stage, browser: Browser) -> None:
    browser.writes("where is food")
    phrase = browser.keeps("blue kettle")
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        rights.confirm(session, contact, 1, rights.IN_PERSON, stage.line.now())
    stage.later(days=8)
    with stage.line.database.read() as session:
        assert session.scalars(select(Contact.erased_at)).one() is not None
        assert session.scalar(select(func.count()).select_from(ChatVisit)) == 0
    assert browser.post("/t/again", phrase=phrase).status_code == 403


def test_only_one_cookie_and_it_ends_with_the_browser(stage: Stage, browser: Browser) -> None:
    browser.open()
    answer = browser.post("/t/say", words="hi", nonce=browser.nonce())
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    assert all(part in cookies[0] for part in ("HttpOnly", "SameSite=Strict", "Path=/t"))
    assert "Expires" not in cookies[0] and "Max-Age" not in cookies[0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_with_its_script_is_small_and_asks_no_third_party(
    stage: Stage, language: str
) -> None:
    browser = Browser(stage, language=language).writes("where is food").writes("menu")
    folder = Path(bot.chat.__file__).parent / "static"
    keys = Path(admin.__file__).parent / "static" / "keyboard.js"
    parts = [browser.page.encode(), *(f.read_bytes() for f in (*folder.iterdir(), keys))]
    assert sum(len(gzip.compress(part)) for part in parts) <= 20_000
    # The font is weighed apart: words are shown at once in the browser's own until it is there.
    assert "font-display: swap" in (folder / "chat.css").read_text(encoding="utf-8")
    assert not re.search(rb"https?://(?!www\.w3\.org/2000/svg)", b"".join(parts))


def test_no_answer_of_the_page_may_be_kept_by_a_browser(stage: Stage, browser: Browser) -> None:
    browser.writes("where is food")
    answers = [browser.open(path) for path in ("/", "/t", "/t?l=fr", "/t/talk")]
    answers += [
        browser.post("/t/say", words="menu", nonce=browser.nonce()),
        browser.post("/t/keep", phrase="blue kettle"),
        browser.post("/t/leave"),
        browser.post("/t/again", phrase="blue kettle 100"),
        browser.open("/t/talk"),
    ]
    assert [answer.status_code for answer in answers[4:]] == [303, 200, 303, 403, 410]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["Referrer-Policy"] for answer in answers} == {"no-referrer"}


def test_the_bare_address_is_about_bread(browser: Browser) -> None:
    page = browser.open("/").text
    assert "Bannock" in page and "<title>Notes</title>" in page and "/t" not in _links(page)


def _links(page: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)"', page)


def _ignore_phones(stage: Stage) -> None:
    stage.collect()
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()
    stage.close()


def test_inuktitut_stands_beside_english_where_words_are_attested(browser: Browser) -> None:
    page = unescape(browser.open().text)
    assert '<span lang="iu">ᑐᙵᓱᒋᑦ</span>' in page and '<span lang="iu-Latn">tunngasugit' in page
    assert "Syllabic keys · ᖃᓂᐅᔮᖅᐸᐃᑦ · qaniujaaqpait" in page


def test_without_a_script_the_page_turns_into_the_other_one_by_itself(browser: Browser) -> None:
    browser.writes("hello")
    found = re.search(r'<noscript><meta http-equiv="refresh" content="(\d+); url=/">', browser.page)
    assert found and 15 * 60 <= int(found[1]) <= 15 * 60 + 10


def test_the_page_is_french_for_a_french_browser_and_each_draft_has_its_english(
    stage: Stage,
) -> None:
    browser = Browser(stage, language="fr-CA,fr;q=0.9,en;q=0.5")
    page = unescape(browser.open().text)
    assert '<html lang="fr">' in page and "<title>Notes</title>" in page
    assert 'Envoyer · <span lang="en">Send</span>' in page
    assert '<span lang="fr">Bienvenue</span> · <span lang="en">Welcome</span> · ' in page
    assert 'data-not-sent="Pas envoyé. Vos mots sont encore ici: essayez de nouveau. · Not' in page
    # Danger and rights: no draft goes before the words that somebody approved.
    assert '<span lang="en">In danger now? Call 911. Call or text 988 any time.</span> · En' in page
    away = unescape(browser.open("/").text)
    assert 'Bannique · <span lang="en">Bannock</span>' in away and "<title>Notes</title>" in away
    assert _links(page) == ["/t?l=en"]


def test_what_is_chosen_on_the_page_stays_and_no_cookie_remembers_it(stage: Stage) -> None:
    browser = Browser(stage)
    assert 'lang="fr">FRANÇAIS</a>' in unescape(browser.open().text)
    page = browser.open("/t?l=fr").text
    nonce = _NONCE.search(page)
    assert nonce and page.count('<input type="hidden" name="l" value="fr">') == 2
    answer = browser.post("/t/say", words="ok", nonce=nonce[1], l="fr")
    assert answer.headers["Location"] == "/t?l=fr#newest"
    browser.page = browser.open("/t?l=fr").text
    # Their first words show no language: they are answered in the page's.
    browser.hears("Ici une machine").hears("This is a machine")
    assert "Quitter maintenant" in browser.page
    assert [one.split("=")[0] for one in answer.headers.getlist("Set-Cookie")] == ["n"]
    short = browser.post("/t/keep", phrase="thé", l="fr").text
    assert "Plus longue, SVP" in unescape(short) and 'data-talk="/t/talk?l=fr"' in short
    part = browser.open("/t/talk?l=fr").text
    assert "Réponse" in unescape(part)
    # Who writes English after all is answered in English.
    browser.writes("when is the next circle please").hears("Next circle")
    assert "Prochain cercle" not in unescape(browser.page)


@pytest.mark.parametrize(
    ("drafts", "send"),
    [
        ("alone", "<button>Envoyer</button>"),
        ("off", '<button><span lang="en">Send</span></button>'),
    ],
)
def test_drafts_in_french_follow_the_setting(drafts: str, send: str) -> None:
    stage = Stage(config=replace(stage_config(), inuktitut_drafts=drafts))
    page = unescape(Browser(stage, language="fr").open().text)
    assert send in page and "In danger now?" in page
    assert ("En danger maintenant?" in page) == (drafts == "alone")
    english = unescape(Browser(stage).open().text)
    assert ("FRANÇAIS" in english) == (drafts == "alone")


def test_a_language_that_the_page_has_not_is_english(stage: Stage) -> None:
    for language, asked in (("de", "/t"), ("iu", "/t?l=xx"), ("", "/t?l=")):
        assert '<html lang="en">' in Browser(stage, language=language).open(asked).text
