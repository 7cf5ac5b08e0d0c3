"""A worker's texts are found without reading everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    theirs = sa.text("staff_id IS NOT NULL")
    op.create_index(
        "ix_message_staff",
        "message",
        ["staff_id", "created_at"],
        sqlite_where=theirs,
        postgresql_where=theirs,
    )


def downgrade() -> None:
    op.drop_index("ix_message_staff", "message")
