"""Whom to ask for at a partner, and how to reach them, are sealed as all names and numbers are."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What stands open is sealed by the line itself, which has the keys (bot/program/partners.py).
    op.add_column("partner", sa.Column("contact_person_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("partner", sa.Column("reach_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("partner", schema=None) as batch_op:
        batch_op.drop_column("reach_sealed")
        batch_op.drop_column("contact_person_sealed")
