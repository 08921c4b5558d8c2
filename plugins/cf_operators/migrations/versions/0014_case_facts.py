"""Facts that tell everything about a case by themselves, and a note of every change to them."""

from cf_operators.migrations.ddl import run_file

revision = "0014_case_facts"
down_revision = "0013_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
