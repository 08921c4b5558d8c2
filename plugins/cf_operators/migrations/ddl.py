"""Runs the DDL file of a revision."""

from __future__ import annotations

from pathlib import Path

from alembic import op

DDL = Path(__file__).resolve().parents[3] / "include" / "sql" / "schema"


def run_file(revision: str) -> None:
    """Execute ``include/sql/schema/<revision>.sql`` as it stands, in the transaction of the migration."""
    statements = (DDL / f"{revision}.sql").read_text(encoding="utf-8")
    # The driver's own cursor: several statements at once, and % in the text is just a character.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(statements.encode())
    cursor.close()
