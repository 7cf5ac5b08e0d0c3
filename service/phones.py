"""Shows the simulator's page of phones at the line's own address, on this computer only."""

from __future__ import annotations

import urllib.error
import urllib.request

from flask import Blueprint, Response, abort, request

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
TIMEOUT_SECONDS = 10
#: A phone may attach a picture.
MOST_BYTES = 6 * 1024 * 1024
PASSED = ("Content-Type", "Location", "Content-Security-Policy", "Cache-Control", "Set-Cookie")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def create(simulator_url: str) -> Blueprint:
    """/simulator/ passed on to the simulator's own process. 404 for anyone but this computer."""
    bp = Blueprint("phones", __name__)
    opener = urllib.request.build_opener(_NoRedirect())

    @bp.route("/simulator/", defaults={"path": ""}, methods=["GET", "POST"])
    @bp.route("/simulator/<path:path>", methods=["GET", "POST"])
    def pass_on(path: str) -> Response:
        if request.remote_addr not in LOOPBACK or request.headers.get("X-Forwarded-For"):
            abort(404)
        request.max_content_length = MOST_BYTES
        query = request.query_string.decode("latin-1")
        url = f"{simulator_url}/simulator/{path}" + (f"?{query}" if query else "")
        headers = {
            name: value
            for name, value in request.headers
            if name in ("Content-Type", "Accept", "Cookie", "Referer", "Origin")
        }
        body = request.get_data() if request.method == "POST" else None
        forward = urllib.request.Request(url, body, headers, method=request.method)  # noqa: S310
        try:
            with opener.open(forward, timeout=TIMEOUT_SECONDS) as answer:
                return _answer(answer.status, answer.headers.items(), answer.read())
        except urllib.error.HTTPError as error:
            return _answer(error.code, error.headers.items(), error.read())
        except urllib.error.URLError:
            return Response("The simulator is starting. Reload in a moment.", 503)

    return bp


def _answer(status: int, headers: object, body: bytes) -> Response:
    kept = [(k, v) for k, v in headers if k.title() in PASSED]  # type: ignore[attr-defined]
    return Response(body, status, kept)
