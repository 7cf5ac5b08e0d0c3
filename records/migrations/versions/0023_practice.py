"""Practice with clients who do not exist, in tables of its own."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "practice_run",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("script", sa.String(length=24), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("shown_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_practice_run_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_run")),
    )
    op.create_index(op.f("ix_practice_run_staff_id"), "practice_run", ["staff_id"])
    op.create_table(
        "practice_reply",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("findings", sa.String(length=80), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["practice_run.id"], name=op.f("fk_practice_reply_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_reply")),
    )
    op.create_index(op.f("ix_practice_reply_run_id"), "practice_reply", ["run_id"])


def downgrade() -> None:
    op.drop_table("practice_reply")
    op.drop_table("practice_run")
