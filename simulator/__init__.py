"""A phone network on a laptop: a carrier that answers as Twilio does, and a page of phones."""
