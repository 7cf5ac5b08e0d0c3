"""What is wrong is found, and each failure comes with its mend."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from records.database import Database
from records.keyring import KeyRing
from records.keystore import SYSTEM
from records.models import Contact, Fact, Heartbeat, Message, Resource, Staff
from service import doctor, seed
from service.findings import Finding
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER, Settings
from simulator.app import create_app
from simulator.core import Line as Account
from simulator.model import Answer
from simulator.network import Network
from simulator.serve import server
from tests.escalation.mailbox import Mailbox
from tests.service.conftest import NOW, Command, vault

TOKEN = "t" * 32
PUBLIC = "https://127.0.0.1:1"  # where nobody answers
WATCHER = "https://127.0.0.1:1/beat"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def account() -> Account:
    return Account(
        SIMULATOR_ACCOUNT,
        TOKEN,
        (SIMULATOR_NUMBER,),
        sms_url=f"{PUBLIC}/sms#ct=2000&rt=5000&tt=15000&rc=5&rp=all",
        sms_fallback_url="https://elsewhere.example/sms",
        voice_url=f"{PUBLIC}/voice/call",
        beside=(Account("AC" + "1" * 32, "second" + TOKEN, ("+16135550102",), f"{PUBLIC}/other"),),
    )


@pytest.fixture
def carrier(account: Account) -> Iterator[str]:
    """The simulator on a socket, as a carrier that checks our credentials."""
    network = Network(account, now, lambda _: Answer(200))
    web = server(create_app(network), 0)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.port}"
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    made = Mailbox()
    yield made
    made.close()


def operator(records: Database) -> None:
    """Somebody who can mend the line and has a mail address."""
    sealed = vault().seal(SYSTEM, "staff.email:1", "op@example.org")
    with records.write() as session:
        session.add(
            Staff(
                id=1,
                login_index="1",
                login_sealed=sealed,
                name_sealed=sealed,
                email_sealed=sealed,
                role="operator",
                created_at=now(),
            )
        )


@pytest.fixture
def well(desk: Path, records: Database, carrier: str, mailbox: Mailbox) -> Path:
    """A line at which nothing is wrong."""
    with (desk / ".env").open("a") as env:
        env.write(
            f"TWILIO_ACCOUNT_SID={SIMULATOR_ACCOUNT}\nTWILIO_AUTH_TOKEN={TOKEN}\n"
            f"TWILIO_FROM={SIMULATOR_NUMBER}\nTWILIO_API_URL={carrier}\nPUBLIC_URL={PUBLIC}\n"
            f"SMTP_URL={mailbox.url}\nHEARTBEAT_URL={WATCHER}\n"
        )
    operator(records)
    vault().keys.new_ref()
    seed.load_directory(records)
    with records.write() as session:
        session.add(Heartbeat(machine="m", version="1", ticked_at=now()))
        session.add(Fact(name="verified_backup", value="records-x.backup", at=now()))
    records.close()
    return desk


def found(name: str) -> Finding:
    findings = doctor.examine()
    assert all(one.what and (one.ok or one.mend) for one in findings), "a failure without its mend"
    [finding] = [one for one in findings if one.name == name]
    return finding


def change(desk: Path, line: str) -> None:
    with (desk / ".env").open("a") as env:
        env.write(line + "\n")


def test_only_the_rota_is_missing_at_a_line_that_is_well(well: Path) -> None:
    findings = doctor.examine()
    assert [one.name for one in findings if not one.ok] == ["on call"]
    names = [one.name for one in findings]
    for name in (
        "keys",
        "key store",
        "database",
        "database sound",
        "directory",
        "scheduler",
        "outbox",
        "carrier",
        "clock",
        "webhook",
        "webhook fallback",
        "voice webhook",
        "urgent replies",
        "mail",
        "operators",
        "watcher outside",
        "backup",
        "disk",
    ):
        assert name in names


def test_nobody_would_hear_of_trouble(well: Path, records: Database) -> None:
    change(well, "SMTP_URL=\nHEARTBEAT_URL=")
    with records.write() as session:
        session.execute(update(Staff).values(email_sealed=None))
    records.close()
    assert "SMTP_URL" in found("mail").mend
    assert "--role operator" in found("operators").mend
    assert "HEARTBEAT_URL" in found("watcher outside").mend


@pytest.mark.parametrize("change_", [{"is_active": False}, {"role": "caseworker"}])
def test_who_has_left_or_only_answers_clients_is_no_operator(
    well: Path, records: Database, change_: dict[str, object]
) -> None:
    with records.write() as session:
        session.execute(update(Staff).values(change_))
    records.close()
    assert not found("operators").ok


def test_a_mail_server_that_is_not_there(well: Path, mailbox: Mailbox) -> None:
    assert found("mail").ok and mailbox.taken == []
    change(well, "SMTP_URL=smtp://127.0.0.1:1")
    finding = found("mail")
    assert not finding.ok and "SMTP_URL" in finding.mend and "Refused" in finding.what


def test_as_a_command(well: Path, command: Command) -> None:
    result = command("doctor")
    assert result.exit_code == 1
    assert "FAIL  on call: no rota is entered -> enter shifts in the panel" in result.output
    assert "11 urgent replies fit in 10 s at 1 texts a second" in result.output


def test_the_simulator_is_enough_for_a_try_out(
    desk: Path, records: Database, command: Command
) -> None:
    network = Network(
        Account(
            SIMULATOR_ACCOUNT,
            TOKEN,
            (SIMULATOR_NUMBER,),
            sms_url="http://localhost:1/sms#rc=5",
            voice_url="http://localhost:1/voice/call",
        ),
        now,
        lambda _: Answer(200),
    )
    web = server(create_app(network), 0)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    change(desk, f"TWILIO_AUTH_TOKEN={TOKEN}\nPORT={web.port - 1}\nPUBLIC_URL=http://localhost:1")
    vault().keys.new_ref()
    seed.load_directory(records)
    with records.write() as session:
        session.add(Heartbeat(machine="m", version="1", ticked_at=now()))
    records.close()
    assert command("backup").exit_code == 0
    result = command("doctor")
    web.shutdown()
    thread.join()
    web.server_close()
    assert result.exit_code == 0, result.output
    assert "all is well" in result.output


def test_settings_that_cannot_be_read(desk: Path, records: Database) -> None:
    change(desk, "ALLURIARNIQ_ZONE=Nowhere")
    [finding] = doctor.examine()
    assert not finding.ok and "ALLURIARNIQ_ZONE" in finding.mend


def test_nothing_there_makes_nothing(desk: Path) -> None:
    [finding] = doctor.examine()
    assert not finding.ok and "alluriarniq run" in finding.mend
    assert not (desk / "var").exists()


def test_numbers_that_are_not_this_versions_are_brought_by_migrate(
    well: Path, records: Database, command: Command
) -> None:
    with records.write() as session:
        row = session.scalars(select(Resource).where(Resource.slug == "legal_aid")).one()
        row.call = "1-800-555-0100"  # as the version before had it
    assert not found("directory").ok and "1 services are not" in found("directory").what
    assert "directory of services: 1 new or changed" in command("migrate").output
    assert found("directory").ok
    assert "directory of services: 0 new" in command("migrate").output


def test_a_missing_key(well: Path) -> None:
    change(well, f"SEALING_KEYS={KeyRing.new_part('k2')}")
    assert "put its line back" in found("master keys").mend


def test_a_lost_key_store(well: Path, records: Database) -> None:
    with records.write() as session:
        session.add(Contact(data_key="gone", created_at=NOW))
    records.close()
    finding = found("key store")
    assert not finding.ok and "--with-keys" in finding.mend


def test_an_older_database(well: Path, records: Database, command: Command) -> None:
    command("migrate", "--to", "0001", "--down")
    assert "alluriarniq migrate" in found("database").mend


def test_a_damaged_database(well: Path, records: Database) -> None:
    assert records.path is not None
    words = bytearray(records.path.read_bytes())
    for at in range(4096 * 3, len(words), 4096):
        words[at : at + 64] = b"\xff" * 64
    records.path.write_bytes(words)
    findings = {one.name: one for one in doctor.examine()}
    bad = findings.get("database sound") or findings["database"]
    assert not bad.ok and bad.mend


def test_a_scheduler_that_stands_still(well: Path, records: Database) -> None:
    with records.write() as session:
        session.get_one(Heartbeat, "m").ticked_at = now() - timedelta(minutes=5)
    records.close()
    finding = found("scheduler")
    age = re.match(r"ticked (\d+)", finding.what)
    assert not finding.ok and age and 300 <= int(age[1]) < 600


def test_a_text_that_waits(well: Path, records: Database) -> None:
    with records.write() as session:
        session.add(
            Message(
                direction="outbound",
                purpose="page",
                state="queued",
                created_at=now(),
                due_at=now() - timedelta(minutes=2),
            )
        )
    records.close()
    assert not found("outbox").ok


def test_an_old_backup_and_none(well: Path, records: Database) -> None:
    with records.write() as session:
        session.get_one(Fact, "verified_backup").at = now() - timedelta(days=2)
    assert "48 h old" in found("backup").what
    with records.write() as session:
        session.delete(session.get_one(Fact, "verified_backup"))
    records.close()
    assert found("backup").mend == "run 'alluriarniq backup'"


def test_a_disk_that_is_nearly_full(well: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(well)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert not found("disk").ok


class TestCarrier:
    """The phone company's side."""

    def test_wrong_credentials(self, well: Path) -> None:
        change(well, "TWILIO_AUTH_TOKEN=wrong")
        finding = found("carrier")
        assert finding.what == "refuses us (HTTP 401)" and "TWILIO_AUTH_TOKEN" in finding.mend

    def test_nobody_answers(self, well: Path) -> None:
        change(well, "TWILIO_API_URL=http://127.0.0.1:1")
        finding = found("carrier")
        assert not finding.ok and "http://127.0.0.1:1" in finding.mend

    @pytest.mark.parametrize(
        ("field", "value", "name"),
        [
            ("sms_url", "https://old.example/sms#rc=5", "webhook"),
            ("sms_url", f"{PUBLIC}/sms", "webhook retries"),
            ("sms_fallback_url", "", "webhook fallback"),
            ("sms_fallback_url", f"{PUBLIC}/other", "webhook fallback"),
            ("voice_url", "", "voice webhook"),
            ("voice_url", f"{PUBLIC}/sms", "voice webhook"),
        ],
    )
    def test_addresses(
        self, well: Path, account: Account, field: str, value: str, name: str
    ) -> None:
        object.__setattr__(account, field, value)
        finding = found(name)
        assert not finding.ok and finding.mend

    def test_a_number_of_somebody_else(self, well: Path) -> None:
        change(well, "TWILIO_FROM=+16135559999")
        assert not found("number").ok

    def test_a_clock_that_is_wrong(self, well: Path) -> None:
        from records.clock import ManualClock
        from service import doctor_carrier
        from service.settings import load

        clock = ManualClock(now() + timedelta(seconds=90))
        [finding] = [f for f in doctor_carrier.look(load(), clock) if f.name == "clock"]
        assert not finding.ok and "NTP" in finding.mend


def test_a_whatsapp_sender_is_there_and_calls_us_or_it_is_said(well: Path) -> None:
    assert [one for one in doctor.examine() if one.name.startswith("whatsapp")] == []
    change(well, f"TWILIO_WHATSAPP_FROM=whatsapp:{SIMULATOR_NUMBER}")
    assert found("whatsapp").ok and found("whatsapp webhook").ok
    change(well, "TWILIO_WHATSAPP_FROM=+16135550177")
    assert not found("whatsapp").ok and "TWILIO_WHATSAPP_FROM" in found("whatsapp").mend


def test_a_whatsapp_number_that_is_none_is_one_clear_line(well: Path, command: Command) -> None:
    change(well, "TWILIO_WHATSAPP_FROM=my number")
    said = command("doctor")
    assert said.exit_code == 1 and "TWILIO_WHATSAPP_FROM" in said.output
    assert "must be a number such as" in said.output


def test_the_second_carrier_is_looked_at_with_its_own_token(well: Path) -> None:
    assert not any(one.name.startswith("second") for one in doctor.examine())
    url = Settings().twilio_api_url
    change(
        well,
        f"TWILIO2_ACCOUNT_SID=AC{'1' * 32}\nTWILIO2_AUTH_TOKEN=second{TOKEN}\n"
        f"TWILIO2_FROM=+16135550102\nTWILIO2_API_URL={url}",
    )
    assert found("second carrier").ok and found("carrier").ok
    webhook = found("second webhook")
    assert not webhook.ok and f"{PUBLIC}/sms" in webhook.mend
    change(well, f"TWILIO2_AUTH_TOKEN={TOKEN}")
    assert not found("second carrier").ok and "TWILIO2_AUTH_TOKEN" in found("second carrier").mend


@pytest.mark.parametrize(
    ("given", "word"),
    [("TWILIO2_FROM=+16135550102", "all of"), (f"TWILIO2_FROM={SIMULATOR_NUMBER}", "own")],
)
def test_half_a_second_carrier_is_refused_in_one_line(well: Path, given: str, word: str) -> None:
    if word == "own":
        given += "\nTWILIO2_ACCOUNT_SID=AC2\nTWILIO2_AUTH_TOKEN=t"
    change(well, given)
    [finding] = doctor.examine()
    assert not finding.ok and word in finding.mend and "TWILIO2_FROM" in finding.mend
