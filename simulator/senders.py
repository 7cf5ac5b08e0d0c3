"""The line's senders on WhatsApp, as Twilio lists them."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from .accounts import is_known
from .carrier import network
from .texts import WHATSAPP

bp = Blueprint("senders", __name__, url_prefix="/v2/Channels")


@bp.get("/Senders")
def list_senders() -> ResponseReturnValue:
    """All of them on one page: each number of the line has one."""
    line = network().line
    if not is_known(network()):
        return jsonify(code=20003, message="Authenticate", status=401), 401
    webhook = {"callback_url": line.sms_url.partition("#")[0], "callback_method": "POST"}
    rows = [
        {"sid": f"XE{place:032x}", "sender_id": WHATSAPP + number, "status": "ONLINE",
         "webhook": webhook}
        for place, number in enumerate(line.numbers)
    ]  # fmt: skip
    meta = {"key": "senders", "page": 0, "page_size": 50, "next_page_url": None}
    return jsonify(senders=rows, meta=meta)
