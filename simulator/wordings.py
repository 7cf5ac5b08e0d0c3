"""Wordings that the carrier knows by an id, as its Content API keeps them."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from .accounts import is_known
from .carrier import network

bp = Blueprint("wordings", __name__, url_prefix="/v1/Content")
KIND = "twilio/text"


@bp.before_request
def _admit() -> ResponseReturnValue | None:
    if not is_known(network()):
        return jsonify(code=20003, message="Authenticate", status=401), 401
    return None


@bp.get("/<sid>")
def fetch(sid: str) -> ResponseReturnValue:
    """One template."""
    return jsonify(_kept(sid)) if sid in network().texts.wordings else _unknown()


@bp.get("/<sid>/ApprovalRequests")
def approval(sid: str) -> ResponseReturnValue:
    """What WhatsApp said to it: here always yes."""
    if sid not in network().texts.wordings:
        return _unknown()
    return jsonify(sid=sid, account_sid=network().line.account, whatsapp={"status": "approved"})


@bp.post("")
def create() -> ResponseReturnValue:
    """Keep a template: {types: {"twilio/text": {body}}}, as Twilio takes it."""
    net, body = network(), request.get_json(silent=True)
    try:
        words = str(body["types"][KIND]["body"]) if body else ""
    except (KeyError, TypeError):
        words = ""
    if not words:
        return jsonify(code=20001, message="Bad request", status=400), 400
    with net.changing():
        sid = net.core.sid("HX")
        net.texts.wordings[sid] = words
    return jsonify(_kept(sid)), 201


def _kept(sid: str) -> dict[str, Any]:
    net = network()
    return {
        "sid": sid,
        "account_sid": net.line.account,
        "language": "en",
        "types": {KIND: {"body": net.texts.wordings[sid]}},
    }


def _unknown() -> ResponseReturnValue:
    return jsonify(code=20404, message="Not found", status=404), 404
