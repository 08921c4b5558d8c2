"""Daily sums of what KPIs are made of, kept up by what changed."""

from cf_operators.migrations.ddl import run_file

revision = "0015_rollups"
down_revision = "0014_case_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
