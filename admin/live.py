"""Pages that keep themselves up to date: sent again only when something changed."""

from __future__ import annotations

import hashlib

from flask import Response, make_response, render_template, request

from admin.show import the_line


def tag_of(*state: object) -> str:
    """A print of what a page shows. Ages are shown in minutes, so the minute is part of it."""
    minute = int(the_line().now().timestamp()) // 60
    return hashlib.sha256(repr((minute, state)).encode()).hexdigest()[:32]


def unchanged(tag: str) -> Response | None:
    """304 when the browser has this very state already."""
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
        answer.set_etag(tag)
        return answer
    return None


def page(tag: str, template: str, **context: object) -> Response:
    """A page with its print, also in itself as `tag`: its script asks for what changed since."""
    answer = make_response(render_template(template, tag=tag, **context))
    answer.set_etag(tag)
    return answer
