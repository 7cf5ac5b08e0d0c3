"""Clients by short name and wish, two records of one client, pages pushed to phones, drills."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = records.models.base.Instant(timezone=True)


def upgrade() -> None:
    _columns()
    _indexes()
    _name_mark()
    _joining()
    _push_subscription()


def _columns() -> None:
    op.add_column("contact", sa.Column("name_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("contact", sa.Column("wish", sa.String(8), nullable=False, server_default="any"))
    op.add_column("contact", sa.Column("joined_to_id", sa.BigInteger(), nullable=True))
    op.add_column("consent", sa.Column("recorded_by", sa.BigInteger(), nullable=True))
    op.add_column("staff", sa.Column("gender", sa.String(8), nullable=False, server_default=""))
    op.add_column(
        "escalation",
        sa.Column("is_drill", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _indexes() -> None:
    op.create_index("ix_contact_joined_to_id", "contact", ["joined_to_id"])
    op.create_index("ix_escalation_opened_at", "escalation", ["opened_at"])
    op.create_index(
        "ix_conversation_handed_off",
        "conversation",
        ["handed_off_to"],
        sqlite_where=sa.text("handed_off_at IS NOT NULL"),
        postgresql_where=sa.text("handed_off_at IS NOT NULL"),
    )


def _name_mark() -> None:
    op.create_table(
        "name_mark",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_name_mark_contact_id")
        ),
        sa.PrimaryKeyConstraint("mark", "contact_id", name=op.f("pk_name_mark")),
    )
    op.create_index("ix_name_mark_contact_id", "name_mark", ["contact_id"])


def _joining() -> None:
    op.create_table(
        "joining",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_joining_contact_id")),
        sa.ForeignKeyConstraint(["other_id"], ["contact.id"], name=op.f("fk_joining_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining")),
    )
    op.create_index("ix_joining_contact_id", "joining", ["contact_id"])
    op.create_index("ix_joining_other_id", "joining", ["other_id"])
    op.create_index(
        "uq_joining_open",
        "joining",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )


def _push_subscription() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_index", sa.String(length=64), nullable=False),
        sa.Column("subscription_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_why", sa.String(length=12), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_push_subscription_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_index", name=op.f("uq_push_subscription_endpoint_index")),
    )
    op.create_index("ix_push_subscription_staff_id", "push_subscription", ["staff_id"])


def downgrade() -> None:
    for table in ("push_subscription", "joining", "name_mark"):
        op.drop_table(table)
    op.drop_index("ix_conversation_handed_off", "conversation")
    op.drop_index("ix_escalation_opened_at", "escalation")
    op.drop_index("ix_contact_joined_to_id", "contact")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_column("is_drill")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_column("recorded_by")
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("gender")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        for name in ("name_sealed", "wish", "joined_to_id"):
            batch_op.drop_column(name)
