"""News for many, and what became of it for each."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting','running')")


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "broadcast",
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("inuktitut_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("go_at", instant, nullable=False),
        sa.Column("useful_until_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_broadcast_occurrence_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_broadcast_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("token", name=op.f("uq_broadcast_token")),
    )
    op.create_index(
        "ix_broadcast_open", "broadcast", ["go_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "broadcast_text",
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_broadcast_text_broadcast_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_broadcast_text_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_text")),
        sa.UniqueConstraint(
            "broadcast_id", "contact_id", name=op.f("uq_broadcast_text_broadcast_id_contact_id")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_broadcast_text_message_id")),
    )
    op.create_index(op.f("ix_broadcast_text_contact_id"), "broadcast_text", ["contact_id"])


def downgrade() -> None:
    op.drop_table("broadcast_text")
    op.drop_table("broadcast")
