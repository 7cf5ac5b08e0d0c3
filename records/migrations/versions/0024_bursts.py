"""How many texts a phone sent in a short time."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.add_column("contact", sa.Column("burst_at", instant, nullable=True))
    op.add_column(
        "contact", sa.Column("burst", sa.SmallInteger(), nullable=False, server_default="0")
    )
    op.create_index("ix_contact_created_at", "contact", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_contact_created_at", "contact")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("burst")
        batch_op.drop_column("burst_at")
