"""Reports that warn others."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("data_key", sa.String(length=40), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("worded_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("police_basis", sa.String(length=8), nullable=True),
        sa.Column("police_note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("police_by", sa.BigInteger(), nullable=True),
        sa.Column("police_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_expires_on", "report", ["expires_on"])
    op.create_table(
        "report_batch",
        sa.Column("released_at", instant, nullable=False),
        sa.Column("released_by", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_batch")),
    )


def downgrade() -> None:
    op.drop_table("report_batch")
    op.drop_table("report")
