"""Notes of the years in which answers changed, so that drivers of other years need not be computed again."""

from cf_operators.migrations.ddl import run_file

revision = "0017_drivers"
down_revision = "0016_publishing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
