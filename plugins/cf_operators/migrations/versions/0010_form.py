"""Preferences, interviews and previews of the public form."""

from cf_operators.migrations.ddl import run_file

revision = "0010_form"
down_revision = "0009_bounces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
