"""The files of texts as the carrier lists, serves and deletes them."""

from flask import Blueprint, Response, g, redirect, url_for
from flask.typing import ResponseReturnValue

from . import media, shapes
from .accounts import own_text
from .carrier import bp, network, page
from .core import Refused

files = Blueprint("media", __name__, url_prefix="/media")


@bp.get("/<account>/Messages/<sid>/Media.json")
def list_media(sid: str) -> ResponseReturnValue:
    """The files of one text."""
    net = network()
    with net.lock:
        text = own_text(net, sid)
        rows = [shapes.media(g.line, text, one) for one in text.media]
    return page("media_list", rows)


@bp.get("/<account>/Messages/<sid>/Media/<file_sid>")
def fetch_media(sid: str, file_sid: str) -> ResponseReturnValue:
    """One file: its content is elsewhere, at an address that is good for a while."""
    net = network()
    with net.lock:
        media.content(own_text(net, sid), file_sid)
    return redirect(url_for("media.show", sid=sid, file_sid=file_sid), 307)


@files.get("/<sid>/<file_sid>")
def show(sid: str, file_sid: str) -> ResponseReturnValue:
    """The content itself, to whoever was sent here."""
    net = network()
    try:
        with net.lock:
            kind, content = media.content(net.messages.get(sid), file_sid)
    except Refused:
        return "", 404
    return Response(content, mimetype=kind)


@bp.delete("/<account>/Messages/<sid>/Media/<file_sid>.json")
def delete_media(sid: str, file_sid: str) -> ResponseReturnValue:
    """Forget one file."""
    with network().changing():
        media.forget(own_text(network(), sid), file_sid)
    return "", 204
