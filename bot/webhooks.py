"""Where the phone company knocks: checks that it is really them, keeps the text, says thank you."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, abort, request

from bot import outbox, whatsapp
from bot.escalation import calls
from bot.line import Line
from bot.opening import Inbound
from bot.outbox.carriers import came_by
from bot.signatures import Signatures
from bot.turnstile import Turnstile

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
MAX_BYTES = 64 * 1024
log = logging.getLogger("line.webhooks")


def create(line: Line) -> Blueprint:
    """POST /sms and POST /status. A bad or missing signature is 403 and nothing is kept.

    A failure to store is a 5xx, so that the carrier tries again; nothing is half kept.
    """
    bp = Blueprint("webhooks", __name__)
    turnstile = Turnstile(line)
    signatures = Signatures(line.config)

    @bp.before_request
    def only_the_carrier() -> None:
        if (request.content_length or 0) > MAX_BYTES:
            abort(413)
        if not signatures.is_genuine():
            abort(403)

    @bp.post("/sms")
    def sms() -> Response:
        turnstile.receive(_text(line, request.form))
        return Response(EMPTY, mimetype="text/xml")

    @bp.post("/status")
    def status() -> Response:
        if "CallStatus" in request.form:
            calls.ended(line, request.form["CallStatus"], request.args.get("m"), line.now())
        outbox.record_receipt(line, request.form, request.args.get("m"), line.now())
        if outbox.asks_to_act(request.form):
            line.wake.now()
        return Response(EMPTY, mimetype="text/xml")

    return bp


def _text(line: Line, form: Mapping[str, str]) -> Inbound:
    """The text that the carrier hands over; 400 when it names no id or no sender."""
    sid = form.get("MessageSid") or form.get("SmsSid")
    sender = form.get("From")
    if not sid or not sender:
        abort(400, "MessageSid and From are needed")
    media = form.get("NumMedia", "0")
    channel, number = whatsapp.told_apart(sender[:64])
    return Inbound(
        sid=sid[:40],
        from_=number,
        to=form.get("To", "")[:64],
        body=form.get("Body", ""),
        at=line.now(),
        media_count=int(media) if media.isdecimal() else 0,
        channel=channel,
        carrier=came_by(line.config, form),
    )
