"""Every syllabic sign, from the phone through the whole line and back, unchanged."""

from __future__ import annotations

import csv
import io
import logging
import unicodedata

import pytest
import structlog
from sqlalchemy import select

from bot import outbox
from bot.language.segments import count, normalise
from bot.language.transliterate import transliterate
from bot.revisions import add_version
from records.database import Database
from records.keystore import SYSTEM
from records.models import Address, Contact, Message, Staff
from records.models.messages import Lane
from tests.admin.desk import Desk
from tests.conversations.test_chat import Browser
from tests.service.conftest import log as log  # the fixture, and what it needs
from tests.service.conftest import own_logging as own_logging
from tests.stage import Stage

#: Both blocks of Unified Canadian Aboriginal Syllabics and the extension that Nattilik uses.
SIGNS = [
    chr(point)
    for first, last in ((0x1401, 0x167F), (0x18B0, 0x18F5), (0x11AB0, 0x11ABF))
    for point in range(first, last + 1)
    if unicodedata.name(chr(point), "") or point >= 0x11AB0
]
PART = 60
#: What Nunavut writes: the u, a and i signs of every row.
WRITTEN = "ᐅᐆᐊᐋᐱᐲᐳᐴᐸᐹᑎᑏᑐᑑᑕᑖᑭᑮᑯᑰᑲᑳᒋᒌᒍᒎᒐᒑᒥᒦᒧᒨᒪᒫᓂᓃᓄᓅᓇᓈᓯᓰᓱᓲᓴᓵᓕᓖᓗᓘᓚᓛᔨᔩᔪᔫᔭᔮᕕᕖᕗᕘᕙᕚᕆᕇᕈᕉᕋᕌᕿᖀᖁᖂᖃᖄᖏᖐᖑᖒᖓᖔᖠᖡᖢᖣᖤᖥ"
TEXTS = ["ᐊ " + "".join(SIGNS[start : start + PART]) for start in range(0, len(SIGNS), PART)]


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database=database)


def _kept(stage: Stage, direction: str) -> list[str]:
    with stage.line.database.read() as session:
        rows = session.execute(
            select(Contact.data_key, Message.id, Message.body_sealed)
            .join(Message, Message.contact_id == Contact.id)
            .where(Message.direction == direction, Message.body_sealed.is_not(None))
            .order_by(Message.id)
        ).all()
    return [stage.line.vault.open(key, f"message.body:{n}", body) for key, n, body in rows]


def test_what_a_phone_sends_is_kept_and_shown_sign_by_sign(stage: Stage) -> None:
    phone = stage.phone()
    for text in TEXTS:
        phone.texts(text).ignores()
        stage.later(seconds=30)
    assert _kept(stage, "inbound") == TEXTS
    desk = Desk(stage).sign_in_as("caseworker")
    page = desk.read(desk.thread())
    for sign in SIGNS:
        assert sign in page, f"U+{ord(sign):04X}"


def test_what_the_line_sends_reaches_the_phone_sign_by_sign(stage: Stage) -> None:
    phone = stage.phone()
    phone.texts("hi").ignores()
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        address_id = session.scalars(select(Address.id)).one()
        for text in TEXTS:
            outbox.enqueue(
                session,
                stage.line,
                body=text,
                purpose="reply",
                lane=Lane.REPLY,
                now=stage.line.now(),
                contact=contact,
                address_id=address_id,
            )
    stage.later(minutes=5)
    for text in TEXTS:
        phone.hears(text)
        assert normalise(text) == text and count(text).encoding == "UCS-2"
    stage.close()


def test_a_worker_writes_every_sign_and_the_phone_shows_it(stage: Stage) -> None:
    phone = stage.phone()
    phone.texts("qwerty blorp").ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    desk.reply(TEXTS[2])
    stage.later(minutes=1)
    phone.hears(TEXTS[2])
    stage.close()


def test_a_speakers_sheet_keeps_every_sign_that_is_written_in_nunavut(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("translator")
    sheet = desk.open("/admin/texts/files/texts.csv").data.decode("utf-8-sig")
    for line in csv.DictReader(io.StringIO(sheet)):
        entry = stage.line.texts.entry(line["text"], "iu")
        assert line["syllabics"] == (entry.forms[0] if entry else "")


def test_a_workers_name_in_syllabics_stays_as_it_is(stage: Stage) -> None:
    row = Desk(stage).hire("ᐊᓐ", "caseworker")
    with stage.line.database.read() as session:
        kept = session.get_one(Staff, row.id)
        assert stage.line.vault.open(SYSTEM, f"staff.login:{row.id}", kept.login_sealed) == "ᐊᓐ"


def test_no_sign_of_a_clients_words_comes_into_the_log(stage: Stage, log: io.StringIO) -> None:
    phone = stage.phone()
    for text in TEXTS:
        phone.texts(text).ignores()
        structlog.get_logger().warning("odd", kind=text, words=text)
        logging.getLogger("somewhere").warning(text)
        stage.later(seconds=30)
    logged = log.getvalue()
    assert logged and not set(logged) & set(SIGNS)
    assert "\\u14" not in logged and "\\u15" not in logged


def test_the_chat_page_takes_and_shows_every_sign(stage: Stage) -> None:
    browser = Browser(stage)
    for text in TEXTS:
        browser.writes(text)
        assert ("mine", text) in browser.texts()
        stage.later(seconds=30)


def test_a_wording_with_every_sign_of_the_chart_goes_out_on_the_sheet(stage: Stage) -> None:
    chart = " ".join(f"ᑎᖕᒥ{sign}ᑦ" for sign in WRITTEN)
    body = transliterate(chart, "Latn")
    desk = Desk(stage).sign_in_as("translator")
    with stage.line.database.write() as session:
        staff_id = session.scalars(select(Staff.id).limit(1)).one()
        add_version(
            session,
            stage.line,
            "canned.thanks",
            body,
            approve=False,
            staff_id=staff_id,
            signed_as="A speaker",
            now=stage.line.now(),
        )
    sheet = desk.open("/admin/texts/files/texts.csv").data.decode("utf-8-sig")
    rows = {line["text"]: line for line in csv.DictReader(io.StringIO(sheet))}
    assert rows["canned.thanks"]["roman"] == body
    assert rows["canned.thanks"]["syllabics"] == chart
