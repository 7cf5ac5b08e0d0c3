"""The training register, and dated exceptions from it."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    for table, columns in (
        (
            "training",
            (
                sa.Column("topic", sa.String(length=24), nullable=False),
                sa.Column("noted_by", sa.String(length=40), nullable=False),
                sa.Column("noted_at", instant, nullable=False),
                sa.Column("warned_days", sa.SmallInteger(), nullable=True),
            ),
        ),
        (
            "training_exception",
            (
                sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
                sa.Column("made_by", sa.BigInteger(), nullable=False),
                sa.Column("made_at", instant, nullable=False),
            ),
        ),
    ):
        op.create_table(
            table,
            sa.Column("staff_id", sa.BigInteger(), nullable=False),
            sa.Column("until_on", sa.Date(), nullable=False),
            *columns,
            sa.Column("id", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_staff_id"), table, ["staff_id"])


def downgrade() -> None:
    op.drop_table("training_exception")
    op.drop_table("training")
