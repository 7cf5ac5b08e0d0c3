"""What every call shares: the key that means yes, and the answers in the phone company's words."""

from __future__ import annotations

from flask import Response
from twilio.twiml.voice_response import VoiceResponse

YES_KEY = "1"
LISTEN_SECONDS = 8
#: The carrier's French voice, named in full: with its own choice a language it cannot speak ends
#: the call. Source: Twilio, TwiML <Say>, `voice` and `language`, read 2026-11-28.
FRENCH = {"voice": "Polly.Chantal", "language": "fr-CA"}
TIMES = 2


def ask(answer: VoiceResponse, words: str, action: str, french: str | None = None) -> VoiceResponse:
    """Says the words twice, then in French if given, and waits for one key for `action`."""
    asking = answer.gather(num_digits=1, timeout=LISTEN_SECONDS, action=action, method="POST")
    asking.say(words, loop=TIMES)
    if french is not None:
        asking.say(french, loop=TIMES, **FRENCH)
    return answer


def hang_up() -> VoiceResponse:
    answer = VoiceResponse()
    answer.hangup()
    return answer


def twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), mimetype="text/xml")
