"""What a French reader texts instead of the English command words that our texts name."""

from __future__ import annotations

#: Locale to its word in capitals to the English one that it stands for. Each is a word of its
#: own here too (bot/intents/french.toml, bot/keywords.py), which a test shows.
COMMANDS: dict[str, dict[str, str]] = {
    "fr": {
        "PARLER": "TALK",
        "ARRET": "STOP",
        "TRAJET": "RIDE",
        "AGENDA": "MINE",
        "HEURES": "HOURS",
        "SOUVENT": "OFTEN",
        "NOUVELLES": "NEWS",
        "TITRE": "COVER",
        "INSCRIPTION": "INTAKE",
        "REPRENDRE": "RESUME",
        "PASSER": "SKIP",
        "COPIE": "COPY",
        "EFFACER": "ERASE",
        "GARDER": "KEEP",
        "PLUS": "MORE",
        "RAPPELEZ": "CALL",
    }
}
