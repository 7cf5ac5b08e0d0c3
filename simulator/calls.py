"""Calls to a phone and from one: ringing, answered by a person or a machine, keys pressed."""

from typing import Any
from urllib.parse import urljoin

from . import dialing, twiml, webhooks
from .core import Core, Line, Refused
from .dialing import OVER
from .model import Answer, Call, Webhook
from .pending import Event
from .texts import E164

DEFAULT_TIMEOUT = 60.0
# A call whose instructions lead in a circle is cut off here.
MOST_TURNS = 200


class Calls:
    """Every call the carrier knows, and what each still has to go through."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.book: dict[str, Call] = {}

    def create(self, to: str, sender: str, account: Line | None = None, **given: Any) -> Call:
        """Take a call from an account of the line (fields of Call as keywords), or Refused."""
        for wrong, code in (
            (not to, 21201),
            (not E164.fullmatch(to), 21211),
            (sender not in (account or self.core.line).numbers, 21210),
            (not (given.get("url") or given.get("twiml")), 21205),
        ):
            if wrong:
                raise Refused(code)
        reject = self.core.faults.hit("reject", to, sender)
        if reject and reject.code < 30000:
            raise Refused(reject.code)
        now = self.core.clock()
        call = Call(self.core.sid("CA"), sender, to, "queued", now, now, **given)
        self.book[call.sid] = call
        dropped = self.core.faults.hit("accept_and_drop", to, sender)
        self.core.accept("call", call.sid, sender, to, "", dropped.kind if dropped else None)
        if not dropped:
            self.later(self.core.pace.sent, "call.ring", call)
        return call

    def get(self, sid: str) -> Call:
        """The call with this id; Refused 20404 when there is none."""
        if sid not in self.book:
            raise Refused(20404, 404)
        return self.book[sid]

    def ringing(self, number: str) -> Call | None:
        """The newest call that rings or is being held on this phone, or None."""
        live = (c for c in reversed(self.book.values()) if c.phone == number)
        return next((c for c in live if c.status in ("ringing", "in-progress")), None)

    def answer(self, number: str, machine: bool = False) -> bool:
        """The phone is picked up; False when nothing rings."""
        call = self.ringing(number)
        if call is None or call.status != "ringing":
            return False
        self._pick_up(call, machine)
        return True

    def press(self, number: str, digits: str) -> bool:
        """Keys are pressed; False when no call on this phone waits for any."""
        call = self.ringing(number)
        if call is None or call.gather is None or call.answered_by == "machine_start":
            return False
        call.digits += digits
        call.pressed.append(digits)
        wanted, finish = call.gather["num_digits"], call.gather["finish_key"]
        complete = wanted and len(call.digits) >= wanted
        if complete or (finish and finish in call.digits):
            entered = call.digits.split(finish)[0] if finish else call.digits
            self.fetch(call, call.gather, entered[: wanted or None])
        return True

    def hang_up(self, number: str) -> bool:
        """The phone ends the call, or declines it while it rings; False when there is none."""
        call = self.ringing(number)
        if call is None:
            return False
        self.end(call, "busy" if call.status == "ringing" else "completed")
        return True

    def end(self, call: Call, status: str) -> None:
        """The call is over, and the line is told."""
        if call.status not in OVER:
            call.gather, call.verbs, call.turn = None, [], call.turn + 1
            call.ended_at = self.core.clock()
            self._become(call, status, "completed")
            dialing.is_over(self, call)

    # What is due -----------------------------------------------------------------------------
    def start(self, event: Event) -> Webhook | None:
        """Do what is due; the webhook to post for it, if any."""
        call = self.book[event.sid]
        if event.kind == "call.callback":
            data = {k: v for k, v in event.data.items() if k != "idempotency"}
            return self._webhook(event, call, str(call.status_callback), data)
        if call.status in OVER or event.data.get("turn", call.turn) != call.turn:
            return None
        if event.kind == "call.fetch":
            more = {"Digits": event.data["digits"]} if "digits" in event.data else {}
            more |= {"DialCallStatus": event.data["dialed"]} if "dialed" in event.data else {}
            return self._webhook(event, call, event.data["url"], more, event.data["method"])
        self._step(event, call)
        return None

    def _step(self, event: Event, call: Call) -> None:
        if event.kind == "call.ring":
            self._ring(call)
        elif event.kind == "call.pick_up" and call.status == "ringing":
            self._pick_up(call, bool(event.data["machine"]))
        elif event.kind == "call.unanswered" and call.status == "ringing":
            self.end(call, "no-answer")
        elif event.kind == "call.silence":
            self._silence(call)
        elif event.kind == "call.end":
            self.end(call, "completed")

    def finish(self, event: Event, answer: Answer) -> None:
        """The line answered (or did not): carry on with what it said."""
        call = self.book[event.sid]
        if event.kind == "call.callback":
            self.core.retry(event, str(call.status_callback), answer)
        elif call.status in OVER or event.data["turn"] != call.turn:
            return
        elif not self.core.retry(event, event.data["url"], answer):
            call.base_url = event.data["url"]
            self._read(call, answer.body if 200 <= answer.status < 300 else "")

    def _ring(self, call: Call) -> None:
        self._become(call, "ringing", "ringing")
        behaviour = self.core.phone(call.to_number).answering
        if behaviour == "busy":
            self.end(call, "busy")
        elif behaviour in ("answers", "machine"):
            machine = behaviour == "machine"
            self.later(self.core.pace.answer, "call.pick_up", call, machine=machine)
        else:
            self.later(call.timeout_seconds, "call.unanswered", call)

    def _pick_up(self, call: Call, machine: bool) -> None:
        call.answered_at = self.core.clock()
        call.answered_by = "machine_start" if machine else "human"
        self._become(call, "in-progress", "answered")
        if call.parent and not call.url:
            dialing.connect(self, call)
        elif call.twiml:
            self._read(call, call.twiml)
        else:
            self.fetch(call, {"action": call.url, "method": call.method})

    def _read(self, call: Call, text: str) -> None:
        try:
            call.verbs = twiml.parse(text)
        except ValueError:
            sorry = "We are sorry, an application error has occurred. Goodbye."
            call.verbs = [{"verb": "Say", "text": sorry, "attributes": {}, "prompts": []}]
        self._go_on(call)

    def _go_on(self, call: Call) -> None:
        """Say what is to be said, up to the next question, redirection or the end."""
        spoken: list[dict[str, Any]] = []
        while call.verbs and call.verbs[0]["verb"] in twiml.SPOKEN:
            spoken.append(call.verbs.pop(0))
        is_put_on = call.parent and not (call.verbs or spoken)
        last: dict[str, Any] = {"verb": "Connect" if is_put_on else "Hangup", "prompts": []}
        verb: dict[str, Any] = call.verbs.pop(0) if call.verbs else last
        spoken += verb["prompts"] if verb["verb"] == "Gather" else []
        self._say(call, twiml.spoken(spoken))
        wait = twiml.seconds(spoken, self.core.pace.speech_per_character)
        if verb["verb"] == "Gather":
            call.gather, call.digits = twiml.gather(verb), ""
            self.later(wait + call.gather["timeout"], "call.silence", call)
        elif verb["verb"] == "Dial":
            dialing.dial(self, call, verb)
        elif verb["verb"] == "Connect":
            dialing.connect(self, call)
        elif verb["verb"] == "Redirect":
            method = verb["attributes"].get("method", "POST").upper()
            self.fetch(call, {"action": verb["text"], "method": method}, wait=wait)
        else:
            self.later(wait, "call.end", call)

    def _say(self, call: Call, words: str) -> None:
        if words:
            call.said.append(words)
            other = call.to_number if call.inbound else call.from_number
            self.core.hears("call", call.phone, other, call.sid, words)

    def _silence(self, call: Call) -> None:
        gather = call.gather
        if gather and (call.digits or gather["empty"]):
            self.fetch(call, gather, call.digits)
        else:
            call.gather, call.turn = None, call.turn + 1
            self._go_on(call)

    def fetch(
        self,
        call: Call,
        form: dict[str, Any],
        digits: str | None = None,
        wait: float = 0,
        status: str = "",
    ) -> None:
        call.gather, call.turn = None, call.turn + 1
        url = urljoin(call.base_url, form["action"])
        if call.turn > MOST_TURNS or not url.startswith("http"):
            self.end(call, "failed")
            return
        more = {} if digits is None else {"digits": digits}
        more |= {"dialed": status} if status else {}
        self.later(wait, "call.fetch", call, url=url, method=form["method"], **more)

    def later(self, seconds: float, kind: str, call: Call, **data: Any) -> None:
        due_at = self.core.later(seconds)
        self.core.pending.add(due_at, kind, call.sid, call.phone, turn=call.turn, **data)

    def _become(self, call: Call, status: str, event: str) -> None:
        call.status, call.updated_at = status, self.core.clock()
        if call.status_callback and event in call.status_callback_events:
            now, number = self.core.clock(), call.to_number
            data = {"CallStatus": status, "SequenceNumber": str(call.sequence)}
            data |= {"CallbackSource": "call-progress-events", **dialing.duration(call)}
            self.core.pending.add(now, "call.callback", call.sid, number, **data)
            call.sequence += 1

    def _webhook(
        self, event: Event, call: Call, url: str, more: dict[str, str], method: str = "POST"
    ) -> Webhook:
        params = {
            **webhooks.places("From", "To", "Caller", "Called"),
            "CallSid": call.sid,
            "AccountSid": self.core.line.owner(call.own).account,
            "From": call.from_number,
            "To": call.to_number,
            "Caller": call.from_number,
            "Called": call.to_number,
            "CallStatus": call.status,
            "Direction": dialing.direction(call),
            "ApiVersion": webhooks.API_VERSION,
        }
        if call.machine_detection and call.answered_by:
            params["AnsweredBy"] = call.answered_by
        return self.core.webhook(event, call.to_number, url, params | more, call.own, method)
