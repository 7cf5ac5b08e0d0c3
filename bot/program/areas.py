"""The parts of life that plans, needs and referrals are sorted by, always in this order."""

from __future__ import annotations

#: Needs that the program helps with: housing, health, law, money, school, work, papers, treatment.
SERVICES = ("housing", "medical", "legal", "money", "school", "work", "papers", "treatment")
#: What a goal may be about besides; `trade` and `use` are named in the panel only.
AREAS = (*SERVICES, "safety", "trade", "use", "culture", "family", "other")

#: What a worker may note of how things are for clients: codes, never their words.
THEMES = (
    "debt",
    "papers_taken",
    "moved_between_cities",
    "recruited_by_friend",
    "recruited_online",
    "advert_online",
    "housing_for_trade",
    "violence_client",
    "violence_partner",
    "police_contact",
    "withdrawal",
    "child_welfare",
    "racism_in_services",
    "no_service_in_language",
)

#: What changed for a client, in the order in which reports list it.
MILESTONES = (
    "safe_housing",
    "papers",
    "treatment_started",
    "treatment_finished",
    "school",
    "job",
    "income",
    "left",
    "back",
)
