"""Who waits for a place hears that the date moved or is off."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_PLANNED = sa.text("state = 'planned'")


def upgrade() -> None:
    op.create_table(
        "waiting_news",
        sa.Column("waiting_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("occurrence_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["waiting_id"], ["waiting_place.id"], name=op.f("fk_waiting_news_waiting_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_waiting_news_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_waiting_news_occurrence_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_news")),
        sa.UniqueConstraint(
            "waiting_id", "revision", name=op.f("uq_waiting_news_waiting_id_revision")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_waiting_news_message_id")),
    )
    with op.batch_alter_table("waiting_news", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiting_news_contact_id"), ["contact_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_waiting_news_occurrence_id"), ["occurrence_id"], unique=False
        )
        batch_op.create_index(
            "ix_waiting_news_due",
            ["due_at", "id"],
            unique=False,
            sqlite_where=_PLANNED,
            postgresql_where=_PLANNED,
        )


def downgrade() -> None:
    with op.batch_alter_table("waiting_news", schema=None) as batch_op:
        batch_op.drop_index("ix_waiting_news_due", sqlite_where=_PLANNED, postgresql_where=_PLANNED)
        batch_op.drop_index(batch_op.f("ix_waiting_news_occurrence_id"))
        batch_op.drop_index(batch_op.f("ix_waiting_news_contact_id"))
    op.drop_table("waiting_news")
