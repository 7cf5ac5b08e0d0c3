"""Pictures that came with a text."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = records.models.base.Instant(timezone=True)
WAITING, AT_CARRIER = sa.text("state = 'waiting'"), sa.text("carrier_deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("carrier_sid", sa.String(length=40), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=True),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("carrier_deleted_at", INSTANT, nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_picture_contact_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_picture_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
    )
    op.create_index("ix_picture_contact_id", "picture", ["contact_id"])
    op.create_index("ix_picture_message_id", "picture", ["message_id"])
    op.create_index(
        "ix_picture_waiting",
        "picture",
        ["due_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index(
        "ix_picture_at_carrier",
        "picture",
        ["noted_at"],
        sqlite_where=AT_CARRIER,
        postgresql_where=AT_CARRIER,
    )


def downgrade() -> None:
    op.drop_table("picture")
