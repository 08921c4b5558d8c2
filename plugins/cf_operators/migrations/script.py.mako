"""${message}"""

from cf_operators.migrations.ddl import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError("revisions go forward only: restore a backup, or write a revision that undoes this one")
