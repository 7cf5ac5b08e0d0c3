"""Tells whether a request is truly from the phone company: signed with its account's secret."""

from __future__ import annotations

from flask import request
from twilio.request_validator import RequestValidator, compare

from bot.line import LineConfig
from bot.outbox.carriers import FIRST, SECOND, came_by


class Signatures:
    """The secrets of each carrier's account; one account's never proves another's requests."""

    def __init__(self, config: LineConfig) -> None:
        self._config = config
        self._of = {FIRST: _validators(config.auth_tokens)}
        if config.second is not None:
            self._of[SECOND] = _validators(config.second.auth_tokens)

    def is_genuine(self) -> bool:
        """Was this request signed with a token of its account, over our configured public URL?

        The URL comes from the settings, never from headers that a stranger can write.
        """
        signature = request.headers.get("X-Twilio-Signature", "")
        query = request.query_string.decode("latin-1")
        base = self._config.public_url.rstrip("/")
        url = base + request.path + (f"?{query}" if query else "")
        if not signature:
            return False
        # As it is configured first: the SDK also tries the URL with and without its port.
        fields = _Fields(request.form.lists())
        return any(
            compare(validator.compute_signature(url, fields), signature)
            or validator.validate(url, fields, signature)
            for validator in self._of[came_by(self._config, request.form)]
        )


class _Fields(dict[str, list[str]]):
    """A form as the SDK first asks for it: it tries three ways, and each that fails takes time."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def _validators(tokens: tuple[str, ...]) -> list[RequestValidator]:
    return [RequestValidator(token) for token in tokens if token]
