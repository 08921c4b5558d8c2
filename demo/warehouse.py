"""The address of the warehouse for the demo's own look into it."""

from __future__ import annotations

import json
from urllib.parse import quote

import psycopg

from local.stack import Stack


def engine_address(stack: Stack) -> str:
    """The PostgreSQL address of the warehouse with the engine's role: the embedded one, or the user's own."""
    given = stack.settings.given("AIRFLOW_CONN_CF_WAREHOUSE")
    if given is None:
        return stack.postgres.uri("cf_engine", stack.credentials.cf_engine, "warehouse")
    if not given.lstrip().startswith("{"):
        return "postgresql://" + given.split("://", 1)[1]
    parts = json.loads(given)
    login = f"{quote(parts.get('login', ''), safe='')}:{quote(parts.get('password', ''), safe='')}"
    return f"postgresql://{login}@{parts['host']}:{parts.get('port') or 5432}/{parts.get('schema', '')}"


def message_ids(uri: str) -> set[str]:
    """The Message-IDs of all invitations that a mail server may have seen."""
    statement = (
        "select message_id from cf_ledger.invitation where accepted_at is not null or state = 'unknown'"
    )
    with psycopg.connect(uri) as connection:
        return {row[0] for row in connection.execute(statement)}


def has_wave(uri: str, campaign_id: str, note: str) -> bool:
    """Whether a wave of the campaign carries this note."""
    statement = "select exists (select 1 from cf_ledger.wave where campaign_id = %s and note = %s)"
    with psycopg.connect(uri) as connection:
        row = connection.execute(statement, (campaign_id, note)).fetchone()
        return bool(row and row[0])
