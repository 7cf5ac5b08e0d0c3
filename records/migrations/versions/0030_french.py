"""French beside Inuktitut: the words of a text to many, and what speakers made of a text."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.add_column(sa.Column("french_sealed", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("text_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("language", sa.String(length=8), nullable=False, server_default="iu")
        )


def downgrade() -> None:
    # A program that knows no other language would take French wordings for Inuktitut.
    op.execute("DELETE FROM text_version WHERE language <> 'iu'")
    with op.batch_alter_table("text_version", schema=None) as batch_op:
        batch_op.drop_column("language")
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_column("french_sealed")
