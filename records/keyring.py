"""The master keys that lock every other key; they live in the settings, never in a database."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from records.errors import KeyMissingError, SealBrokenError, SettingsError

KEY_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True)
class KeyRing:
    """Master keys by id; the first is used for new wrapping, all for opening.

    Written in SEALING_KEYS as `id:base64key`, separated by commas, newest first.
    """

    keys: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """Raises SettingsError when no key is there or one is not 32 bytes of base64."""
        keys = []
        for part in filter(None, (p.strip() for p in text.split(","))):
            key_id, _, encoded = part.partition(":")
            try:
                key = base64.urlsafe_b64decode(encoded)
            except (binascii.Error, ValueError):
                key = b""
            if not key_id or len(key) != KEY_BYTES:
                raise SettingsError(
                    "SEALING_KEYS is wrong: each part must be id:key with a key of 32 bytes in "
                    "base64. Put the line back from your safe copy; a new key cannot open old data."
                )
            keys.append((key_id, key))
        if not keys:
            raise SettingsError(
                "SEALING_KEYS is missing. 'make run' writes new ones to .env for a new "
                "installation; for an old one put back the line from your safe copy."
            )
        return cls(tuple(keys))

    @staticmethod
    def new_part(key_id: str) -> str:
        """A fresh `id:base64key` for SEALING_KEYS."""
        return f"{key_id}:{base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"

    @property
    def newest(self) -> str:
        return self.keys[0][0]

    def wrap(self, data_key: bytes, ref: str) -> tuple[str, bytes]:
        """The id of the newest master key, and `data_key` locked with it for `ref` alone."""
        key_id, master = self.keys[0]
        return key_id, encrypt(master, data_key, ref)

    def unwrap(self, key_id: str, wrapped: bytes, ref: str) -> bytes:
        """Raises KeyMissingError or SealBrokenError."""
        master = dict(self.keys).get(key_id)
        if master is None:
            raise KeyMissingError(
                f"the sealing key '{key_id}' is not in SEALING_KEYS: put its line back from "
                "your safe copy. Nothing was changed."
            )
        return decrypt(master, wrapped, ref)


def encrypt(key: bytes, plain: bytes, where: str) -> bytes:
    """AES-256-GCM: 12 bytes nonce, then ciphertext and tag, bound to `where`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, where.encode())


def decrypt(key: bytes, sealed: bytes, where: str) -> bytes:
    """Raises SealBrokenError when the bytes were altered or belong to another place."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], where.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError(f"sealed data at {where} cannot be opened") from error
