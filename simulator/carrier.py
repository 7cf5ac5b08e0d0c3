"""The carrier's web address: what the line's own Twilio library calls, answered as Twilio does."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue

from . import accounts, shapes
from .accounts import is_own, own_number, own_text
from .calls import DEFAULT_TIMEOUT
from .core import Refused
from .network import Network
from .texts import LONGEST_WAIT

bp = Blueprint("carrier", __name__, url_prefix="/2010-04-01/Accounts")
# Tells whoever serves this app to answer late (seconds) or to cut the connection ("reset").
FAULT_HEADER = "X-Simulator-Fault"

T = TypeVar("T")


def network() -> Network:
    """The network this application was made for."""
    found: Network = current_app.extensions["network"]
    return found


@bp.url_value_preprocessor
def _own_account(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.account = (values or {}).pop("account", "")


@bp.before_request
def _admit() -> ResponseReturnValue | None:
    """Check the account's name and token, then let the fault `refuse` have its way."""
    accounts.admit(network())
    fault = network().fault("refuse", request.values.get("To"), own_number())
    if fault is None:
        return None
    if not fault.code:
        return Response(headers={FAULT_HEADER: "reset"})
    refused = Refused(20429 if fault.code == 429 else 20000 + fault.code, fault.code)
    headers = {"Retry-After": str(round(fault.seconds))} if fault.code in (429, 503) else {}
    return jsonify(shapes.error(refused)), fault.code, headers


@bp.after_request
def _spoil(response: Response) -> Response:
    """Let the faults that spoil an answer strike, once what was asked for has been done."""
    if response.status_code >= 400 or FAULT_HEADER in response.headers:
        return response
    numbers, net = (request.values.get("To"), own_number()), network()
    created = response.status_code == 201
    late = created and net.fault("accept_then_timeout", *numbers) or net.fault("slow", *numbers)
    if late:
        response.headers[FAULT_HEADER] = str(late.seconds)
    if net.fault("broken_json", *numbers):
        response.status_code = 200
        response.set_data('{"sid": "SM')
    return response


@bp.errorhandler(Refused)
def _refuse(refused: Refused) -> ResponseReturnValue:
    return jsonify(shapes.error(refused)), refused.status


@bp.post("/<account>/Messages.json")
def create_message() -> ResponseReturnValue:
    """Take a text from the line."""
    form, net = request.form, network()
    service = form.get("MessagingServiceSid") or None
    sender = form.get("From") or ""
    if service and service == g.line.messaging_service_sid:
        sender = sender or own_number()
    is_wording, said = "ContentSid" in form or "ContentVariables" in form, form.get("Body", "")
    if is_wording:
        said = net.texts.filled(form.get("ContentSid", ""), form.get("ContentVariables", ""))
    text = net.create_message(
        form.get("To", ""),
        sender,
        said,
        is_wording=is_wording,
        status_callback=form.get("StatusCallback", ""),
        validity_seconds=_seconds("ValidityPeriod", LONGEST_WAIT),
        service_sid=service,
        num_media=len(form.getlist("MediaUrl")),
        account=g.line,
    )
    return jsonify(shapes.message(g.line, text)), 201


@bp.get("/<account>/Messages.json")
def list_messages() -> ResponseReturnValue:
    """Texts, newest first, by To, From and the day or instant they were sent."""
    args, net = request.args, network()
    day, since, before = (_instant(args.get(f"DateSent{sign}")) for sign in ("", ">", "<"))
    if day:
        since, before = day, day + timedelta(days=1, microseconds=-1)
    with net.lock:
        found = net.messages.search(
            to=args.get("To", ""), sender=args.get("From", ""), since_at=since, before_at=before
        )
        return page("messages", (shapes.message(g.line, one) for one in found if is_own(net, one)))


@bp.get("/<account>/Messages/<sid>.json")
def fetch_message(sid: str) -> ResponseReturnValue:
    """One text as the carrier has it."""
    net = network()
    with net.lock:
        return jsonify(shapes.message(g.line, own_text(net, sid)))


@bp.post("/<account>/Messages/<sid>.json")
def update_message(sid: str) -> ResponseReturnValue:
    """Blank the carrier's copy; any other change is refused."""
    net = network()
    if request.form.get("Body") != "":
        raise Refused(21620)
    with net.changing():
        return jsonify(shapes.message(g.line, net.messages.redact(own_text(network(), sid).sid)))


@bp.delete("/<account>/Messages/<sid>.json")
def delete_message(sid: str) -> ResponseReturnValue:
    """Forget one text."""
    with network().changing():
        network().messages.delete(own_text(network(), sid).sid)
    return "", 204


@bp.post("/<account>/Calls.json")
def create_call() -> ResponseReturnValue:
    """Ring a phone."""
    form, net = request.form, network()
    talk = net.create_call(
        form.get("To", ""),
        form.get("From", ""),
        account=g.line,
        url=form.get("Url") or None,
        method=form.get("Method", "POST").upper(),
        twiml=form.get("Twiml") or None,
        status_callback=form.get("StatusCallback") or None,
        status_callback_events=form.getlist("StatusCallbackEvent") or ["completed"],
        machine_detection=bool(form.get("MachineDetection")),
        timeout_seconds=_seconds("Timeout", DEFAULT_TIMEOUT),
    )
    return jsonify(shapes.call(g.line, talk)), 201


@bp.get("/<account>/Calls.json")
def list_calls() -> ResponseReturnValue:
    """Calls, newest first, by To, From and Status."""
    net = network()
    wanted = {key: request.args.get(key) for key in ("To", "From", "Status")}
    with net.lock:
        found = (shapes.call(g.line, talk) for talk in reversed(net.calls.book.values()))
        rows = (r for r in found if all(v in (None, r[k.lower()]) for k, v in wanted.items()))
        return page("calls", rows)


@bp.get("/<account>/Calls/<sid>.json")
def fetch_call(sid: str) -> ResponseReturnValue:
    """One call as the carrier has it."""
    net = network()
    with net.lock:
        return jsonify(shapes.call(g.line, net.calls.get(sid)))


@bp.post("/<account>/Calls/<sid>.json")
def update_call(sid: str) -> ResponseReturnValue:
    """End a call (Status=completed or canceled); any other change is refused."""
    net, status = network(), request.form.get("Status", "")
    if status not in ("completed", "canceled"):
        raise Refused(21220)
    with net.changing():
        talk = net.calls.get(sid)
        net.calls.end(talk, status)
        return jsonify(shapes.call(g.line, talk))


@bp.get("/<account>/IncomingPhoneNumbers.json")
def list_numbers() -> ResponseReturnValue:
    """The line's numbers and the webhook addresses they call."""
    line, wanted = g.line, request.args.get("PhoneNumber", "")
    own = (shapes.number(line, number) for number in line.numbers if wanted in number)
    return page("incoming_phone_numbers", own)


@bp.get("/<account>.json")
def fetch_account() -> ResponseReturnValue:
    """The account itself."""
    line = g.line
    return jsonify(
        sid=line.account,
        friendly_name="Simulator",
        status="active",
        type="Full",
        owner_account_sid=line.account,
        auth_token=None,
        date_created=shapes.rfc2822(datetime(2026, 1, 1, tzinfo=UTC)),
        date_updated=shapes.rfc2822(datetime(2026, 1, 1, tzinfo=UTC)),
        uri=f"{shapes.account_path(line)}.json",
        subresource_uris={},
    )


def page(name: str, rows: Iterable[T]) -> Response:
    """One page of Twilio's list `name`."""
    args = dict(request.args)
    size = args["PageSize"] = str(min(max(int(_number(args.get("PageSize"), 50)), 1), 1000))
    start = int(_number(args.get("Page"), 0)) * int(size)
    found = list(islice(rows, start, start + int(size) + 1))
    last = len(found) <= int(size)
    return jsonify(shapes.page(name, found[: int(size)], request.path, args, last))


def _seconds(name: str, otherwise: float) -> float:
    return _number(request.form.get(name), otherwise)


def _number(text: str | None, otherwise: float) -> float:
    try:
        return max(float(text or otherwise), 0)
    except ValueError:
        return otherwise


def _instant(text: str | None) -> datetime | None:
    """A day or an instant in UTC; what cannot be read filters nothing, as with Twilio."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found and (found if found.tzinfo else datetime.combine(found, time.min, UTC))
