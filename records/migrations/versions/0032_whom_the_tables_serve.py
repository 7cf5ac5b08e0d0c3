"""The tables say from which version of the program on they can be served."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Beside the revision, not among our rows: it goes wherever the revision goes, and a database
    # that is being moved has neither.
    op.execute("ALTER TABLE alembic_version ADD COLUMN serves_from VARCHAR(32)")


def downgrade() -> None:
    op.execute("ALTER TABLE alembic_version DROP COLUMN serves_from")
