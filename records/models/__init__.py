"""Everything that is kept, one file a subject."""

from records.models.audit import AuditEntry
from records.models.base import Base, Instant
from records.models.bookings import Appointment, Reminder, WaitingNews, WaitingPlace
from records.models.break_glass import BreakGlass
from records.models.broadcasts import Broadcast, BroadcastText
from records.models.calendar import CalendarFeed, Event, Facilitator, Holiday, Occurrence
from records.models.chats import ChatVisit
from records.models.checkins import CheckIn, CheckPlan
from records.models.clients import Joining, NameMark
from records.models.contacts import Address, Consent, Contact, OptOut, SafeHours
from records.models.conversations import Conversation, Question
from records.models.desk import Correction, Handover, Note, Typing
from records.models.escalations import Acknowledgement, Counter, Escalation, Page
from records.models.exports import Experience, ExportRequest, Milestone, ReportRelease, Theme
from records.models.forms import Form, FormAnswer, FormVersion
from records.models.messages import DeliveryReceipt, Message
from records.models.operations import Fact, Heartbeat, Lease, TokenBucket
from records.models.partners import Partner, Reached, Referral, ServiceNeed, Source
from records.models.passkeys import Passkey, UsedChallenge
from records.models.pictures import Picture
from records.models.practice import PracticeReply, PracticeRun
from records.models.program import ExitPlan, Goal, GoalStep, StageChange, StageCheck
from records.models.push import PushSubscription
from records.models.queue import QueueItem
from records.models.reports import Report, ReportBatch
from records.models.resources import Resource, ResourceCheck
from records.models.rights import DutyFlag, Erasure
from records.models.rota import Override, Rotation, RotationMember, Shift, Swap
from records.models.staff import RecoveryCode, SignInAttempt, Staff, StaffSession
from records.models.texts import HeardWord, TextVersion
from records.models.timers import SafetyTimer
from records.models.training import Training, TrainingException

__all__ = [
    "Acknowledgement",
    "Address",
    "Appointment",
    "AuditEntry",
    "Base",
    "BreakGlass",
    "Broadcast",
    "BroadcastText",
    "CalendarFeed",
    "ChatVisit",
    "CheckIn",
    "CheckPlan",
    "Consent",
    "Contact",
    "Conversation",
    "Correction",
    "Counter",
    "DeliveryReceipt",
    "DutyFlag",
    "Erasure",
    "Escalation",
    "Event",
    "ExitPlan",
    "Experience",
    "ExportRequest",
    "Facilitator",
    "Fact",
    "Form",
    "FormAnswer",
    "FormVersion",
    "Goal",
    "GoalStep",
    "Handover",
    "HeardWord",
    "Heartbeat",
    "Holiday",
    "Instant",
    "Joining",
    "Lease",
    "Message",
    "NameMark",
    "Milestone",
    "Note",
    "Occurrence",
    "OptOut",
    "Override",
    "Page",
    "Passkey",
    "Picture",
    "PracticeReply",
    "PracticeRun",
    "PushSubscription",
    "Partner",
    "Question",
    "QueueItem",
    "Reached",
    "Referral",
    "RecoveryCode",
    "Reminder",
    "Report",
    "ReportBatch",
    "ReportRelease",
    "Resource",
    "ResourceCheck",
    "Rotation",
    "RotationMember",
    "SafeHours",
    "SafetyTimer",
    "ServiceNeed",
    "Shift",
    "SignInAttempt",
    "Source",
    "Staff",
    "StaffSession",
    "StageChange",
    "StageCheck",
    "Swap",
    "TextVersion",
    "Theme",
    "TokenBucket",
    "Training",
    "TrainingException",
    "Typing",
    "UsedChallenge",
    "WaitingNews",
    "WaitingPlace",
]
