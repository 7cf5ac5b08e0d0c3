"""The file of approved wordings: each mistake in it is one clear line, before anything is sent."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from bot.texts import Catalogues
from bot.wordings import Wording, fitting
from records.database import Database
from records.errors import SettingsError
from service import compose, doctor, wordings
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER, Settings, load
from tests.service.test_doctor import (  # noqa: F401
    TOKEN,
    account,
    carrier,
    change,
    found,
    mailbox,
    well,
)

TEXTS = Catalogues.load()
SID = "HX" + "1" * 32
GOOD = "Your date {{1}}. 1 yes 2 no 3 other day"


def file(folder: Path, **changed: str) -> Path:
    row = {"text": "reminder.ask", "sid": SID, "words": GOOD, **changed}
    path = folder / "wordings.toml"
    said = "".join(f"{name} = '''{value}'''\n" for name, value in row.items())
    path.write_text(f"[[wording]]\n{said}", encoding="utf-8")
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert wordings.load(file(tmp_path), TEXTS) == (Wording("reminder.ask", SID, GOOD),)


def test_a_draft_with_its_english_may_be_a_wording(tmp_path: Path) -> None:
    entry = TEXTS.entry("check_in.how", "fr")
    english = TEXTS.entry("check_in.how", "en")
    assert entry and english
    both = f"{entry.forms[0]}\n{english.forms[0]}"
    [one] = wordings.load(file(tmp_path, text="check_in.how", words=both), TEXTS)
    assert fitting([one], "check_in.how", both) is not None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sid": "HX12"}, "is not HX and 32"),
        ({"text": "reminder.nothing"}, "there is no text"),
        ({"words": "{{1}}. 1 yes 2 no 3 other day"}, "must stand between words"),
        ({"words": "Your date {{1}}{{2}}. 1 yes 2 no 3 other day"}, "must stand between words"),
        ({"words": "Your date {{2}}. 1 yes 2 no 3 other day"}, "places must be"),
        ({"words": "Your date with the police {{1}}. 1 yes 2 no 3 other day"}, "says 'police'"),
        ({"words": "Please come {{1}} on time"}, "not the words of 'reminder.ask'"),
        ({"words": "Your date {{1}}" + " x" * 600 + ". 1 yes 2 no 3 other day"}, "longer than"),
        ({"extra": "1"}, "needs exactly text, sid and words"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as error:
        wordings.load(file(tmp_path, **changed), TEXTS)
    assert said in str(error.value) and "\n" not in str(error.value).strip()
    assert "WHATSAPP_WORDINGS" in str(error.value)


@pytest.mark.parametrize("content", ["not toml", "wording = 3", "[[wording]]\ntext = 1\n"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "wordings.toml").write_text(content)
    for path in (tmp_path / "wordings.toml", tmp_path / "missing.toml"):
        with pytest.raises(SettingsError):
            wordings.load(path, TEXTS)


def test_the_same_sid_twice_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path)
    path.write_text(path.read_text() * 2)
    with pytest.raises(SettingsError, match="stands there twice"):
        wordings.load(path, TEXTS)


def test_the_line_is_not_built_with_a_wrong_file(desk: Path, records: Database) -> None:
    change(desk, f"WHATSAPP_WORDINGS={file(desk)}")
    line = compose.build(load())
    assert [one.sid for one in line.config.wordings] == [SID]
    file(desk, sid="HX12")
    with pytest.raises(SettingsError, match="WHATSAPP_WORDINGS"):
        compose.build(load())


def test_the_carrier_must_know_each_wording_in_the_very_same_words(
    well: Path,  # noqa: F811
) -> None:
    assert not [one for one in doctor.examine() if one.name.startswith("wording")]
    change(well, f"TWILIO_WHATSAPP_FROM={SIMULATOR_NUMBER}\nWHATSAPP_WORDINGS={file(well)}")
    unknown = found(f"wording {SID}")
    assert not unknown.ok and "404" in unknown.what and unknown.mend
    sid = made_at_the_carrier("Your visit {{1}}. 1 yes 2 no 3 other day")
    change(well, f"WHATSAPP_WORDINGS={file(well, sid=sid)}")
    other = found(f"wording {sid}")
    assert not other.ok and "other words than the file" in other.what
    sid = made_at_the_carrier(GOOD)
    change(well, f"WHATSAPP_WORDINGS={file(well, sid=sid)}")
    assert found(f"wording {sid}").ok


def test_a_wrong_file_is_a_finding(well: Path) -> None:  # noqa: F811
    change(well, f"WHATSAPP_WORDINGS={file(well, sid='HX12')}")
    assert not found("wordings").ok


def made_at_the_carrier(words: str) -> str:
    """A template as the Content API takes it; its sid."""
    settings = Settings()
    body = {"friendly_name": "x", "language": "en", "types": {"twilio/text": {"body": words}}}
    asked = Request(
        f"{settings.twilio_api_url}/v1/Content",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {_secret()}"},
    )
    with urlopen(asked, timeout=60) as answer:
        return str(json.load(answer)["sid"])


def _secret() -> str:
    return b64encode(f"{SIMULATOR_ACCOUNT}:{TOKEN}".encode()).decode()
