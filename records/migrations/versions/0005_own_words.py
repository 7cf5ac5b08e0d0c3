"""A client's own words, and what a caller does when another picks up."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANTS = ("reasked_at", "known_at", "doubted_at", "stopped_at", "wrong_code_at")
WORDS = ("code_word", "duress_word", "safe_word")
COUNTS = ("decoy_turns", "wrong_codes")


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    columns: list[sa.Column[Any]] = [
        *(sa.Column(name, instant, nullable=True) for name in INSTANTS),
        *(sa.Column(name, sa.String(64), nullable=True) for name in WORDS),
        *(sa.Column(n, sa.SmallInteger(), nullable=False, server_default="0") for n in COUNTS),
        sa.Column("someone_else", sa.String(12), nullable=False, server_default="unknown"),
    ]
    for column in columns:
        op.add_column("contact", column)


def downgrade() -> None:
    names = (*INSTANTS, *WORDS, *COUNTS, "someone_else")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        for name in names:
            batch_op.drop_column(name)
