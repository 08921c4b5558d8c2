"""A person decides about waves too, and finds quickly what waits for a decision."""

from cf_operators.migrations.ddl import run_file

revision = "0012_deciding"
down_revision = "0011_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
