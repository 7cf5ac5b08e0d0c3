"""Which text told a worker that they have an item, and how often a wrong code was given for it."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("acknowledgement", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "escalation",
        sa.Column("wrong_codes", sa.SmallInteger(), nullable=False, server_default="0"),
    )


def downgrade() -> None:
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_column("wrong_codes")
    with op.batch_alter_table("acknowledgement", schema=None) as batch_op:
        batch_op.drop_column("message_id")
