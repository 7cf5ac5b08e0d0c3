"""Who may see and do what: one table, from which pages and lists both take their rule."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a role may or may not do; what is not granted is refused."""

    OWN_ACCESS = "own_access"  # one's own sign-ins
    SEE_QUEUE = "see_queue"
    WORK_QUEUE = "work_queue"  # take and resolve what one may see
    TEXT_ITEMS = "text_items"  # translations that wait for a speaker
    DIRECTORY_ITEMS = "directory_items"
    MACHINE_ITEMS = "machine_items"  # alarms about the line itself
    READ_CLIENTS = "read_clients"  # that a client is there, and what was written
    ANSWER_CLIENTS = "answer_clients"
    REVEAL_NUMBER = "reveal_number"
    BROADCAST = "broadcast"  # one text to all who said yes to news
    READ_DIRECTORY = "read_directory"
    CONFIRM_DIRECTORY = "confirm_directory"
    SEE_ROTA = "see_rota"
    EDIT_ROTA = "edit_rota"
    SUPERVISE = "supervise"  # how soon items are taken, who has how much, drills
    SEE_CALENDAR = "see_calendar"  # dates, without who comes
    EDIT_CALENDAR = "edit_calendar"
    REVIEW_TRIAGE = "review_triage"  # what workers said triage should have made of a text
    READ_AUDIT = "read_audit"
    OVERSEE = "oversee"  # who looked at whom, and the report after a breach
    LEGAL_HOLD = "legal_hold"  # keep a client's data for a court, or let it go again
    REVIEW_TEXTS = "review_texts"  # change and approve what the line says in Inuktitut
    PRACTISE = "practise"  # answer clients who do not exist
    BREAK_GLASS = "break_glass"  # one client's record in an emergency, with a stated reason
    MANAGE_STAFF = "manage_staff"  # who works here, their roles and their training
    SEE_OUTCOMES = "see_outcomes"  # counts in which nobody can be known
    MAKE_REPORTS = "make_reports"
    ALLOW_EXPORT = "allow_export"  # of what another person asked for
    BUILD_FORMS = "build_forms"  # questionnaires: words, weights, cut-offs
    ADD_WORDS = "add_words"  # say what a word that clients text means


P = Permission
_EVERYONE = frozenset({P.OWN_ACCESS, P.READ_DIRECTORY})
_CASEWORKER = _EVERYONE | {
    P.SEE_QUEUE,
    P.WORK_QUEUE,
    P.DIRECTORY_ITEMS,
    P.READ_CLIENTS,
    P.ANSWER_CLIENTS,
    P.REVEAL_NUMBER,
    P.BROADCAST,
    P.CONFIRM_DIRECTORY,
    P.SEE_ROTA,
    P.SEE_CALENDAR,
    P.EDIT_CALENDAR,
    P.ADD_WORDS,
    P.PRACTISE,
}

#: Role to permissions. Only caseworkers and supervisors see clients' words; in an emergency
#: those with BREAK_GLASS get into one record for half an hour, and supervisors review it.
ROLES: dict[str, frozenset[Permission]] = {
    "caseworker": _CASEWORKER,
    "supervisor": _CASEWORKER
    | {
        P.TEXT_ITEMS,
        P.MACHINE_ITEMS,
        P.READ_AUDIT,
        P.REVIEW_TEXTS,
        P.REVIEW_TRIAGE,
        P.BUILD_FORMS,
        P.SUPERVISE,
        P.SEE_OUTCOMES,
        P.MAKE_REPORTS,
        P.ALLOW_EXPORT,
        P.MANAGE_STAFF,
        P.EDIT_ROTA,
        P.LEGAL_HOLD,
        P.OVERSEE,
    },
    "translator": _EVERYONE
    | {
        P.SEE_QUEUE,
        P.WORK_QUEUE,
        P.TEXT_ITEMS,
        P.REVIEW_TEXTS,
        P.ADD_WORDS,
        P.BREAK_GLASS,
    },
    "evaluator": _EVERYONE | {P.SEE_OUTCOMES},
    "operator": _EVERYONE
    | {
        P.SEE_QUEUE,
        P.WORK_QUEUE,
        P.MACHINE_ITEMS,
        P.SEE_ROTA,
        P.READ_AUDIT,
        P.BREAK_GLASS,
    },
}

#: Queue kinds that are not about one client. Every other kind needs READ_CLIENTS.
ITEM_KINDS: dict[str, Permission] = {
    "unreviewed_text": P.TEXT_ITEMS,
    "stale_resource": P.DIRECTORY_ITEMS,
    "second_look": P.DIRECTORY_ITEMS,
    "alarm": P.MACHINE_ITEMS,
    "unusual_looks": P.OVERSEE,
    "training_due": P.MANAGE_STAFF,
    "new_supervisor": P.MANAGE_STAFF,
    "recovery_used": P.MANAGE_STAFF,
    "break_glass": P.MANAGE_STAFF,
}

#: Of these nobody closes what is about themselves while another supervisor can.
ABOUT_A_WORKER = ("unusual_looks", "recovery_used", "new_supervisor")


def permissions_of(role: str) -> frozenset[Permission]:
    """What a role may do; an unknown role may do nothing."""
    return ROLES.get(role, frozenset())
