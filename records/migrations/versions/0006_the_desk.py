"""Notes, hand-overs, corrected levels, and items put off."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_note_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_contact_at", ["contact_id", "at"], unique=False)

    op.create_table(
        "triage_correction",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("was", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("reviewed_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_triage_correction_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_correction")),
    )
    with op.batch_alter_table("triage_correction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_triage_correction_message_id"), ["message_id"], unique=False
        )
        batch_op.create_index(
            "ix_triage_correction_to_review",
            ["at"],
            unique=False,
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )

    op.create_table(
        "handover",
        sa.Column("from_staff_id", sa.BigInteger(), nullable=False),
        sa.Column("to_staff_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.String(length=12), nullable=True),
        sa.Column("until_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("override_id", sa.BigInteger(), nullable=True),
        sa.Column("escalation_id", sa.BigInteger(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("settled_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name=op.f("fk_handover_escalation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(
            "ix_handover_open",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    with op.batch_alter_table("queue_item", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("snoozed_until_at", records.models.base.Instant(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("queue_item", schema=None) as batch_op:
        batch_op.drop_column("snoozed_until_at")

    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_handover_open",
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.drop_table("handover")
    with op.batch_alter_table("triage_correction", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_triage_correction_to_review",
            sqlite_where=sa.text("reviewed_at IS NULL"),
            postgresql_where=sa.text("reviewed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_triage_correction_message_id"))

    op.drop_table("triage_correction")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_contact_at")

    op.drop_table("note")
