"""A worker's device that makes and shows passkeys, with every part open to tampering."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Device:
    """One key for one site. `is_verified`: did it ask for finger, face or PIN?"""

    def __init__(self, origin: str, *, is_verified: bool = True) -> None:
        self.origin, self.is_verified = origin, is_verified
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _head(self, site: str, flags: int) -> bytes:
        self.count += 1
        flags |= PRESENT | (VERIFIED if self.is_verified else 0)
        start = hashlib.sha256(site.encode()).digest() + bytes([flags])
        return start + self.count.to_bytes(4, "big")

    def _answer(self, response: dict[str, bytes]) -> str:
        parts = {name: text(part) for name, part in response.items()}
        key_id = text(self.id)
        whole = {"id": key_id, "rawId": key_id, "type": "public-key", "response": parts}
        return json.dumps(whole)

    def make(self, options: dict[str, Any]) -> str:
        """The answer of navigator.credentials.create, as the script sends it."""
        point = self.key.public_key().public_numbers()
        public = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        head = self._head(options["rp"]["id"], ATTESTED)
        data = head + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer({"attestationObject": attested, "clientDataJSON": client})

    def show(self, options: dict[str, Any]) -> str:
        """The answer of navigator.credentials.get, as the script sends it."""
        data = self._head(options["rpId"], 0)
        client = self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"authenticatorData": data, "signature": signature, "clientDataJSON": client}
        )
