"""Check-ins: what was agreed with each client, each date of it, and who hears first."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

DUE = sa.text("next_at IS NOT NULL")
FOLLOWED = sa.text("follow_at IS NOT NULL")
LIVE = sa.text("ended_at IS NULL AND kind <> 'goal'")


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "check_plan",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("every", sa.String(length=12), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("at_minute", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("occasion", sa.String(length=8), nullable=True),
        sa.Column("meant_at", instant, nullable=True),
        sa.Column("next_at", instant, nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("birthday_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("agreed_by", sa.BigInteger(), nullable=True),
        sa.Column("agreed_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("ended_why", sa.String(length=8), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_check_plan_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_plan")),
    )
    op.create_index(op.f("ix_check_plan_contact_id"), "check_plan", ["contact_id"])
    op.create_index(
        "uq_check_plan_live",
        "check_plan",
        ["contact_id", "kind"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "ix_check_plan_due", "check_plan", ["next_at"], sqlite_where=DUE, postgresql_where=DUE
    )
    op.create_table(
        "check_in",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("meant_at", instant, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("at", instant, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("second_id", sa.BigInteger(), nullable=True),
        sa.Column("follow_at", instant, nullable=True),
        sa.Column("answer", sa.String(length=8), nullable=True),
        sa.Column("answered_at", instant, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["check_plan.id"], name=op.f("fk_check_in_plan_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_check_in_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("plan_id", "meant_at", name=op.f("uq_check_in_plan_id_meant_at")),
        sa.UniqueConstraint("message_id", name=op.f("uq_check_in_message_id")),
        sa.UniqueConstraint("second_id", name=op.f("uq_check_in_second_id")),
    )
    op.create_index("ix_check_in_contact", "check_in", ["contact_id", "id"])
    op.create_index(
        "ix_check_in_follow",
        "check_in",
        ["follow_at"],
        sqlite_where=FOLLOWED,
        postgresql_where=FOLLOWED,
    )
    op.add_column("escalation", sa.Column("worker_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_column("worker_id")
    op.drop_table("check_in")
    op.drop_table("check_plan")
