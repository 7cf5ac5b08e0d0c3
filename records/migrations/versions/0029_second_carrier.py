"""By which carrier a text goes, and who was told of the line's other number."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.add_column(
        "message", sa.Column("carrier", sa.SmallInteger(), nullable=False, server_default="1")
    )
    op.add_column("message", sa.Column("guessed_at", instant, nullable=True))
    op.add_column("address", sa.Column("told_of", sa.String(length=20), nullable=True))
    op.add_column("address", sa.Column("told_by", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_column("told_by")
        batch_op.drop_column("told_of")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("guessed_at")
        batch_op.drop_column("carrier")
