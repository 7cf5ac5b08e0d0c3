"""Finds the texts that the carrier took and never reported on."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SENT = sa.text("state = 'sent'")


def upgrade() -> None:
    op.add_column(
        "message", sa.Column("ask_at", records.models.base.Instant(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_message_unreported", "message", ["ask_at"], sqlite_where=SENT, postgresql_where=SENT
    )


def downgrade() -> None:
    op.drop_index("ix_message_unreported", "message")
    op.drop_column("message", "ask_at")
