"""The simulator's own controls: what the page's buttons and outside tests ask for."""

from datetime import datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from . import strings
from .carrier import network
from .clock import MovableClock
from .faults import DEFAULTS
from .media import MOST_BYTES, File
from .model import Message, pack
from .shapes import html_id
from .texts import ADDRESS, WHATSAPP

bp = Blueprint("api", __name__, url_prefix="/simulator")
OFTEN: dict[str, dict[str, Any]] = {
    "always": {},
    "once": {"count": 1},
    "thrice": {"count": 3},
    "fifth": {"probability": 0.2},
}


class Mistake(BadRequest):
    """Something on the page was filled in wrongly; `description` says what."""


def clock() -> MovableClock:
    """The clock this application was made with; 409 when its time is moved by others."""
    found: MovableClock | None = current_app.extensions["clock"]
    return found or abort(409)


def zone() -> ZoneInfo:
    """The zone in which the page shows and reads wall time."""
    found: ZoneInfo = current_app.extensions["zone"]
    return found


def problem(name: str) -> NoReturn:
    """Answer 400 with one of strings.PROBLEMS."""
    raise Mistake(strings.PROBLEMS[name])


def for_program() -> bool:
    """Whether a program asks, which wants JSON, rather than a plain form."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def given() -> dict[str, Any]:
    """The request's fields, from JSON or from a form."""
    data = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    if not isinstance(data, dict):
        problem("unknown")
    return data


def done(anchor: str = "", **answer: Any) -> ResponseReturnValue:
    """JSON for a program; for a form, back to the page at `anchor`."""
    if for_program():
        return jsonify(answer)
    return redirect(url_for("phones.index", _anchor=anchor or None), 303)


def number_in(fields: dict[str, Any], name: str = "number") -> str:
    """The phone number in a field, with spaces and dashes taken out; 400 when it is none."""
    number = "".join(str(fields.get(name, "")).split()).replace("-", "")
    if not ADDRESS.fullmatch(number):
        problem("number")
    return number


@bp.post("/api/send")
def send() -> ResponseReturnValue:
    """A phone texts the line: {from, body, to?, media?, sid?} and files named file -> {sid}."""
    request.max_content_length = MOST_BYTES + 64 * 1024
    fields, files = given(), _files()
    number, body = number_in(fields, "from"), fields.get("body", "")
    if not isinstance(body, str) or not (body or files or request.is_json):
        problem("empty")
    to, sid, media = (fields.get(name) or None for name in ("to", "sid", "media"))
    own = {number for one in network().line.accounts for number in one.numbers}
    if to and to.removeprefix(WHATSAPP) not in own:
        problem("number")
    try:
        sent = network().phone_sends(
            number, body, to=to, sid=sid, media=int(media or 0), files=files
        )
    except (TypeError, ValueError):
        problem("unknown")
    return done(f"write-{html_id(number)}", sid=sent)


def _files() -> list[File]:
    """What the form carries; a field left empty is no file."""
    given = []
    for one in request.files.getlist("file"):
        with one.stream as stream:
            if one.filename:
                given.append((one.mimetype, stream.read()))
    return given


@bp.post("/api/phone")
def phone() -> ResponseReturnValue:
    """Add a phone or change it: {number, name?, answering?, whatsapp?} -> the phone."""
    fields = given()
    number = number_in(fields)
    answering = fields.get("answering") or None
    if answering not in (None, *strings.ANSWERING):
        problem("unknown")
    if fields.get("whatsapp"):
        number = WHATSAPP + number.removeprefix(WHATSAPP)
    made = network().add_phone(number, str(fields.get("name", ""))[:40], answering)
    return done(f"phone-{html_id(number)}", **pack(made))


@bp.post("/api/<any(answer, hangup):act>")
def lift(act: str) -> ResponseReturnValue:
    """Pick up or put down: {number}; 400 when there is no call."""
    number = number_in(given())
    happened = network().answer(number) if act == "answer" else network().hang_up(number)
    return done(f"phone-{html_id(number)}", ok=True) if happened else problem("call")


@bp.post("/api/call")
def call() -> ResponseReturnValue:
    """Call the line: {number}; 400 when this phone is in a call."""
    number = number_in(given())
    if number.startswith(WHATSAPP) or not network().phone_calls(number):
        problem("call")
    return done(f"phone-{html_id(number)}", ok=True)


@bp.post("/api/press")
def press() -> ResponseReturnValue:
    """Press keys during a call: {number, digits}; 400 when nothing waits for them."""
    fields = given()
    number, digits = number_in(fields), str(fields.get("digits", ""))
    if not digits or set(digits) - set("0123456789*#") or not network().press(number, digits):
        problem("call")
    return done(f"phone-{html_id(number)}", ok=True)


@bp.post("/api/fault")
def fault() -> ResponseReturnValue:
    """Switch one fault: {kind, on, number?, probability?, count?, seconds?, code?, copies?}.

    `on` false without `kind` switches all of them off. Answers {faults} that are then on.
    """
    fields = given()
    kind, on = fields.pop("kind", None), fields.pop("on", True)
    try:
        if on:
            network().set_fault(str(kind), **fields)
        else:
            network().clear_fault(kind, fields.get("number"))
    except (TypeError, ValueError):
        problem("fault")
    return done(faults=network().faults())


@bp.post("/api/switch")
def switch() -> ResponseReturnValue:
    """The page's switches: {toggle, number?, often?, code_<kind>?}; off if it was on at all."""
    fields = given()
    kind, net = fields.get("toggle", ""), network()
    if kind == "":
        net.clear_fault()
    elif kind not in DEFAULTS:
        problem("fault")
    elif on := [one for one in net.faults() if one["kind"] == kind]:
        for one in on:
            net.clear_fault(kind, one["number"])
    else:
        number = number_in(fields) if fields.get("number") else None
        settings = dict(OFTEN.get(fields.get("often", ""), {}))
        if code := fields.get(f"code_{kind}"):
            settings["code"] = int(code)
        net.set_fault(kind, number=number, **settings)
    return done("faults", faults=net.faults())


@bp.get("/api/ledger")
def ledger() -> ResponseReturnValue:
    """What the carrier accepted from the line from index `since` on: {accepted, total}."""
    since, entries = request.args.get("since", 0, int), network().ledger()
    return jsonify(accepted=[pack(one) for one in entries[max(since, 0) :]], total=len(entries))


@bp.get("/api/feed")
def feed() -> ResponseReturnValue:
    """What phones sent, received and heard, in order, from index `since` on: {feed, total}."""
    since, entries = request.args.get("since", 0, int), network().feed()
    return jsonify(feed=[pack(one) for one in entries[max(since, 0) :]], total=len(entries))


@bp.get("/api/inbound")
def inbound() -> ResponseReturnValue:
    """Every text of a phone and whether the line answered its webhook: {inbound}."""
    net = network()
    with net.lock:
        return jsonify(inbound=[_told(one) for one in net.messages if one.direction == "inbound"])


def _told(message: Message) -> dict[str, Any]:
    row = pack(message)
    keys = ("sid", "from_number", "to_number", "created_at", "answered", "attempts")
    return {key: row[key] for key in keys}


@bp.get("/clock")
def read_clock() -> ResponseReturnValue:
    """The network's time: {offset_seconds, now} with now in ISO 8601, UTC."""
    return jsonify(offset_seconds=clock().offset_seconds, now=clock()().isoformat())


@bp.post("/clock")
def move_clock() -> ResponseReturnValue:
    """Move the clock forward: {seconds}, {step: minute|hour|morning} or {to: local wall time}."""
    fields = given()
    try:
        if fields.get("to"):
            clock().move_to(_instant(str(fields["to"])))
        elif fields.get("step") == "morning":
            clock().move_to(_tomorrow_at_ten(clock()()))
        else:
            steps = {"minute": 60.0, "hour": 3600.0}
            clock().advance(steps.get(fields.get("step", ""), 0) or float(fields["seconds"]))
    except (KeyError, TypeError, ValueError):
        problem("clock")
    return done("clock", offset_seconds=clock().offset_seconds, now=clock()().isoformat())


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone())


def _tomorrow_at_ten(now: datetime) -> datetime:
    tomorrow = now.astimezone(zone()).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, 10, tzinfo=zone())
