"""The request of an ad hoc wave is kept with it, so that whoever is deferred can be asked later."""

from cf_operators.migrations.ddl import run_file

revision = "0013_requests"
down_revision = "0012_deciding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
