"""The page of phones: several side by side, with the clock and the switches above them."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from . import strings
from .api import Mistake, for_program, zone
from .carrier import network
from .core import REASONS
from .model import Heard, Phone
from .shapes import html_id
from .texts import WHATSAPP

bp = Blueprint("phones", __name__, url_prefix="/simulator")
BUBBLES = 40
MOST_PHONES = 12
ENTRIES = 20
HOSTS = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def only_here() -> None:
    """Refuse a request that another web site, or another name of this computer, brought here."""
    host = request.host.rpartition(":")[0] or request.host
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    stranger = host not in HOSTS and request.host not in HOSTS
    if request.path.startswith("/simulator") and (
        stranger or (foreign and request.method == "POST")
    ):
        abort(403, strings.PROBLEMS["elsewhere"])


def harden(response: Response) -> Response:
    """Let the page load nothing and be framed by nothing from elsewhere."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if not request.path.startswith("/simulator/static/"):
        response.headers["Cache-Control"] = "no-store"
    return response


def explain(error: HTTPException) -> ResponseReturnValue:
    """A mistake in a form is said on the page itself, and to a program in JSON."""
    if not isinstance(error, Mistake):
        return error
    if for_program():
        return jsonify(error=error.description), 400
    return _page(problem=str(error.description)), 400


@bp.get("/")
def index() -> str:
    """The page, whole, as a browser without scripts sees it."""
    return _page()


@bp.get("/api/state")
def state() -> ResponseReturnValue:
    """What changes on the page: {phones, parts: {element id: HTML}, switches: {kind: on}}."""
    shown = _everything()
    parts = {
        "clock-now": render_template("_clock.html", **shown),
        "books": render_template("_books.html", **shown),
        "faults-count": shown["faults_count"],
    }
    for phone in shown["phones"]:
        parts[f"thread-{phone['id']}"] = render_template(
            "_thread.html", phone=phone, t=strings.PAGE
        )
        parts[f"call-{phone['id']}"] = render_template("_call.html", phone=phone, t=strings.PAGE)
        parts[f"note-{phone['id']}"] = phone["note"]
    for fault in shown["faults"]:
        parts[f"fault-note-{fault['kind']}"] = fault["note"]
    return jsonify(
        phones=[phone["id"] for phone in shown["phones"]],
        parts=parts,
        switches={fault["kind"]: fault["on"] for fault in shown["faults"]},
    )


def _page(problem: str = "") -> str:
    return render_template(
        "index.html",
        problem=problem,
        answering=strings.ANSWERING,
        often=strings.OFTEN,
        steps=strings.CLOCK_STEPS,
        codes=strings.CODES,
        icon=url_for("static", filename="icon.svg"),
        style=url_for("static", filename="phones.css"),
        script=url_for("static", filename="phones.js"),
        **_everything(),
    )


def _everything() -> dict[str, Any]:
    net = network()
    with net.lock:
        phones = list(net.core.phones.values())
        named = [phone for phone in phones if phone.name]
        others = [phone for phone in reversed(phones) if not phone.name]
        shown = [*named, *others][:MOST_PHONES]
        faults = [_fault(kind) for kind in strings.FAULTS]
        count = sum(fault["on"] for fault in faults)
        return {
            "t": strings.PAGE,
            "columns": strings.BOOKS,
            "line": readable(net.line.numbers[0]),
            "phones": [_phone(phone) for phone in shown],
            "hidden": len(phones) - len(shown),
            "faults": faults,
            "faults_count": strings.PAGE["faults_on"].format(count=count)
            if count
            else strings.PAGE["faults_none"],
            "books": list(_books()),
            **_clock(),
        }


def _clock() -> dict[str, Any]:
    moved = current_app.extensions["clock"]
    now = network().now().astimezone(zone())
    ahead = round(moved.offset_seconds) if moved else 0
    words = f"{timedelta(seconds=ahead)} {strings.PAGE['clock_ahead']}"
    return {
        "now": f"{now:%a} {now.day} {now:%b %Y, %H:%M}",
        "ahead": words if ahead else strings.PAGE["clock_real"],
        "earliest": f"{now:%Y-%m-%dT%H:%M}",
        "movable": moved is not None,
    }


def _fault(kind: str) -> dict[str, Any]:
    name, words = strings.FAULTS[kind]
    on = [fault for fault in network().faults() if fault["kind"] == kind]
    notes = [readable(f["number"]) if f["number"] else strings.PAGE["fault_everyone"] for f in on]
    return {"kind": kind, "name": name, "words": words, "on": bool(on), "note": ", ".join(notes)}


def _phone(phone: Phone) -> dict[str, Any]:
    net = network()
    blocked = any(net.is_blocked(phone.number, own) for own in net.line.numbers)
    name = phone.name or readable(phone.number)
    return {
        "number": phone.number,
        "id": html_id(phone.number),
        "rings": not phone.number.startswith(WHATSAPP),
        "readable": readable(phone.number),
        "name": name,
        "initials": "".join(word[0] for word in phone.name.split()[:2]).upper() or "#",
        "answering": phone.answering,
        "note": strings.PAGE["phone_blocked"] if blocked else "",
        "bubbles": _bubbles(net.thread(phone.number)[-BUBBLES:]),
        "call": _call(phone.number),
    }


def _bubbles(thread: list[Heard]) -> list[dict[str, Any]]:
    rows, day = [], ""
    for heard in thread:
        local = heard.at.astimezone(zone())
        this_day = f"{local:%a} {local.day} {local:%b}"
        rows.append(
            {
                "id": f"{heard.kind}-{heard.sid}-{int(heard.at.timestamp() * 1000)}",
                "kind": heard.kind,
                "body": heard.body or _without_words(heard),
                "time": f"{local:%H:%M}",
                "iso": heard.at.isoformat(),
                "day": this_day if this_day != day else "",
                "tick": strings.TICKS[_reached(heard)] if heard.kind == "sent" else None,
            }
        )
        day = this_day
    return rows


def _without_words(heard: Heard) -> str:
    message = network().messages.find(heard.sid)
    return strings.PAGE["bubble_picture"] if message and message.num_media else ""


def _reached(heard: Heard) -> str:
    message = network().messages.find(heard.sid)
    if message is None or message.answered:
        return "reached"
    return "unanswered" if message.attempts else "waiting"


def _call(number: str) -> dict[str, Any] | None:
    talk = network().calls.ringing(number)
    if talk is None:
        return None
    return {
        "ringing": talk.status == "ringing",
        "said": talk.said[-4:],
        "keypad": bool(talk.gather),
    }


def _books() -> list[dict[str, str]]:
    net = network()
    texts = islice(net.messages.search(), ENTRIES)
    talks = islice(reversed(net.calls.book.values()), ENTRIES)
    rows = [
        (text.created_at, text.from_number, text.to_number, _state(text.status, text.error_code))
        for text in texts
    ]
    rows += [(c.created_at, c.from_number, c.to_number, f"call {c.status}") for c in talks]
    rows.sort(key=lambda row: row[0], reverse=True)
    return [
        {"time": _hour(at), "from": readable(sender), "to": readable(to), "state": words}
        for at, sender, to, words in rows[:ENTRIES]
    ]


def _state(status: str, code: int | None) -> str:
    return f"{status}: {REASONS.get(code, '')} ({code})" if code else status


def _hour(at: datetime) -> str:
    return f"{at.astimezone(zone()):%H:%M:%S}"


def readable(number: str) -> str:
    """+16135550101 as 613-555-0101; a number of another country as it is."""
    if number.startswith(WHATSAPP):
        return f"WhatsApp {readable(number.removeprefix(WHATSAPP))}"
    if number.startswith("+1") and len(number) == 12:
        return f"{number[2:5]}-{number[5:8]}-{number[8:]}"
    return number
