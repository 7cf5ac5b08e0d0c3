"""Why somebody else is on call for once; what was heard when a service was phoned."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("override", sa.Column("reason", sa.String(length=12), nullable=True))
    op.create_table(
        "resource_check",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("spoke_with_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("looked_by", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource_check")),
    )
    op.create_index(op.f("ix_resource_check_slug"), "resource_check", ["slug"])
    op.create_index(
        "uq_resource_check_waits",
        "resource_check",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("state = 'waits'"),
        postgresql_where=sa.text("state = 'waits'"),
    )


def downgrade() -> None:
    op.drop_table("resource_check")
    op.drop_column("override", "reason")
