"""`make sql`: CSV on standard output, messages elsewhere, as the role cf_bi."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import psycopg
import pytest

from local.console import query
from local.credentials import Credentials
from local.errors import StackError
from local.ports import Ports, variable_of
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from local.warehouse_roles import prepare_databases
from tests.local.conftest import free_ports

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackSettings]:
    """A stopped stack with one table that BI tools may read and one that they may not."""
    environment = {"CF_STATE_DIR": str(tmp_path_factory.mktemp("sql"))}
    names = [part.name for part in fields(Ports)]
    environment |= {variable_of(n): str(p) for n, p in zip(names, free_ports(len(names)), strict=True)}
    settings = replace(StackSettings.load("shop", environment), environment=environment)
    credentials = Credentials.load(settings.state, {})
    server = EmbeddedPostgres(settings.state / "postgres", settings.ports.postgres, credentials.postgres)
    server.start()
    prepare_databases(server.superuser_uri, credentials.database_roles, ROOT / "include/sql/schema/roles.sql")
    with psycopg.connect(server.uri("cf_engine", credentials.cf_engine, "warehouse")) as connection:
        connection.execute("create schema seen")
        connection.execute("create schema hidden")
        connection.execute(
            "create table seen.value as select 'a, \"b\"' as word, 1.50 as number, null as nothing"
        )
        connection.execute("create table hidden.person as select 'Ana' as name")
        connection.execute("grant usage on schema seen to cf_bi")
        connection.execute("grant select on seen.value to cf_bi")
    server.stop()
    yield settings
    server.stop()


def ask(settings: StackSettings, statement: str) -> str:
    output = io.StringIO()
    query(settings, statement, output)
    return output.getvalue()


def test_rows_come_as_csv_and_the_database_is_stopped_again(pack: StackSettings) -> None:
    assert ask(pack, "select * from seen.value") == 'word,number,nothing\n"a, ""b""",1.50,\n'
    assert not EmbeddedPostgres(pack.state / "postgres", pack.ports.postgres, "").is_running()


def test_a_statement_is_taken_as_it_is(pack: StackSettings) -> None:
    assert ask(pack, "select '100%' as percent, '%(x)s' as name, '$1' as dollar") == (
        "percent,name,dollar\n100%,%(x)s,$1\n"
    )


def test_what_cf_bi_may_not_read_is_refused_in_the_words_of_postgres(pack: StackSettings) -> None:
    assert ask(pack, "select current_user") == "current_user\ncf_bi\n"
    with pytest.raises(StackError, match="PostgreSQL: permission denied for schema hidden"):
        ask(pack, "select * from hidden.person")
    with pytest.raises(StackError, match="permission denied"):
        ask(pack, "create table mine (x int)")


def test_nothing_to_ask_and_nobody_to_ask_are_told(pack: StackSettings, settings: StackSettings) -> None:
    with pytest.raises(StackError, match="Give a statement: make sql Q="):
        ask(pack, "  ")
    with pytest.raises(StackError, match=r"no warehouse of pack 'shop' yet: `make demo` or `make up`"):
        ask(settings, "select 1")


def test_an_own_warehouse_is_asked_at_its_own_address(pack: StackSettings, server: EmbeddedPostgres) -> None:
    own = {"AIRFLOW_CONN_CF_WAREHOUSE": "postgres://x", "CF_FORM_DATABASE": "postgresql://x"}
    settings = replace(pack, environment=own)
    with pytest.raises(StackError, match="set CF_BI_DATABASE"):
        ask(settings, "select 1")
    settings = replace(pack, environment={**own, "CF_BI_DATABASE": server.superuser_uri()})
    assert ask(settings, "select current_user") == "current_user\npostgres\n"


def make_sql(pack: StackSettings, statement: str) -> subprocess.CompletedProcess[str]:
    """Run `make sql`, taking the set-up as done."""
    done = [f"--assume-old={stamp}" for stamp in ("var/setup/runtime", ".venv/.made")]
    return subprocess.run(
        ["make", *done, "sql", f"PYTHON={sys.executable}", f"Q={statement}"],
        cwd=ROOT,
        env={**os.environ, **pack.environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_sql_prints_the_csv_and_nothing_else(pack: StackSettings) -> None:
    result = make_sql(pack, """select '$$ $(HOME) "quoted" `id` it''s' as text""")
    assert result.stdout == """text\n"$$ $(HOME) ""quoted"" `id` it's"\n"""
    assert (result.stderr, result.returncode) == ("", 0)


def test_make_sql_fails_with_the_message_on_standard_error(pack: StackSettings) -> None:
    result = make_sql(pack, "select 1 from nowhere")
    assert result.stdout == ""
    assert 'PostgreSQL: relation "nowhere" does not exist' in result.stderr
    assert result.returncode != 0
