"""Who may be asked, in what order, with what chance, and after whose word."""

from cf_operators.migrations.ddl import run_file

revision = "0007_asking"
down_revision = "0006_grants"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
