"""Joins the simulator and the line in one thread, without a socket, for tests and transcripts."""

import logging
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from flask import Flask
from twilio.http import HttpClient
from twilio.http.response import Response
from werkzeug.test import Client

from .carrier import FAULT_HEADER
from .model import Answer, Webhook


class InProcessHttpClient(HttpClient):  # type: ignore[misc]
    """The Twilio library's way out, led straight into the simulator's application.

    Raises what `requests` would: ReadTimeout when the carrier answers later than the time-out,
    ConnectionError when it cuts the connection. No time passes in either case.
    """

    def __init__(self, app: Flask, timeout: float | None = None) -> None:
        super().__init__(logging.getLogger("simulator"), False, timeout)
        self._client = Client(app)

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Answer one request of the library; `timeout` in seconds."""
        asked = requests.Request(method.upper(), url, headers, None, data, params, auth)
        sent = asked.prepare()
        parts = urlsplit(str(sent.url))
        answer = self._client.open(
            method=sent.method,
            path=parts.path,
            query_string=parts.query,
            base_url=f"{parts.scheme}://{parts.netloc}",
            headers=dict(sent.headers),
            data=sent.body,
        )
        self._strike(answer.headers.get(FAULT_HEADER), timeout or self.timeout)
        return Response(answer.status_code, answer.get_data(as_text=True), dict(answer.headers))

    def file(
        self, url: str, auth: tuple[str, str] | None
    ) -> tuple[int, dict[str, str], list[bytes]]:
        """One file's answer: status, headers by lower-case name, and its content."""
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        answer = self._client.get(parts.path, base_url=base, auth=auth)
        self._strike(answer.headers.get(FAULT_HEADER), self.timeout)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status_code, headers, [answer.get_data()]

    @staticmethod
    def _strike(fault: str | None, timeout: float | None) -> None:
        if fault == "reset":
            raise requests.exceptions.ConnectionError("the carrier cut the connection")
        if fault and timeout is not None and float(fault) >= timeout:
            raise requests.exceptions.ReadTimeout(f"no answer within {timeout} s")


class LineClient:
    """Carries a webhook into the line's own application and brings its answer back."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, webhook: Webhook) -> Answer:
        parts = urlsplit(webhook.url)
        extra: dict[str, Any] = {}
        if webhook.method != "GET":
            extra = {
                "data": urlencode(webhook.params),
                "content_type": "application/x-www-form-urlencoded",
            }
        with self._app.test_client() as client:
            answer = client.open(
                parts.path,
                method=webhook.method,
                query_string=parts.query,
                base_url=f"{parts.scheme}://{parts.netloc}",
                headers=dict(webhook.headers),
                **extra,
            )
            return Answer(answer.status_code, answer.get_data(as_text=True))
