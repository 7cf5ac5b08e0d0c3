"""What becomes of a text: sent, delivered or not, and told to the line by webhook."""

from uuid import UUID

from . import webhooks
from .core import Core
from .messages import Messages
from .model import Answer, Message, Webhook
from .pending import Event

# Codes for which Twilio never hands the text on ("failed"); others come back "undelivered".
NEVER_SENT = (30001, 30002, 30036, 63016)


class Delivery:
    """Carries out what is due for texts."""

    def __init__(self, core: Core, messages: Messages) -> None:
        self._core = core
        self._messages = messages

    def start(self, event: Event) -> Webhook | None:
        """Do what is due; the webhook to post for it, if any."""
        message = self._messages.find(event.sid)
        if message is None:
            return None
        if event.kind == "text.send":
            self._send(message)
        elif event.kind == "text.final":
            self._settle(message)
        elif event.kind == "text.inbound":
            return self._core.webhook(
                event,
                message.from_number,
                self._url(event, message),
                self._inbound(message),
                message.to_number,
            )
        elif event.kind == "text.callback":
            url, params = str(message.status_callback), self._status(message, event)
            return self._core.webhook(event, message.to_number, url, params, message.from_number)
        return None

    def finish(self, event: Event, answer: Answer) -> None:
        """The line answered (or did not): note it, and try again if the carrier would."""
        message = self._messages.find(event.sid)
        if message is None:
            return
        if event.kind == "text.callback":
            self._core.retry(event, str(message.status_callback), answer)
            return
        message.attempts += 1
        answered = 200 <= answer.status < 300
        message.answered = message.answered or answered
        again = self._core.retry(event, self._url(event, message), answer)
        own = self._core.line.owner(message.to_number)
        fallback = own.sms_fallback_url and not event.data.get("fallback")
        if fallback and not (answered or again):
            data = {**event.data, "fallback": True}
            self._core.pending.add(self._core.clock(), event.kind, event.sid, event.lane, **data)

    def _url(self, event: Event, message: Message) -> str:
        line = self._core.line.owner(message.to_number)
        return line.sms_fallback_url if event.data.get("fallback") else line.sms_url

    def _send(self, message: Message) -> None:
        if message.expires_at and self._core.clock() > message.expires_at:
            message.doomed_code = 30036
        if message.doomed_code in NEVER_SENT:
            self._become(message, "failed")
            return
        message.reordered = self._core.faults.hit("reorder", message.to_number) is not None
        message.sent_at = self._core.clock()
        self._become(message, "sent", report=not message.reordered)
        due_at = self._core.later(self._core.pace.delivered)
        self._core.pending.add(due_at, "text.final", message.sid, message.to_number)

    def _settle(self, message: Message) -> None:
        if message.doomed_code:
            self._become(message, "undelivered")
        else:
            line, phone = message.from_number, message.to_number
            self._core.hears("text", phone, line, message.sid, message.body)
            self._become(message, "delivered")
        if message.reordered:
            self._report(message, "sent")

    def _become(self, message: Message, status: str, report: bool = True) -> None:
        message.status, message.updated_at = status, self._core.clock()
        if status in ("failed", "undelivered"):
            message.error_code = message.doomed_code
        if report:
            self._report(message, status)

    def _report(self, message: Message, status: str) -> None:
        if not message.status_callback:
            return
        lane = message.to_number
        copies = self._core.faults.hit("duplicate", lane)
        data = {"idempotency": str(UUID(int=self._core.rng.getrandbits(128))), "status": status}
        for _ in range(copies.copies if copies else 1):
            now = self._core.clock()
            self._core.pending.add(now, "text.callback", message.sid, lane, **data)

    def _inbound(self, message: Message) -> dict[str, str]:
        """The fields of Twilio's incoming-message request; unknown places are sent blank."""
        params = {
            **webhooks.places("From", "To"),
            "ToCountry": "CA",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageSid": message.sid,
            "AccountSid": self._core.line.owner(message.to_number).account,
            "SmsStatus": "received",
            "From": message.from_number,
            "To": message.to_number,
            "Body": message.body,
            "NumSegments": str(message.num_segments),
            "NumMedia": str(message.num_media),
            "ApiVersion": webhooks.API_VERSION,
        }
        for place, (sid, held) in enumerate(message.media.items()):
            path = f"Accounts/{params['AccountSid']}/Messages/{message.sid}/Media/{sid}"
            params[f"MediaUrl{place}"] = f"https://api.twilio.com/{webhooks.API_VERSION}/{path}"
            params[f"MediaContentType{place}"] = held["kind"]
        if message.messaging_service_sid:
            params["MessagingServiceSid"] = message.messaging_service_sid
        if message.opt_out_type:
            params["OptOutType"] = message.opt_out_type
        return params

    def _status(self, message: Message, event: Event) -> dict[str, str]:
        """The fields of Twilio's status callback for one outbound text."""
        status = str(event.data["status"])
        params = {
            "SmsSid": message.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "MessageSid": message.sid,
            "AccountSid": self._core.line.owner(message.from_number).account,
            "To": message.to_number,
            "From": message.from_number,
            "ApiVersion": webhooks.API_VERSION,
        }
        if message.messaging_service_sid:
            params["MessagingServiceSid"] = message.messaging_service_sid
        if message.error_code and status in ("failed", "undelivered"):
            params["ErrorCode"] = str(message.error_code)
        if status == "delivered":
            params["RawDlrDoneDate"] = message.updated_at.strftime("%y%m%d%H%M")
        return params
