"""Being forgotten, a legal hold, and the duty to report."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "erasure",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", instant, nullable=False),
        sa.Column("confirmed_at", instant, nullable=True),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("due_at", instant, nullable=True),
        sa.Column("next_at", instant, nullable=True),
        sa.Column("delayed", sa.String(length=12), nullable=True),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_erasure_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_table(
        "duty_flag",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("checked", sa.String(length=80), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_duty_flag_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_flag")),
    )
    for name, table, where in (
        ("uq_erasure_open", "erasure", "ended_at IS NULL"),
        ("uq_duty_flag_undecided", "duty_flag", "decided_at IS NULL"),
    ):
        op.create_index(
            name,
            table,
            ["contact_id"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.add_column("contact", sa.Column("erase_asked_at", instant, nullable=True))
    op.add_column("contact", sa.Column("legal_hold_at", instant, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("legal_hold_at")
        batch_op.drop_column("erase_asked_at")
    op.drop_table("duty_flag")
    op.drop_table("erasure")
