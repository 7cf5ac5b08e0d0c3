"""A phone that calls the line, and the phones that ring because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .model import Call

if TYPE_CHECKING:
    from .calls import Calls

OVER = ("completed", "busy", "no-answer", "failed", "canceled")


def call_line(calls: Calls, number: str) -> Call:
    """A phone calls the line's first number; its instructions begin at once."""
    core = calls.core
    now = core.clock()
    call = Call(core.sid("CA"), number, core.line.numbers[0], "in-progress", now, now)
    call.inbound, call.answered_at, call.url = True, now, core.line.voice_url
    calls.book[call.sid] = call
    calls.fetch(call, {"action": call.url, "method": "POST"})
    return call


def dial(calls: Calls, call: Call, verb: dict[str, Any]) -> None:
    """Rings every number of a Dial at once; the first to be connected has the caller."""
    core, given = calls.core, verb["attributes"]
    call.dial = {"action": given.get("action", ""), "method": "POST", "legs": [], "talks": ""}
    for noun in verb["prompts"]:
        now, sender = core.clock(), given.get("callerId", call.to_number)
        leg = Call(core.sid("CA"), sender, noun["text"], "queued", now, now)
        leg.parent, leg.base_url = call.sid, call.base_url
        leg.url = noun["attributes"].get("url")
        leg.timeout_seconds = float(given.get("timeout", 30))
        calls.book[leg.sid] = leg
        call.dial["legs"].append(leg.sid)
        core.accept("call", leg.sid, sender, noun["text"], "", None)
        calls.later(core.pace.sent, "call.ring", leg)


def connect(calls: Calls, leg: Call) -> None:
    """This phone and the caller hear each other; all others stop ringing."""
    caller = calls.book[leg.parent]
    if caller.dial is None or caller.dial["talks"] or caller.status in OVER:
        return
    caller.dial["talks"] = leg.sid
    for other in caller.dial["legs"]:
        if other != leg.sid:
            calls.end(calls.book[other], "canceled")
    for one, other_number in ((caller, leg.from_number), (leg, caller.to_number)):
        calls.core.hears("call", one.phone, other_number, one.sid, "[connected]")


def is_over(calls: Calls, call: Call) -> None:
    """A leg or the caller is gone: the other side ends, or the line says how to go on."""
    if call.dial is not None:
        legs, call.dial = call.dial["legs"], None
        for sid in legs:
            calls.end(calls.book[sid], "canceled")
    if not call.parent:
        return
    caller = calls.book[call.parent]
    if caller.dial is None or caller.status in OVER:
        return
    if caller.dial["talks"] == call.sid:
        _go_on(calls, caller, "completed")
    elif not caller.dial["talks"] and all(
        calls.book[s].status in OVER for s in caller.dial["legs"]
    ):
        _go_on(calls, caller, "no-answer")


def _go_on(calls: Calls, caller: Call, status: str) -> None:
    form, caller.dial = caller.dial, None
    if form is not None:
        calls.fetch(caller, form, status=status)


def direction(call: Call) -> str:
    """Who called whom, as the carrier names it."""
    return "inbound" if call.inbound else "outbound-dial" if call.parent else "outbound-api"


def duration(call: Call) -> dict[str, str]:
    """How long a call was that is over, in seconds."""
    if not (call.ended_at and call.answered_at):
        return {"CallDuration": "0"} if call.ended_at else {}
    return {"CallDuration": str(round((call.ended_at - call.answered_at).total_seconds()))}
