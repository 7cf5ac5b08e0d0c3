"""Texts, calls and numbers in the very JSON that Twilio answers with."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from .core import REASONS, Line, Refused
from .model import Call, Message
from .webhooks import API_VERSION


def account_path(line: Line) -> str:
    """The path under which everything of this account lives."""
    return f"/{API_VERSION}/Accounts/{line.account}"


def html_id(number: str) -> str:
    """A number as a part of an element's id."""
    return number.replace("whatsapp:+", "wa").lstrip("+")


def rfc2822(instant: datetime | None) -> str | None:
    """An aware UTC instant as Twilio writes it: Mon, 23 Nov 2026 21:00:00 +0000."""
    return format_datetime(instant) if instant else None


def error(refused: Refused) -> dict[str, Any]:
    """Twilio's error document."""
    return {
        "code": refused.code,
        "message": refused.reason,
        "more_info": f"https://www.twilio.com/docs/errors/{refused.code}",
        "status": refused.status,
    }


def message(line: Line, text: Message) -> dict[str, Any]:
    """Twilio's Message resource."""
    uri = f"{account_path(line)}/Messages/{text.sid}"
    return {
        "account_sid": line.account,
        "api_version": API_VERSION,
        "body": text.body,
        "date_created": rfc2822(text.created_at),
        "date_sent": rfc2822(text.sent_at),
        "date_updated": rfc2822(text.updated_at),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": REASONS.get(text.error_code) if text.error_code else None,
        "from": text.from_number,
        "messaging_service_sid": text.messaging_service_sid,
        "num_media": str(text.num_media),
        "num_segments": str(text.num_segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": text.to_number,
        "uri": f"{uri}.json",
    }


def media(line: Line, text: Message, sid: str) -> dict[str, Any]:
    """Twilio's Media resource."""
    return {
        "account_sid": line.account,
        "content_type": text.media[sid]["kind"],
        "date_created": rfc2822(text.created_at),
        "date_updated": rfc2822(text.created_at),
        "parent_sid": text.sid,
        "sid": sid,
        "uri": f"{account_path(line)}/Messages/{text.sid}/Media/{sid}.json",
    }


def call(line: Line, talk: Call) -> dict[str, Any]:
    """Twilio's Call resource."""
    uri = f"{account_path(line)}/Calls/{talk.sid}.json"
    return {
        "account_sid": line.account,
        "answered_by": talk.answered_by if talk.machine_detection else None,
        "api_version": API_VERSION,
        "date_created": rfc2822(talk.created_at),
        "date_updated": rfc2822(talk.updated_at),
        "direction": "outbound-api",
        "duration": _duration(talk),
        "end_time": rfc2822(talk.ended_at),
        "from": talk.from_number,
        "from_formatted": talk.from_number,
        "parent_call_sid": None,
        "phone_number_sid": number_sid(talk.from_number),
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": talk.sid,
        "start_time": rfc2822(talk.answered_at),
        "status": talk.status,
        "subresource_uris": {},
        "to": talk.to_number,
        "to_formatted": talk.to_number,
        "uri": uri,
    }


def _duration(talk: Call) -> str | None:
    if not (talk.answered_at and talk.ended_at):
        return None
    return str(round((talk.ended_at - talk.answered_at).total_seconds()))


def number_sid(number: str) -> str:
    """The id of one of the line's numbers, the same at every start."""
    return f"PN{number.lstrip('+'):0>32}"


def number(line: Line, own: str) -> dict[str, Any]:
    """Twilio's IncomingPhoneNumber resource, with the webhook addresses in use."""
    sid = number_sid(own)
    return {
        "account_sid": line.account,
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {"fax": False, "mms": True, "sms": True, "voice": True},
        "friendly_name": own,
        "phone_number": own,
        "sid": sid,
        "sms_fallback_method": "POST",
        "sms_fallback_url": line.sms_fallback_url,
        "sms_method": "POST",
        "sms_url": line.sms_url,
        "status": "in-use",
        "status_callback": "",
        "voice_method": "POST",
        "voice_url": line.voice_url,
        "uri": f"{account_path(line)}/IncomingPhoneNumbers/{sid}.json",
    }


def page(name: str, rows: list[Any], path: str, args: dict[str, str], last: bool) -> dict[str, Any]:
    """Twilio's list document; `args` are the request's, `last` when no further page exists."""
    size, here = int(args.get("PageSize", 50)), int(args.get("Page", 0))
    start = here * size

    def uri(number: int) -> str:
        return f"{path}?{urlencode({**args, 'PageSize': size, 'Page': number})}"

    return {
        name: rows,
        "page": here,
        "page_size": size,
        "start": start,
        "end": start + max(len(rows) - 1, 0),
        "uri": uri(here),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(here - 1) if here else None,
        "next_page_uri": None if last else uri(here + 1),
    }
