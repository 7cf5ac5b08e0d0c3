"""Seals words so that only this installation can read them; finds numbers without showing them."""

from __future__ import annotations

import hmac

from records.errors import ErasedError
from records.keyring import decrypt, encrypt
from records.keystore import INDEX, SYSTEM, WORDS, KeyStore


class Vault:
    """Sealing and blind look-up. `ref` is a contact's `data_key`, or SYSTEM for staff rows.

    `where` names the place, "table.column:row id": sealed words moved elsewhere do not open.
    """

    def __init__(self, keys: KeyStore) -> None:
        self.keys = keys

    def _key(self, ref: str) -> bytes:
        return self.keys.named(ref) if ref == SYSTEM else self.keys.key(ref)

    def is_lost(self, ref: str) -> bool:
        """Is there no such key any more? Raises KeyMissingError."""
        try:
            self._key(ref)
        except ErasedError:
            return True
        return False

    def seal(self, ref: str, where: str, words: str) -> bytes:
        """Raises ErasedError, KeyMissingError."""
        return self.seal_bytes(ref, where, words.encode("utf-8", "surrogatepass"))

    def open(self, ref: str, where: str, sealed: bytes) -> str:
        """Raises ErasedError, KeyMissingError, SealBrokenError."""
        return self.open_bytes(ref, where, sealed).decode("utf-8", "surrogatepass")

    def seal_bytes(self, ref: str, where: str, content: bytes) -> bytes:
        """The same for what is no text. Raises ErasedError, KeyMissingError."""
        return encrypt(self._key(ref), content, where)

    def open_bytes(self, ref: str, where: str, sealed: bytes) -> bytes:
        """Raises ErasedError, KeyMissingError, SealBrokenError."""
        return decrypt(self._key(ref), sealed, where)

    def index(self, kind: str, value: str) -> str:
        """A keyed hash (HMAC-SHA256, hex) by which `value` can be found but not read."""
        message = f"{kind}\x00{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.keys.named(INDEX), message, "sha256").hex()

    def word_mark(self, contact_id: int, word: str) -> str:
        """HMAC-SHA256 (hex) of a client's own word, under a key used for nothing else."""
        message = f"{contact_id}\x00{word}".encode("utf-8", "surrogatepass")
        return hmac.digest(self.keys.named(WORDS), message, "sha256").hex()
