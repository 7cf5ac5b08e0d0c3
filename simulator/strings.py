"""Every word that a person reads on the page of phones."""

SAMPLE_PHONES = (
    ("+16135550101", "Client A"),
    ("+16135550102", "Client B"),
    ("+16135550103", "Client C"),
    ("whatsapp:+16135550104", "Client D"),
    ("+16135550191", "On call"),
    ("+16135550192", "Second"),
    ("+16135550193", "Supervisor"),
)

PAGE = {
    "title": "Phones",
    "notice": "This is a simulator. No text leaves this computer.",
    "skip": "Skip to the phones",
    "refresh": "Refresh",
    "line": "The line's number",
    "clock": "Clock",
    "clock_ahead": "ahead of real time",
    "clock_real": "real time",
    "clock_forward": "Move the clock forward",
    "clock_to": "Forward to",
    "clock_go": "Go",
    "faults": "Make things go wrong",
    "faults_on": "{count} on",
    "faults_none": "all off",
    "fault_for": "For",
    "fault_everyone": "all phones",
    "fault_often": "How often",
    "fault_clear": "Switch everything off",
    "books": "What the carrier has",
    "books_none": "Nothing yet.",
    "add": "Add a phone",
    "add_number": "Number",
    "add_name": "Name (optional)",
    "add_button": "Add",
    "add_whatsapp": "on WhatsApp",
    "phones": "Phones",
    "phone_blocked": "has sent STOP",
    "phone_empty": "No texts yet",
    "phone_write": "Text from {name}",
    "phone_send": "Send",
    "phone_attach": "Attach a picture for {name}",
    "bubble_picture": "Picture",
    "phone_rings": "When it rings",
    "phone_set": "Set",
    "phone_more": "{count} more phones are not shown.",
    "phone_calls": "Call the line",
    "call_rings": "The line is calling",
    "call_talks": "On the call",
    "call_answer": "Answer",
    "call_decline": "Decline",
    "call_hang_up": "Hang up",
    "call_keypad": "Keypad",
    "call_said": "Said on the phone",
    "from_phone": "Sent",
    "to_phone": "Received",
    "arrived": "{name} received",
    "lost": "The simulator does not answer. Is it still running?",
}

BOOKS = ("Time", "From", "To", "State")

ANSWERING = {
    "asks": "wait for me",
    "answers": "a person answers",
    "machine": "a machine answers",
    "no-answer": "nobody answers",
    "busy": "busy",
}

CLOCK_STEPS = {
    "minute": "+1 minute",
    "hour": "+1 hour",
    "morning": "Tomorrow 10:00",
}

OFTEN = {
    "always": "every time",
    "once": "once",
    "thrice": "three times",
    "fifth": "one in five",
}

# Kind of fault -> name of the switch, and what then happens.
FAULTS = {
    "slow": ("Slow", "The carrier answers the line after 20 seconds."),
    "refuse": ("Refuse", "The carrier turns the line's requests away."),
    "reject": ("Reject", "The carrier gives an error for the text."),
    "accept_and_drop": ("Accept and drop", "Taken, never delivered, never mentioned again."),
    "accept_then_timeout": ("Accept, then silence", "Taken, but the line never hears so."),
    "broken_json": ("Garbled answer", "Taken, but the answer is cut short."),
    "queue_delay": ("Waiting in the queue", "A minute passes before the text is sent."),
    "duplicate": ("Duplicate", "Each webhook comes twice."),
    "reorder": ("Reorder", "A second text overtakes the first."),
    "webhook_down": ("Line unreachable", "The carrier's webhooks do not get through."),
    "bad_signature": ("Forged signature", "Webhooks are signed with a wrong token."),
}

CODES = {
    "refuse": {
        "429": "too many requests (429)",
        "500": "error (500)",
        "503": "unavailable (503)",
        "0": "connection cut",
    },
    "reject": {
        "30003": "unreachable (30003)",
        "30005": "unknown number (30005)",
        "30006": "landline (30006)",
        "30007": "filtered (30007)",
        "30008": "unknown error (30008)",
        "21211": "invalid number (21211)",
        "21610": "has sent STOP (21610)",
    },
}

# State of a phone's own text -> tick and what it means.
TICKS = {
    "waiting": ("✓", "sent"),
    "reached": ("✓✓", "the line has it"),
    "unanswered": ("!", "the line has not answered"),
}

PROBLEMS = {
    "number": "A number looks like +16135550104.",
    "clock": "The clock only moves forward, by a year at most.",
    "empty": "Write something first.",
    "call": "Nothing rings or waits for a key on that phone.",
    "fault": "That switch does not exist, or its setting is out of range.",
    "elsewhere": "This page answers only to itself, on this computer.",
    "unknown": "That is not understood here.",
}
