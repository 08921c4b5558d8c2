"""Landing: what came in, as it came."""

from cf_operators.migrations.ddl import run_file

revision = "0001_landing"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
