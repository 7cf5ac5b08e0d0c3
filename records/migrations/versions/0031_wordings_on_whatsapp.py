"""Which approved wording a text goes by on WhatsApp, and on which channel a yes was said."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("template_sid", sa.String(length=40), nullable=True))
    op.add_column("consent", sa.Column("channel", sa.String(length=12), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_column("channel")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("template_sid")
