"""Reports as they went out."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = records.models.base.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_release",
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_release")),
        sa.UniqueConstraint(
            "first_on",
            "last_on",
            "audience",
            name=op.f("uq_report_release_first_on_last_on_audience"),
        ),
    )


def downgrade() -> None:
    op.drop_table("report_release")
