"""The client's own safety timer."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
INSTANTS = ("more_at", "on_way_at", "next_at", "paged_at", "closed_at")


def upgrade() -> None:
    instant = records.models.base.Instant(timezone=True)
    op.create_table(
        "safety_timer",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        *(sa.Column(name, instant, nullable=True) for name in INSTANTS),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("wrong", sa.SmallInteger(), nullable=False),
        sa.Column("asked_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_how", sa.String(length=12), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_safety_timer_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_timer")),
    )
    for name, column, unique in (
        ("uq_safety_timer_open", "contact_id", True),
        ("ix_safety_timer_next", "next_at", False),
    ):
        op.create_index(
            name,
            "safety_timer",
            [column],
            unique=unique,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.add_column("contact", sa.Column("timer_mark", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("timer_mark")
    op.drop_table("safety_timer")
