"""The requests that the carrier makes to the line: signed, and tried again as Twilio would."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urldefrag, urlencode, urlsplit, urlunsplit

from twilio.request_validator import RequestValidator

from .model import Answer, Webhook

API_VERSION = "2010-04-01"
# Seconds before each retry. Twilio publishes no spacing, only the total (tt, 15 s at most).
RETRY_AFTER = (0.5, 1.0, 2.0, 4.0, 7.0)
_PLACE = ("Country", "State", "City", "Zip")


def build(
    url: str,
    params: Mapping[str, str],
    token: str,
    *,
    method: str = "POST",
    idempotency: str = "",
    unreachable: bool = False,
) -> Webhook:
    """A request to `url` (its fragment of connection overrides left off), signed with `token`.

    Source of the signature: Twilio, "Validating requests": HMAC-SHA1 over the URL and the
    sorted form fields; a GET carries its fields in the URL that is signed.
    """
    target = urldefrag(url).url
    fields = tuple(params.items())
    if method == "GET":
        parts = urlsplit(target)
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *fields])
        target, fields = urlunsplit(parts._replace(query=query)), ()
    signature: str = RequestValidator(token).compute_signature(target, dict(fields))
    headers = (
        ("X-Twilio-Signature", signature),
        ("I-Twilio-Idempotency-Token", idempotency),
        ("User-Agent", "TwilioProxy/1.1"),
    )
    return Webhook(method, target, fields, headers, _read_timeout(url), unreachable)


def _read_timeout(url: str) -> float:
    """Seconds to wait for an answer: `rt` of the connection overrides, in ms, else 15."""
    text = dict(parse_qsl(urlsplit(url).fragment)).get("rt", "")
    return min(int(text) / 1000, 15.0) if text.isdecimal() else 15.0


def retry_after(url: str, answer: Answer, attempt: int) -> timedelta | None:
    """How long to wait before try number `attempt` + 2, or None when the carrier gives up.

    The URL's fragment overrides the defaults: `rc` retries (1, at most 5) for the kinds of
    failure in `rp` (`ct` connection, `rt` no answer, `4xx`, `5xx`, `all`).
    Source: Twilio, "Webhooks (HTTP callbacks): connection overrides".
    """
    settings = dict(parse_qsl(urlsplit(url).fragment))
    try:
        retries = min(int(settings.get("rc", "1")), len(RETRY_AFTER))
    except ValueError:
        retries = 1
    policy = settings.get("rp", "ct").split(",")
    if 200 <= answer.status < 300 or attempt >= retries:
        return None
    if _failure(answer) & {*policy} or "all" in policy:
        return timedelta(seconds=RETRY_AFTER[attempt])
    return None


def _failure(answer: Answer) -> set[str]:
    # An answer that never came may be a connection or a read that timed out.
    return {"ct", "rt"} if answer.status == 0 else {f"{answer.status // 100}xx"}


def places(*roles: str) -> dict[str, str]:
    """The place fields that Twilio adds for each role ("From", "To", ...): known, or blank."""
    known = {"Country": "CA", "State": "ON"}
    return {f"{role}{what}": known.get(what, "") for role in roles for what in _PLACE}
