"""What speakers made of the texts, and the words that staff explained."""

import sqlalchemy as sa
from alembic import op

import records.models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("english", sa.String(length=16), nullable=False),
        sa.Column("signed_as", sa.String(length=60), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_text_version_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_version")),
        sa.UniqueConstraint("number", name=op.f("uq_text_version_number")),
    )
    op.create_index(op.f("ix_text_version_text_id"), "text_version", ["text_id"])
    op.create_table(
        "heard_word",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=80), nullable=False),
        sa.Column("means", sa.String(length=40), nullable=False),
        sa.Column("dialect", sa.String(length=60), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("added_at", records.models.base.Instant(timezone=True), nullable=False),
        sa.Column("withdrawn_at", records.models.base.Instant(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_heard_word_staff_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["staff.id"], name=op.f("fk_heard_word_withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heard_word")),
        sa.UniqueConstraint("number", name=op.f("uq_heard_word_number")),
    )
    op.create_index(
        "uq_heard_word_in_use",
        "heard_word",
        ["folded"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("heard_word")
    op.drop_table("text_version")
