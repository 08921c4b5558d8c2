"""The tokens under which asks are known on survey platforms."""

from cf_operators.migrations.ddl import run_file

revision = "0020_survey_token"
down_revision = "0019_model"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
