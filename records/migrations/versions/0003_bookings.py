"""Bookings, waiting places, reminders and what a calendar needs."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: Until now every date was meant in the zone of the one office there is.
ZONE = ZoneInfo("America/Toronto")


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("revoked_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "facilitator",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_facilitator_event_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_facilitator_staff_id")),
        sa.PrimaryKeyConstraint("event_id", "staff_id", name=op.f("pk_facilitator")),
    )
    with op.batch_alter_table("facilitator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facilitator_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "safe_hours",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("from_minute", sa.SmallInteger(), nullable=False),
        sa.Column("until_minute", sa.SmallInteger(), nullable=False),
        sa.Column("set_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_safe_hours_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safe_hours")),
    )
    with op.batch_alter_table("safe_hours", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_safe_hours_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("rsvp", sa.String(length=4), nullable=True),
        sa.Column("rsvp_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("booked_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("booked_by", sa.BigInteger(), nullable=True),
        sa.Column("held_until_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("moved_to_id", sa.BigInteger(), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("marked_by", sa.BigInteger(), nullable=True),
        sa.Column("marked_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("wants_ride", sa.Boolean(), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_appointment_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_appointment_occurrence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint(
            "occurrence_id", "seat", name=op.f("uq_appointment_occurrence_id_seat")
        ),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_appointment_held",
            ["held_until_at"],
            unique=False,
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.create_index("ix_appointment_occurrence", ["occurrence_id", "id"], unique=False)
        batch_op.create_index(
            "uq_appointment_live",
            ["occurrence_id", "contact_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('booked','held')"),
            postgresql_where=sa.text("state IN ('booked','held')"),
        )

    op.create_table(
        "waiting_place",
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("offered_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_waiting_place_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_waiting_place_occurrence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_place")),
    )
    with op.batch_alter_table("waiting_place", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiting_place_contact_id"), ["contact_id"], unique=False
        )
        batch_op.create_index(
            "uq_waiting_place_open",
            ["occurrence_id", "contact_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('waiting','offered')"),
            postgresql_where=sa.text("state IN ('waiting','offered')"),
        )

    op.create_table(
        "reminder",
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("meant_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("due_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("moved", sa.String(length=8), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_reminder_appointment_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_reminder_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_reminder_occurrence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "appointment_id",
            "step",
            "revision",
            name=op.f("uq_reminder_appointment_id_step_revision"),
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_reminder_message_id")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "ix_reminder_due",
            ["due_at", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )
        batch_op.create_index(
            batch_op.f("ix_reminder_occurrence_id"), ["occurrence_id"], unique=False
        )

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("cover", sa.String(length=12), nullable=False, server_default="")
        )

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.String(length=240), nullable=True))
        batch_op.add_column(sa.Column("first_wall", sa.String(length=16), nullable=True))
        batch_op.add_column(
            sa.Column(
                "zone", sa.String(length=40), nullable=False, server_default="America/Toronto"
            )
        )
        batch_op.add_column(
            sa.Column("minutes", sa.SmallInteger(), nullable=False, server_default="120")
        )
        batch_op.add_column(sa.Column("capacity", sa.SmallInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("reminder_plan", sa.String(length=48), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("has_child_care", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("is_walk_in", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("is_offered", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("on_holidays", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("external_uid", sa.String(length=200), nullable=True))
        batch_op.add_column(
            sa.Column("ended_at", records.models.base.Instant(timezone=True), nullable=True)
        )
        batch_op.create_unique_constraint(batch_op.f("uq_event_external_uid"), ["external_uid"])

    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wall", sa.String(length=16), nullable=True))
        batch_op.add_column(
            sa.Column("revision", sa.SmallInteger(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("capacity", sa.SmallInteger(), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=12), nullable=True))
        batch_op.add_column(
            sa.Column("changed_at", records.models.base.Instant(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("offer_at", records.models.base.Instant(timezone=True), nullable=True)
        )
        batch_op.create_index(
            "ix_occurrence_offer",
            ["offer_at"],
            unique=False,
            sqlite_where=sa.text("offer_at IS NOT NULL"),
            postgresql_where=sa.text("offer_at IS NOT NULL"),
        )
        batch_op.create_index("ix_occurrence_starts_at", ["starts_at"], unique=False)

    _name_by_wall_time()
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.alter_column("wall", existing_type=sa.String(length=16), nullable=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_occurrence_event_id_wall"), ["event_id", "wall"]
        )


def _name_by_wall_time() -> None:
    """Dates that are there already are named by the wall time at which they begin.

    Two of one event at the same time could not be told apart: the later row becomes a date of
    its own by a mark in place of the T, and can still be moved or cancelled.
    """
    table = sa.table(
        "occurrence",
        sa.column("id", sa.BigInteger),
        sa.column("event_id", sa.BigInteger),
        sa.column("starts_at", records.models.base.Instant(timezone=True)),
        sa.column("wall", sa.String),
    )
    connection = op.get_bind()
    seen: set[tuple[int, str]] = set()
    found = connection.execute(sa.select(table.c.id, table.c.event_id, table.c.starts_at))
    for row_id, event_id, starts_at in found.all():
        wall = starts_at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
        marks = iter("abcdefghijklmnopqrstuvwxyz")
        while (event_id, wall) in seen:
            wall = f"{wall[:10]}{next(marks)}{wall[11:]}"
        seen.add((event_id, wall))
        connection.execute(sa.update(table).where(table.c.id == row_id).values(wall=wall))


def downgrade() -> None:
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_occurrence_event_id_wall"), type_="unique")
        batch_op.drop_index("ix_occurrence_starts_at")
        batch_op.drop_index(
            "ix_occurrence_offer",
            sqlite_where=sa.text("offer_at IS NOT NULL"),
            postgresql_where=sa.text("offer_at IS NOT NULL"),
        )
        batch_op.drop_column("offer_at")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("reason")
        batch_op.drop_column("capacity")
        batch_op.drop_column("revision")
        batch_op.drop_column("wall")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_event_external_uid"), type_="unique")
        batch_op.drop_column("ended_at")
        batch_op.drop_column("external_uid")
        batch_op.drop_column("on_holidays")
        batch_op.drop_column("is_offered")
        batch_op.drop_column("is_walk_in")
        batch_op.drop_column("has_child_care")
        batch_op.drop_column("reminder_plan")
        batch_op.drop_column("capacity")
        batch_op.drop_column("minutes")
        batch_op.drop_column("zone")
        batch_op.drop_column("first_wall")
        batch_op.drop_column("rule")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("cover")

    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_occurrence_id"))
        batch_op.drop_index(
            "ix_reminder_due",
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        )
        batch_op.drop_index(batch_op.f("ix_reminder_contact_id"))

    op.drop_table("reminder")
    with op.batch_alter_table("waiting_place", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_waiting_place_open",
            sqlite_where=sa.text("state IN ('waiting','offered')"),
            postgresql_where=sa.text("state IN ('waiting','offered')"),
        )
        batch_op.drop_index(batch_op.f("ix_waiting_place_contact_id"))

    op.drop_table("waiting_place")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_appointment_live",
            sqlite_where=sa.text("state IN ('booked','held')"),
            postgresql_where=sa.text("state IN ('booked','held')"),
        )
        batch_op.drop_index("ix_appointment_occurrence")
        batch_op.drop_index(
            "ix_appointment_held",
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        )
        batch_op.drop_index(batch_op.f("ix_appointment_contact_id"))

    op.drop_table("appointment")
    with op.batch_alter_table("safe_hours", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_safe_hours_contact_id"))

    op.drop_table("safe_hours")
    with op.batch_alter_table("facilitator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_facilitator_staff_id"))

    op.drop_table("facilitator")
    op.drop_table("holiday")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_staff_id"))

    op.drop_table("calendar_feed")
