"""What the phone company's numbers for trouble mean to us: who must act, and whether to retry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """One code. `reason` is the name a person's page has words for.

    `permanent`: sending the same text again cannot help. `account_wide`: nothing at all can
    be sent until an operator mends the account, so texts wait instead of failing.
    """

    reason: str
    permanent: bool = True
    account_wide: bool = False


CANNOT_BE_TEXTED = "cannot_be_texted"
NUMBER_GONE = "number_gone"
_PASSING = {"permanent": False}

# Source: Twilio, "Error and Warning Dictionary" (docs/api/errors), names as of 2026-11.
_TABLE: dict[str, Trouble] = {
    "20003": Trouble("account", permanent=False, account_wide=True),  # authenticate
    "20005": Trouble("account", permanent=False, account_wide=True),  # account not active
    "20006": Trouble("account", permanent=False, account_wide=True),  # access denied
    "20008": Trouble("account", permanent=False, account_wide=True),  # test credentials
    "401": Trouble("account", permanent=False, account_wide=True),
    "403": Trouble("account", permanent=False, account_wide=True),
    "90010": Trouble("account", permanent=False, account_wide=True),  # account not active
    "30002": Trouble("account", permanent=False, account_wide=True),  # account suspended
    "21603": Trouble("sender", permanent=False, account_wide=True),  # no From
    "21606": Trouble("sender", permanent=False, account_wide=True),  # From not ours
    "21659": Trouble("sender", permanent=False, account_wide=True),  # From not a Twilio number
    "21660": Trouble("sender", permanent=False, account_wide=True),  # From of another account
    "21661": Trouble("sender", permanent=False, account_wide=True),  # From not SMS-capable
    "21703": Trouble("sender", permanent=False, account_wide=True),  # service without senders
    "21704": Trouble("sender", permanent=False, account_wide=True),
    "21705": Trouble("sender", permanent=False, account_wide=True),  # service unknown
    "20429": Trouble("busy", **_PASSING),  # too many requests
    "429": Trouble("busy", **_PASSING),
    "20500": Trouble("carrier_error", **_PASSING),
    "20503": Trouble("carrier_error", **_PASSING),
    "14107": Trouble("busy", **_PASSING),  # message rate limit exceeded
    "21611": Trouble("busy", **_PASSING),  # our number's queue is full
    "30001": Trouble("busy", **_PASSING),  # queue overflow
    "30017": Trouble("busy", **_PASSING),  # carrier network congestion
    "30022": Trouble("busy", **_PASSING),  # rate limits exceeded
    "30410": Trouble("carrier_error", **_PASSING),  # provider time-out
    "63018": Trouble("busy", **_PASSING),  # channel rate limit
    "20404": Trouble("not_found"),
    "21610": Trouble(CANNOT_BE_TEXTED),  # unsubscribed recipient
    "21211": Trouble("number_invalid"),
    "21214": Trouble("number_invalid"),
    "21217": Trouble("number_invalid"),
    "21265": Trouble("number_invalid"),  # a short code
    "21266": Trouble("number_invalid"),  # To and From are the same
    "21408": Trouble("region_not_allowed"),
    "21612": Trouble("number_invalid"),  # To cannot be reached from From
    "21614": Trouble("not_mobile"),
    "21635": Trouble("landline"),
    "21602": Trouble("empty"),
    "21605": Trouble("too_long"),
    "21617": Trouble("too_long"),
    "30003": Trouble("unreachable"),  # handset off or out of reach
    "30004": Trouble("blocked"),
    "30005": Trouble(NUMBER_GONE),  # unknown destination handset
    "30006": Trouble("landline"),  # or unreachable carrier
    "30007": Trouble("filtered"),
    "30008": Trouble("carrier_error"),  # unknown error after it left: it may have arrived
    "30009": Trouble("carrier_error"),  # missing segment
    "30010": Trouble("price"),
    "30011": Trouble("carrier_error"),  # picture texts not supported
    "30012": Trouble("too_late"),  # validity too short
    "30018": Trouble("unregistered"),
    "30023": Trouble("daily_cap"),
    "30024": Trouble("unregistered"),
    "30032": Trouble("unregistered"),
    "30034": Trouble("unregistered"),
    "30035": Trouble("unregistered"),
    "30036": Trouble("too_late"),  # validity period expired
    "30038": Trouble("filtered"),
    "30039": Trouble("filtered"),  # message loop detected
    "30450": Trouble("filtered"),  # fraud guard
    "21910": Trouble("sender", permanent=False, account_wide=True),  # From and To differ in channel
    "63001": Trouble("sender", permanent=False, account_wide=True),  # channel refuses our account
    "63003": Trouble("number_invalid"),
    "63005": Trouble("filtered"),  # channel did not take the words
    "63007": Trouble("sender", permanent=False, account_wide=True),  # no such WhatsApp sender
    "63010": Trouble("carrier_error", **_PASSING),  # channel's own error
    "63012": Trouble("carrier_error", **_PASSING),
    "63016": Trouble("whatsapp_window"),  # a day since the client wrote
    "63020": Trouble("sender", permanent=False, account_wide=True),  # invitation not accepted
    "63021": Trouble("filtered"),
    "63024": Trouble("number_invalid"),  # has no WhatsApp
    "21655": Trouble("wording"),  # ContentSid unknown
    "21656": Trouble("wording"),  # ContentVariables cannot be read
    "63027": Trouble("wording"),  # no such template in this language
    "63028": Trouble("wording"),  # other places than approved
    "63040": Trouble("wording"),  # template rejected
    "63041": Trouble("wording"),  # template paused
    "63042": Trouble("wording"),  # template disabled
    "63032": Trouble("filtered"),
    "63038": Trouble("daily_cap"),
}


def meaning(code: str | None) -> Trouble:
    """What a code means to us; an unknown one is final for its text and shown to a person.

    HTTP statuses stand in when the carrier gave no code: 5xx passes, 4xx does not.
    """
    if code is None:
        return Trouble("carrier_error")
    known = _TABLE.get(code)
    if known:
        return known
    return Trouble("carrier_error", permanent=not (len(code) == 3 and code.startswith("5")))
