"""Surveys and questions of other tools in the dimensions."""

from cf_operators.migrations.ddl import run_file

revision = "0021_other_surveys"
down_revision = "0020_survey_token"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
