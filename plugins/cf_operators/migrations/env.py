"""Alembic environment: one transaction for all revisions, version table in ``cf_ledger``."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

from cf_operators.hooks.migrations import SCHEMAS

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    for schema in SCHEMAS:
        connection.execute(text(f"create schema if not exists {schema}"))
    context.configure(connection=connection, version_table_schema="cf_ledger", transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
