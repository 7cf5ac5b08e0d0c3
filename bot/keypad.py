"""What every call shares: the key that means yes, and the answers in the phone company's words."""

from __future__ import annotations

from flask import Response
from twilio.twiml.voice_response import VoiceResponse

YES_KEY = "1"
LISTEN_SECONDS = 8
TIMES = 2


def ask(answer: VoiceResponse, words: str, action: str) -> VoiceResponse:
    """Says the words twice and waits for one key, which goes to `action`."""
    asking = answer.gather(num_digits=1, timeout=LISTEN_SECONDS, action=action, method="POST")
    asking.say(words, loop=TIMES)
    return answer


def hang_up() -> VoiceResponse:
    answer = VoiceResponse()
    answer.hangup()
    return answer


def twiml(answer: VoiceResponse) -> Response:
    return Response(str(answer), mimetype="text/xml")
