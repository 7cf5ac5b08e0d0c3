"""Tells apart a refusal of the phone company, a call that never got through, and not knowing."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from bot.gateways import GatewayError, UnknownOutcome
from bot.outbox.codes import meaning

T = TypeVar("T")
#: Why nothing was handed over: nobody could be sure that it is the phone company who listens.
CERTIFICATE = "certificate"


class Listener:
    """Twilio's way out; keeps the one header that the library's exceptions leave out."""

    is_async = False

    def __init__(self, way_out: Any, timeouts: float | tuple[float, float]) -> None:
        way_out.timeout = timeouts
        self._way_out = way_out
        self._heard = threading.local()

    def request(self, *args: Any, **kwargs: Any) -> Any:
        self._heard.retry_after = None
        response = self._way_out.request(*args, **kwargs)
        self._heard.retry_after = (response.headers or {}).get("Retry-After")
        return response

    def retry_after_seconds(self) -> float | None:
        """What this thread's last answer asked us to wait."""
        wait = getattr(self._heard, "retry_after", None)
        return float(wait) if wait and str(wait).isdecimal() else None

    def ask(self, question: Callable[[], T]) -> T:
        """The answer to `question`. Raises GatewayError or UnknownOutcome, nothing else.

        Both are raised `from None`: the library's errors repeat addresses that hold numbers.
        """
        from twilio.base.exceptions import TwilioException

        try:
            return question()
        except TwilioException as error:
            raise self._refusal(error) from None
        except Exception as error:
            if distrusted(error):
                raise GatewayError(CERTIFICATE, code=None, permanent=False) from None
            if _never_arrived(error):
                raise GatewayError("unreached", code=None, permanent=False) from None
            raise UnknownOutcome(type(error).__name__) from None

    def _refusal(self, error: Any) -> Exception:
        status, code = getattr(error, "status", 0), getattr(error, "code", None)
        # The library repeats the status as the code when the answer was not Twilio's own.
        if not status or (status >= 500 and code in (None, status)):
            return UnknownOutcome(f"HTTP {status}")
        trouble = meaning(str(code or status))
        return GatewayError(
            trouble.reason,
            code=str(code or status),
            permanent=trouble.permanent,
            retry_after_seconds=self.retry_after_seconds(),
        )


def distrusted(error: BaseException | None) -> bool:
    """Was it refused because the certificate shown has expired, or is not the other side's own?"""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _never_arrived(error: Exception) -> bool:
    """Did the connection fail before a byte of the request was sent?"""
    import requests
    import urllib3.exceptions as http

    if isinstance(
        error, requests.ConnectTimeout | requests.exceptions.SSLError | ConnectionRefusedError
    ):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, http.NewConnectionError)
