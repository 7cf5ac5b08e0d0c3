"""The peer's outgoing side does nothing, and one keyword answers: the least work it can have."""

from rapidsms.backends.base import BackendBase
from rapidsms.contrib.handlers.handlers.keyword import KeywordHandler

ANSWER = "Next: Tuesday 1 Dec, 6:00 p.m. Reply 1 to come, 2 for other dates."


class Nowhere(BackendBase):
    """Takes every outgoing text."""

    def send(self, id_, text, identities, context=None):
        return


class Circle(KeywordHandler):
    """Answers any of the words that the load client sends."""

    keyword = r"circle|when|hi|menu|food|1|2|thanks|ok"

    def help(self):
        self.respond(ANSWER)

    def handle(self, text):
        self.respond(ANSWER)
