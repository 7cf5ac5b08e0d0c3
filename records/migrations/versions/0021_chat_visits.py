"""Visits to the chat page."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "chat_visit",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        sa.Column("phrase_index", sa.String(length=64), nullable=True),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_chat_visit_address_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_visit")),
        sa.UniqueConstraint("phrase_index", name=op.f("uq_chat_visit_phrase_index")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_chat_visit_token_hash")),
    )
    op.create_index("ix_chat_visit_address_id", "chat_visit", ["address_id"])
    op.create_index("ix_chat_visit_seen_at", "chat_visit", ["seen_at"])


def downgrade() -> None:
    op.drop_table("chat_visit")
