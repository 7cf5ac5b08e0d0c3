"""A client sends a picture: it is sealed, never shown by itself, and opened once by a person."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from bot import retention, rights
from bot.outbox.blank import VERIFIED_BACKUP
from bot.people import locked
from bot.pictures import clearing, drawing, fetching
from records.database import Database
from records.models import AuditEntry, Contact, Fact, Message, Picture, QueueItem
from service.rehearsal import stage_config
from tests.stage import Phone, Stage

PLACE = b"63.7467N 68.5170W"


def photo(side: int = 640, kind: str = "JPEG", *, tells: bool = True) -> bytes:
    """A photo as a phone makes it: with the place and the phone written into it."""
    sheet = Image.new("RGB", (side, side // 2), (200, 30, 30))
    exif = Image.Exif()
    exif[0x010F], exif[0x010E], exif[0x0112] = "SomePhone", PLACE.decode(), 6  # lies on its side
    out = io.BytesIO()
    sheet.save(out, kind, **({"exif": exif, "comment": PLACE} if tells else {}))
    return out.getvalue()


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database=database, config=replace(stage_config(), keep_pictures=True))


@pytest.fixture
def known(stage: Stage) -> Phone:
    """A phone that the line knows and that says nothing more on its own."""
    return stage.phone("0141").texts("hello").ignores()


def pictures(stage: Stage) -> list[Picture]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(Picture).order_by(Picture.id, Picture.position)))


def content(stage: Stage, row: Picture) -> bytes:
    with stage.line.database.read() as session:
        key = session.get_one(Contact, row.contact_id).data_key
    assert row.content_sealed is not None
    return stage.line.vault.open_bytes(key, f"picture.content:{row.id}", row.content_sealed)


def items(stage: Stage, kind: str) -> int:
    with stage.line.database.read() as session:
        rows = session.scalars(
            select(QueueItem).where(QueueItem.kind == kind, QueueItem.resolved_at.is_(None))
        )
        return len(rows.all())


def files_at_carrier(stage: Stage) -> int:
    return sum(len(one.media) for one in stage.network.messages)


def test_a_picture_with_words_is_sealed_and_its_words_are_answered(known: Phone) -> None:
    stage, raw = known.stage, photo()
    assert PLACE in raw
    known.texts("when is the circle", files=[("image/jpeg", raw)]).hears("circle")
    known.hears_nothing()
    [row] = pictures(stage)
    assert (row.state, row.position) == ("kept", 0) and items(stage, "media") == 1
    drawn = content(stage, row)
    assert PLACE not in drawn and b"SomePhone" not in drawn and b"Exif" not in drawn
    with Image.open(io.BytesIO(drawn)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (320, 640))  # upright, as it was taken
        assert not shown.getexif() and set(shown.info) <= {
            "jfif", "jfif_version", "jfif_unit", "jfif_density",
        }  # fmt: skip
    sealed = row.content_sealed or b""
    assert drawn[:64] not in sealed and b"\xff\xd8\xff" not in sealed[:64]


def test_urgent_words_with_a_picture_page_as_ever(known: Phone) -> None:
    stage = known.stage
    known.texts("he is going to kill me tonight", files=[("image/jpeg", photo())]).ignores()
    stage.phone("0191").hears("urgent").ignores()
    assert [row.state for row in pictures(stage)] == ["kept"]


def test_a_picture_alone_goes_to_a_person_and_the_phone_hears_nothing_of_it(known: Phone) -> None:
    stage = known.stage
    known.texts("", files=[("image/png", photo(kind="PNG", tells=False))])
    known.hears("A person will look").hears_nothing()
    assert items(stage, "media") == 1 and [row.state for row in pictures(stage)] == ["kept"]
    stage.later(days=2)
    known.hears_nothing()


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("image/jpeg", b"MZ\x90\x00 a program that calls itself a picture"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("image/jpeg", b"\xff\xd8\xff\xe0 a picture that breaks off"),
        ("video/mp4", b"\x00\x00\x00\x18ftypmp42"),
        ("audio/ogg", b"OggS and a voice"),
        ("image/gif", b""),
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(
    known: Phone, kind: str, raw: bytes
) -> None:
    known.texts("look", files=[(kind, raw)]).ignores()
    [row] = pictures(known.stage)
    assert (row.state, row.reason, row.content_sealed) == ("refused", "not_a_picture", None)
    assert items(known.stage, "media") == 1


def test_a_small_file_that_claims_a_huge_picture_is_refused_before_it_is_drawn() -> None:
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG", optimize=True)
    assert len(bomb.getvalue()) < 40_000
    with pytest.raises(drawing.NotAPicture):
        drawing.redrawn(bomb.getvalue())


def test_what_is_too_large_is_not_fetched_to_the_end(
    known: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MOST_BYTES", 1000)
    known.texts("look", files=[("image/jpeg", photo())]).ignores()
    [row] = pictures(known.stage)
    assert (row.state, row.reason) == ("refused", "too_large")


def test_several_pictures_each_have_a_place_of_their_own(known: Phone) -> None:
    stage = known.stage
    known.texts("look", files=[("image/jpeg", photo(side)) for side in (100, 200, 300)]).ignores()
    rows = pictures(stage)
    assert [row.state for row in rows] == ["kept"] * 3
    assert len({row.carrier_sid for row in rows}) == 3
    sizes = set()
    for row in rows:
        with Image.open(io.BytesIO(content(stage, row))) as shown:
            sizes.add(shown.size[1])
    assert sizes == {100, 200, 300}


def test_a_flood_of_pictures_is_bounded_and_still_shown(
    known: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_A_DAY", 2)
    known.texts("look", media=4).ignores()
    states = sorted((row.state, row.reason) for row in pictures(known.stage))
    assert states == [("kept", None)] * 2 + [("refused", "too_many")] * 2
    known.stage.later(hours=25)
    known.texts("more", media=1).ignores()
    assert pictures(known.stage)[-1].state == "kept"


def test_the_carrier_is_away_and_the_picture_comes_later(known: Phone) -> None:
    stage = known.stage
    stage.network.set_fault("refuse", code=503, count=1)
    known.texts("look", files=[("image/jpeg", photo())])
    stage.later(minutes=5)
    known.ignores()
    [row] = pictures(stage)
    assert row.state == "kept" and row.attempts >= 1


def test_the_carriers_copy_goes_once_ours_stands_in_a_second_place(known: Phone) -> None:
    stage = known.stage
    known.texts("look", files=[("image/jpeg", photo())]).ignores()
    stage.later(minutes=5)
    assert files_at_carrier(stage) == 1
    with stage.line.database.write() as session:
        session.merge(Fact(name=VERIFIED_BACKUP, value="", at=stage.line.now()))
    stage.later(minutes=2)
    clearing.run(stage.line, stage.line.now())
    assert files_at_carrier(stage) == 0
    [row] = pictures(stage)
    assert row.carrier_deleted_at is not None and row.content_sealed is not None


def test_without_a_backup_it_goes_after_a_day(known: Phone) -> None:
    stage = known.stage
    known.texts("look", files=[("image/jpeg", photo())]).ignores()
    stage.later(hours=23)
    clearing.run(stage.line, stage.line.now())
    assert files_at_carrier(stage) == 1
    stage.later(hours=2)
    clearing.run(stage.line, stage.line.now())
    assert files_at_carrier(stage) == 0


def test_switched_off_nothing_is_fetched_and_the_carriers_copy_goes(database: Database) -> None:
    stage = Stage(database=database, config=stage_config())
    phone = stage.phone("0141").texts("hello").ignores()
    phone.texts("look", files=[("image/jpeg", photo())]).ignores()
    [row] = pictures(stage)
    assert (row.state, row.content_sealed) == ("noted", None) and items(stage, "media") == 1
    stage.later(hours=25)
    clearing.run(stage.line, stage.line.now())
    assert files_at_carrier(stage) == 0
    phone.ignores()


def test_an_erased_client_has_no_picture_here_and_none_at_the_carrier(known: Phone) -> None:
    stage = known.stage
    known.texts("look", files=[("image/jpeg", photo())]).ignores()
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        rights.confirm(session, locked(session, contact.id), 7, "voice", stage.line.now())
    stage.later(days=7, minutes=2)
    clearing.run(stage.line, stage.line.now())
    assert pictures(stage) == [] and files_at_carrier(stage) == 0
    known.ignores()


def test_words_and_picture_are_kept_equally_long(known: Phone) -> None:
    stage = known.stage
    known.texts("look", files=[("image/jpeg", photo())]).ignores()
    stage.later(days=2)
    clearing.run(stage.line, stage.line.now())
    known.ignores()
    retention.purge(stage.line, stage.line.now() + timedelta(days=80))
    assert len(pictures(stage)) == 1
    retention.purge(stage.line, stage.line.now() + timedelta(days=95))
    assert pictures(stage) == []
    with stage.line.database.read() as session:
        acts = session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "let_go")).all()
        assert "pictures:1" in acts
        assert session.scalars(select(Message).where(Message.body_sealed.is_not(None))).all() == []


def test_a_picture_in_a_report_is_shredded_with_it(known: Phone) -> None:
    stage = known.stage
    known.texts("REPORT").ignores()
    known.texts("1").ignores()
    known.texts("tall, blue jacket, by the market", files=[("image/jpeg", photo())]).ignores()
    assert len(pictures(stage)) == 1
    known.texts("0").ignores()
    known.texts("0").ignores()
    with stage.line.database.read() as session:
        texts = session.scalars(select(Message).where(Message.media_count > 0)).all()
    assert [row.purpose for row in texts] == ["shredded"]
    assert [row.content_sealed for row in pictures(stage)] in ([], [None])
    clearing.run(stage.line, stage.line.now())
    assert pictures(stage) == [] and files_at_carrier(stage) == 0
