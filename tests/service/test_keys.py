"""A new master key, every data key moved to it, and the old one taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.database import Database
from records.errors import KeyMissingError, SealBrokenError, SettingsError
from records.keyring import KeyRing
from records.keystore import KeyStore
from records.vault import Vault
from service import first_run
from service import keys as master
from service.settings import Settings
from tests.service.conftest import NOW, Command, one_line, ring, vault

WORDS = "ᓄᖅᑲᕐᓕ only for her"


def sealed(count: int) -> list[tuple[str, bytes]]:
    """So many contacts' words, each under a key of its own."""
    safe = vault()
    refs = [safe.keys.new_ref() for _ in range(count)]
    found = [(ref, safe.seal(ref, f"message.body:{ref}", WORDS)) for ref in refs]
    safe.keys.database.close()
    return found


def opens(words: list[tuple[str, bytes]]) -> bool:
    safe = vault()
    try:
        return all(safe.open(ref, f"message.body:{ref}", text) == WORDS for ref, text in words)
    finally:
        safe.keys.database.close()


def test_a_new_key_goes_first_and_the_rest_of_the_file_stays(
    command: Command, desk: Path, records: Database
) -> None:
    before = Settings().sealing_keys.get_secret_value()
    result = command("keys", "new")
    assert result.exit_code == 0, result.output
    assert "Restart the line" in result.output and "keys rotate" in result.output
    assert [key_id for key_id, _ in ring().keys] == ["k2", "k1"]
    text = (desk / ".env").read_text()
    assert text.startswith("# ours\nSEALING_KEYS=k2:") and text.endswith(f",{before}\nPORT=8080\n")
    assert (desk / ".env").stat().st_mode & 0o777 == 0o600
    assert "k2:" not in result.output  # the key itself is never shown
    assert [path.name for path in desk.glob(".env*")] == [".env"]


def test_a_rotation_stopped_midway_goes_on_and_the_old_key_can_go(
    command: Command, desk: Path, records: Database
) -> None:
    words = sealed(600)
    command("keys", "new")
    keys = vault().keys
    rewrapping = keys.rewrap(batch=100)
    left = next(rewrapping)
    rewrapping.close()
    keys.database.close()
    assert 0 < left < 608
    assert opens(words)
    listed = command("keys", "list").output
    assert f"k1: {left} data keys, 0 backups; needed: run 'alluriarniq keys rotate'" in listed
    result = command("keys", "rotate", "--restarted")
    assert result.exit_code == 0
    assert "k1: 0 data keys, 0 backups; not needed: may be taken out" in result.output
    assert "locked with k2: 608 of 608 data keys" in result.output
    newest = Settings().sealing_keys.get_secret_value().partition(",")[0]
    (desk / ".env").write_text(f"SEALING_KEYS={newest}\n")
    assert opens(words)


def test_ctrl_c_says_how_many_are_left(
    command: Command, records: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = sealed(600)
    command("keys", "new")
    # The person presses Ctrl-C when the first line of progress appears.
    with monkeypatch.context() as hand:
        hand.setattr("service.operator_commands.click.echo", interrupting())
        result = command("keys", "rotate", "--restarted")
    assert result.exit_code == 130
    assert opens(words)


def interrupting():  # type: ignore[no-untyped-def]
    said: list[str] = []

    def echo(text: str, **_: object) -> None:
        said.append(text)
        if len(said) == 1:
            raise KeyboardInterrupt

    return echo


def test_rotation_asks_whether_the_line_was_restarted(command: Command, records: Database) -> None:
    words = sealed(1)
    command("keys", "new")
    result = command("keys", "rotate", input="n\n")
    assert result.exit_code == 1
    assert vault().keys.counts() == {"k1": 32}
    assert opens(words)


def test_an_old_key_that_backups_need_is_not_let_go(command: Command, records: Database) -> None:
    sealed(1)
    assert command("backup").exit_code == 0
    command("keys", "new")
    output = command("keys", "rotate", "--restarted").output
    assert "k1: 0 data keys, 2 backups; only for backups, the newest of" in output


def test_a_missing_key_is_one_clear_line_and_nothing_changes(
    command: Command, desk: Path, records: Database
) -> None:
    words = sealed(3)
    right = (desk / ".env").read_text()
    (desk / ".env").write_text(f"SEALING_KEYS={KeyRing.new_part('k9')}\n")
    one_line(command("keys", "rotate", "--restarted"), "'k1' is not in SEALING_KEYS", "safe copy")
    assert "MISSING" in command("keys", "list").output
    (desk / ".env").write_text(right)
    assert opens(words)


def test_another_key_under_the_same_id_is_found_before_anything_changes(
    command: Command, desk: Path, records: Database
) -> None:
    words = sealed(3)
    right = (desk / ".env").read_text()
    (desk / ".env").write_text(f"SEALING_KEYS={KeyRing.new_part('k2')},{KeyRing.new_part('k1')}\n")
    one_line(command("keys", "rotate", "--restarted"), "cannot be opened")
    (desk / ".env").write_text(right)
    assert opens(words)


@pytest.mark.parametrize("text", ["", "PORT=1\n", "SEALING_KEYS=\n", "SEALING_KEYS=rubbish\n"])
def test_keys_that_are_not_there_are_never_replaced(
    command: Command, desk: Path, text: str
) -> None:
    (desk / ".env").write_text(text)
    one_line(command("keys", "new"), "SEALING_KEYS is")
    assert (desk / ".env").read_text() == text


def test_keys_from_the_environment_are_left_to_whoever_set_them(
    command: Command, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (desk / ".env").read_text()
    monkeypatch.setenv("SEALING_KEYS", KeyRing.new_part("k7"))
    one_line(command("keys", "new"), "comes from the environment", "--print")
    shown = command("keys", "new", "--print").output.strip()
    assert KeyRing.parse(shown).newest == "k8"
    assert (desk / ".env").read_text() == before


def test_a_new_installation_is_shown_its_first_key(command: Command, desk: Path) -> None:
    (desk / ".env").write_text("PORT=1\n")
    first = command("keys", "new", "--print")
    assert first.exit_code == 0 and KeyRing.parse(first.output.strip()).newest == "k1"
    assert (desk / ".env").read_text() == "PORT=1\n" and not (desk / "var").exists()


def test_a_line_whose_keys_are_lost_is_shown_none(
    command: Command, desk: Path, records: Database
) -> None:
    (desk / ".env").write_text("PORT=1\n")
    one_line(command("keys", "new", "--print"), "is missing", "safe copy", "Nothing was changed")
    (desk / "var/alluriarniq.db").unlink()  # the key store alone says the same
    one_line(command("keys", "new", "--print"), "is missing", "safe copy")


def test_keys_lost_beside_data_on_a_server_are_not_made_anew_by_a_start(
    command: Command, desk: Path, pg_tables: str
) -> None:
    (desk / ".env").write_text(f"DATABASE_URL={pg_tables}\n")
    with pytest.raises(SettingsError, match="holds sealed data.*Nothing was changed"):
        first_run.prepare_environment()
    one_line(command("keys", "new", "--print"), "is missing", "holds sealed data")
    assert (desk / ".env").read_text() == f"DATABASE_URL={pg_tables}\n"
    assert not (desk / "var").exists()


def test_looking_at_keys_makes_no_key_store(command: Command, desk: Path) -> None:
    one_line(command("keys", "list"), "nothing is at var/alluriarniq.db")
    assert not (desk / "var").exists()


def test_a_wrong_ring_opens_nothing(desk: Path, records: Database) -> None:
    [(ref, text)] = sealed(1)
    store = Database("sqlite:///var/keys.db")
    strange = Vault(KeyStore(store, KeyRing.parse(KeyRing.new_part("k1")), lambda: NOW))
    with pytest.raises(SealBrokenError):
        strange.open(ref, f"message.body:{ref}", text)
    other = Vault(KeyStore(store, KeyRing.parse(KeyRing.new_part("k2")), lambda: NOW))
    with pytest.raises(KeyMissingError, match="'k1'"):
        other.open(ref, f"message.body:{ref}", text)
    with pytest.raises(KeyMissingError):
        master.check(other.keys)
    store.close()
