"""How far the reminders of a changed date have been planned anew."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TO_PLAN = sa.text("plan_after IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan_after", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "ix_occurrence_to_plan", ["id"], sqlite_where=_TO_PLAN, postgresql_where=_TO_PLAN
        )


def downgrade() -> None:
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_index("ix_occurrence_to_plan")
        batch_op.drop_column("plan_after")
