"""What is published: more periods, withheld cells, changes, control charts, drivers, and views for BI tools."""

from cf_operators.migrations.ddl import run_file

revision = "0016_publishing"
down_revision = "0015_rollups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
