"""How fast mails may go out, for all workers together."""

from cf_operators.migrations.ddl import run_file

revision = "0008_limits"
down_revision = "0007_asking"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
