"""What the model needs to know what has changed; feedback, surveys and questions."""

from cf_operators.migrations.ddl import run_file

revision = "0019_model"
down_revision = "0018_collecting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file(revision)


def downgrade() -> None:
    raise RuntimeError(
        "revisions go forward only: restore a backup, or write a revision that undoes this one"
    )
