"""Shows a worker's phone that something urgent waits, through its browser's maker: never what."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Protocol
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from records.vault import Vault

TIMEOUT_SECONDS = 10.0
#: A notice that could not be shown within so many seconds is dropped by the push host.
KEPT_SECONDS = 600
#: The name of the installation's own key for push in the key store.
KEY = "push"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GONE = (404, 410)


class PushError(Exception):
    """Not shown. `is_gone`: this browser will never be reached again. Names no address."""

    def __init__(self, why: str, *, is_gone: bool = False) -> None:
        super().__init__(why)
        self.is_gone = is_gone


class Pusher(Protocol):
    """What the line needs of the push hosts. `key` is what browsers subscribe with (base64url)."""

    key: str

    def send(self, subscription: dict[str, object], words: str) -> None:
        """Raises PushError."""


class WebPusher:
    """Web Push with VAPID over https. Goes to `hosts` only, and follows no redirect."""

    def __init__(
        self,
        vault: Vault,
        contact: str,
        hosts: tuple[str, ...],
        session: requests.Session | None = None,
    ) -> None:
        self._vapid = Vapid02(private_key=_private_key(vault))
        self._contact, self._hosts = contact, hosts
        self._session = session or requests.Session()
        self._session.trust_env = False
        self._session.max_redirects = 0
        self.key = _public(self._vapid.public_key)

    def send(self, subscription: dict[str, object], words: str) -> None:
        """One encrypted notice. Raises PushError."""
        if not is_allowed(str(subscription.get("endpoint", "")), self._hosts):
            raise PushError("host_not_allowed", is_gone=True)
        try:
            webpush(
                subscription,
                words,
                vapid_private_key=self._vapid,
                vapid_claims={"sub": self._contact},
                ttl=KEPT_SECONDS,
                headers={"Urgency": "high"},
                timeout=TIMEOUT_SECONDS,
                requests_session=self._session,
            )
        except WebPushException as error:
            status = error.response.status_code if error.response is not None else 0
            raise PushError(f"refused_{status}", is_gone=status in _GONE) from None
        except (requests.RequestException, ValueError, TypeError) as error:
            raise PushError(type(error).__name__) from None


def is_allowed(endpoint: str, hosts: tuple[str, ...]) -> bool:
    """Is this an https address, without a login, at one of the makers' push hosts?"""
    try:
        parts = urlsplit(endpoint)
        host, is_plain = parts.hostname or "", parts.username is None and parts.password is None
        place = host if parts.port in (None, 443) else f"{host}:{parts.port}"
    except ValueError:
        return False
    if parts.scheme != "https" or not is_plain:
        return False
    return any(place.endswith(one) if one.startswith(".") else place == one for one in hosts)


def _private_key(vault: Vault) -> ec.EllipticCurvePrivateKey:
    """Always the same for one key store: browsers are bound to it."""
    secret = int.from_bytes(vault.keys.named(KEY))
    return ec.derive_private_key(secret % (_ORDER - 1) + 1, ec.SECP256R1())


def _public(key: ec.EllipticCurvePublicKey) -> str:
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")
