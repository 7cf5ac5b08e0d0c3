"""Codes on paper, and when a signed-in person last proved who they are."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("code_hash", sa.String(length=160), nullable=False),
        sa.Column("made_at", instant, nullable=False),
        sa.Column("used_at", instant, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint(
            "staff_id", "position", name=op.f("uq_recovery_code_staff_id_position")
        ),
    )
    op.add_column("staff_session", sa.Column("proved_at", instant, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_column("proved_at")
    op.drop_table("recovery_code")
