"""What the public form server may do."""

from cf_operators.migrations.ddl import run_file

revision = "0005_form"
down_revision = "0004_kpi"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
