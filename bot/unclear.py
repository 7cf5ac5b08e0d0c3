"""What asks for nothing that the line knows: a mere "ok" needs no answer, the rest a person."""

from __future__ import annotations

from bot import keywords, present
from bot.case import Case
from bot.effects import say
from bot.engine import Text, When

#: "I see", with no question left for it to answer. A person's own question is never met here:
#: while a person has the conversation every text goes to them.
_SEEN = frozenset(
    {
        *("ok", "okay", "okey", "oki", "k", "kk", "alright", "aight", "all right", "cool"),
        *("ok cool", "okay cool", "ok sure", "got it", "ok got it", "sounds good", "ok good"),
        *("👍", "👌", "🆗", "✅"),
    }
)


def seen(case: Case) -> bool:
    """Is this text no more than a nod? Nobody needs to read it and nothing follows it. Whoever has
    not been told yet that a machine is here is told, whatever they write."""
    if case.contact.introduced_at is None or case.message.media_count:
        return False
    return keywords.fold(case.words) in _SEEN


def tell_when(case: Case) -> None:
    """Not understood twice: says when a person reads, and what to do in danger."""
    facts = present.gather(case, ())
    if facts.is_staffed:
        say(case, Text("talk.asked", {"reading": Text("reading.now")}))
        return
    when = When(facts.reads_next_local or case.line.local(case.now))
    say(case, Text("fallback.second", {"when": when}))
