"""How far each source was read, deletions, and what each record is about."""

from cf_operators.migrations.ddl import run_file

revision = "0018_collecting"
down_revision = "0017_drivers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
