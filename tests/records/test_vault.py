"""Words are sealed for one person and one place; numbers are found by a mark, and never shown."""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, text
from sqlalchemy.exc import SQLAlchemyError

from records.database import Database
from records.errors import ErasedError, SealBrokenError
from records.keyring import KeyRing
from records.keystore import (
    ASK_AGAIN_SECONDS,
    BELIEVED_SECONDS,
    INDEX,
    SYSTEM,
    WORDS,
    DataKey,
    KeyStore,
)
from records.vault import Vault

NOW = datetime(2026, 11, 30, 15, tzinfo=UTC)
SAID = "ᓄᖅᑲᕐᓕ, he is outside \ud800"
WHERE = "message.body:7"
NUMBER = "+16135550141"


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing.parse(KeyRing.new_part("k1"))


@pytest.fixture
def shared(blank: Database, ring: KeyRing) -> tuple[Vault, Vault]:
    """Two machines at one key store."""
    made = tuple(Vault(KeyStore(blank, ring, lambda: NOW)) for _ in range(2))
    made[0].keys.create_tables()
    return made  # type: ignore[return-value]


def test_what_is_sealed_is_aes_256_gcm_bound_to_its_row(vault: Vault) -> None:
    ref = vault.keys.new_ref()
    sealed = vault.seal(ref, WHERE, SAID)
    key = vault.keys.key(ref)
    assert len(key) == 32
    opened = AESGCM(key).decrypt(sealed[:12], sealed[12:], WHERE.encode())
    assert opened.decode("utf-8", "surrogatepass") == SAID == vault.open(ref, WHERE, sealed)


@pytest.mark.parametrize("where", ["message.body:8", "message.body:70", "note.body:7", ""])
def test_words_that_were_moved_to_another_row_do_not_open(vault: Vault, where: str) -> None:
    ref = vault.keys.new_ref()
    with pytest.raises(SealBrokenError):
        vault.open(ref, where, vault.seal(ref, WHERE, SAID))


def test_one_changed_bit_anywhere_shows(vault: Vault) -> None:
    ref = vault.keys.new_ref()
    sealed = vault.seal(ref, WHERE, SAID)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealBrokenError):
            vault.open(ref, WHERE, bytes(changed))
        with pytest.raises(SealBrokenError):
            vault.open(ref, WHERE, sealed[:at])


def test_each_person_has_a_key_of_their_own(vault: Vault) -> None:
    anna, ben = vault.keys.new_ref(), vault.keys.new_ref()
    assert len({vault.keys.key(anna), vault.keys.key(ben), vault.keys.named(SYSTEM)}) == 3
    sealed = vault.seal(anna, WHERE, SAID)
    for other in (ben, SYSTEM):
        with pytest.raises(SealBrokenError):
            vault.open(other, WHERE, sealed)


def test_the_same_words_never_look_the_same_twice(vault: Vault) -> None:
    ref = vault.keys.new_ref()
    assert len({vault.seal(ref, WHERE, SAID) for _ in range(100)}) == 100


def test_a_key_lies_in_the_store_locked_with_the_ring(vault: Vault) -> None:
    ref = vault.keys.new_ref()
    with vault.keys.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT ref, wrapped FROM data_key").all()
    wrapped = {row[0]: bytes(row[1]) for row in rows}
    assert vault.keys.key(ref) not in wrapped[ref]
    assert vault.keys.ring.unwrap("test", wrapped[ref], ref) == vault.keys.key(ref)
    with pytest.raises(SealBrokenError):  # a key laid under another's name is no key
        vault.keys.ring.unwrap("test", wrapped[ref], vault.keys.new_ref())


def test_a_number_is_found_by_a_keyed_mark_that_nobody_can_work_out(vault: Vault) -> None:
    mark = vault.index("address.sms", NUMBER)
    asked = f"address.sms\x00{NUMBER}".encode()
    assert mark == hmac.new(vault.keys.named(INDEX), asked, hashlib.sha256).hexdigest()
    assert mark == vault.index("address.sms", NUMBER)
    others = {
        vault.index("address.whatsapp", NUMBER),
        vault.index("address.sms", NUMBER[:-1] + "2"),
        hashlib.sha256(NUMBER.encode()).hexdigest(),
        hashlib.sha256(asked).hexdigest(),
        hmac.new(b"", asked, hashlib.sha256).hexdigest(),
        hmac.new(vault.keys.named(WORDS), asked, hashlib.sha256).hexdigest(),
    }
    assert len(others) == 6 and mark not in others


def test_another_installation_gives_another_mark(vault: Vault, ring: KeyRing) -> None:
    store = Database("sqlite://")
    other = Vault(KeyStore(store, ring, lambda: NOW))
    other.keys.create_tables()
    assert other.index("address.sms", NUMBER) != vault.index("address.sms", NUMBER)
    store.close()


def test_machines_at_one_key_store_agree_on_every_mark(shared: tuple[Vault, Vault]) -> None:
    found: set[str] = set()
    start = threading.Barrier(8)

    def look(vault: Vault) -> None:
        start.wait()  # the key is made by whoever comes first
        found.add(vault.index("address.sms", NUMBER))

    threads = [threading.Thread(target=look, args=(shared[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 1


def test_what_one_machine_sealed_another_opens_until_the_key_is_destroyed(
    shared: tuple[Vault, Vault], ring: KeyRing, blank: Database
) -> None:
    one, other = shared
    ref, kept = one.keys.new_ref(), one.keys.new_ref()
    sealed, left = one.seal(ref, WHERE, SAID), one.seal(kept, WHERE, SAID)
    assert other.open(ref, WHERE, sealed) == SAID
    one.keys.destroy(ref)
    for vault in (one, Vault(KeyStore(blank, ring, lambda: NOW))):
        with pytest.raises(ErasedError):
            vault.open(ref, WHERE, sealed)
        with pytest.raises(ErasedError):
            vault.seal(ref, WHERE, SAID)
        assert vault.open(kept, WHERE, left) == SAID


def test_keys_made_and_destroyed_while_keys_are_locked_anew_are_what_they_would_be(
    shared: tuple[Vault, Vault], ring: KeyRing, blank: Database
) -> None:
    one = shared[0]
    refs = [one.keys.new_ref() for _ in range(64)]
    sealed = {ref: one.seal(ref, WHERE, SAID) for ref in refs}
    newer = KeyRing((KeyRing.parse(KeyRing.new_part("k2")).keys[0], *ring.keys))
    moving, working = (Vault(KeyStore(blank, newer, lambda: NOW)) for _ in range(2))
    begun = moving.keys.rewrap(batch=10)
    assert next(begun) > 0
    working.keys.destroy(refs[0])
    working.keys.destroy(refs[-1])
    fresh = working.keys.new_ref()
    later = working.seal(fresh, WHERE, SAID)
    *_, left = begun
    assert left == 0 and set(working.keys.counts()) == {"k2"}
    looking = Vault(KeyStore(blank, KeyRing(newer.keys[:1]), lambda: NOW))
    assert looking.open(fresh, WHERE, later) == SAID
    for ref in refs:
        if ref in (refs[0], refs[-1]):
            with pytest.raises(ErasedError):
                looking.open(ref, WHERE, sealed[ref])
        else:
            assert looking.open(ref, WHERE, sealed[ref]) == SAID


def test_a_key_in_memory_is_served_on_while_the_store_is_away_and_not_a_minute_longer(
    ring: KeyRing,
) -> None:
    store, passed = Database("sqlite://"), [0.0]
    keys = KeyStore(store, ring, lambda: NOW, lambda: passed[0])
    keys.create_tables()
    ref, gone = keys.new_ref(), keys.new_ref()
    known, index = keys.key(ref), keys.named(INDEX)
    keys.key(gone)
    with store.write() as session:  # as another process would destroy it
        session.execute(delete(DataKey).where(DataKey.ref == gone))
        session.execute(text("ALTER TABLE data_key RENAME TO away"))
    passed[0] = 2 * BELIEVED_SECONDS
    assert keys.key(ref) == known and keys.named(INDEX) == index
    with pytest.raises(SQLAlchemyError):
        keys.key("whose key was never in memory")
    with store.write() as session:
        session.execute(text("ALTER TABLE away RENAME TO data_key"))
    passed[0] += ASK_AGAIN_SECONDS
    assert keys.key(ref) == known
    with pytest.raises(ErasedError):
        keys.key(gone)
    store.close()


def test_a_key_locked_with_a_master_key_that_one_lacks_is_served_on_from_memory(
    blank: Database, ring: KeyRing
) -> None:
    passed = [0.0]
    old = KeyStore(blank, ring, lambda: NOW, lambda: passed[0])
    old.create_tables()
    ref = old.new_ref()
    known = old.key(ref)
    newer = KeyRing((KeyRing.parse(KeyRing.new_part("k2")).keys[0], *ring.keys))
    list(KeyStore(blank, newer, lambda: NOW).rewrap())
    passed[0] = BELIEVED_SECONDS
    assert old.key(ref) == known
