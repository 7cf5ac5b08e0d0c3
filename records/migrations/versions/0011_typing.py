"""Who is writing to whom right now."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typing",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", records.models.base.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_typing_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "staff_id", name=op.f("pk_typing")),
    )


def downgrade() -> None:
    op.drop_table("typing")
