"""What each process is told: Airflow everything it needs, the public form server as little as possible."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.airflow_env import airflow_environment, form_environment
from local.connections import Replacements
from local.credentials import Credentials
from local.errors import StackError
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings

OWN_WAREHOUSE = {
    "AIRFLOW_CONN_CF_WAREHOUSE": "postgres://me:secret@db.example/wh",
    "CF_FORM_DATABASE": "postgresql://f",
}


def given(settings: StackSettings, **environment: str) -> StackSettings:
    return replace(settings, environment={**settings.environment, **environment})


def environments(settings: StackSettings) -> tuple[dict[str, str], dict[str, str], Credentials]:
    credentials = Credentials.load(settings.state, {})
    server = EmbeddedPostgres(settings.state / "postgres", settings.ports.postgres, credentials.postgres)
    return (
        airflow_environment(settings, credentials, server),
        form_environment(settings, credentials, server),
        credentials,
    )


def connection(environment: dict[str, str], name: str) -> Any:
    """The connection as Airflow itself understands it."""
    from airflow.sdk import Connection

    return Connection.from_json(environment[f"AIRFLOW_CONN_{name.upper()}"], conn_id=name)


def test_airflow_understands_the_connections(settings: StackSettings) -> None:
    airflow, _, credentials = environments(settings)
    warehouse, smtp, form, shop = (
        connection(airflow, name) for name in ("cf_warehouse", "cf_smtp", "cf_form", "cf_shop")
    )
    assert (warehouse.conn_type, warehouse.login, warehouse.schema) == ("postgres", "cf_engine", "warehouse")
    assert (warehouse.host, warehouse.port) == ("127.0.0.1", settings.ports.postgres)
    assert warehouse.password == credentials.cf_engine
    assert (smtp.host, smtp.port) == ("127.0.0.1", settings.ports.smtp)
    assert smtp.extra_dejson == {"disable_ssl": True, "disable_tls": True}
    assert (form.conn_type, form.schema, form.port) == ("http", "http", settings.ports.form)
    assert form.password == credentials.form_signing_key
    assert (shop.conn_type, shop.extra_dejson["path"]) == ("fs", str(settings.state / "input"))


def test_the_form_server_learns_nothing_of_airflow_and_no_other_secret(settings: StackSettings) -> None:
    settings = given(
        settings, AIRFLOW_CONN_CRM="http://user:pass@crm", AWS_SECRET_ACCESS_KEY="key", PATH="/bin"
    )
    _, form, credentials = environments(settings)
    assert not [name for name in form if name.startswith("AIRFLOW") or "SECRET" in name]
    told = " ".join(form.values())
    for role in ("airflow", "cf_engine", "cf_bi"):
        assert credentials.database_roles[role] not in told
    for secret in (
        credentials.postgres,
        credentials.jwt_secret,
        credentials.fernet_key,
        credentials.account_admin,
    ):
        assert secret not in told
    assert form["CF_FORM_DATABASE"].startswith("postgresql://cf_form:")
    assert form["CF_FORM_SIGNING_KEY"] == credentials.form_signing_key
    assert form["CF_FORM_PUBLIC_URL"] == f"http://127.0.0.1:{settings.ports.form}"
    assert form["CF_PROGRAMME"] == str(settings.programme)
    assert form["PYTHONPATH"] == str(settings.plugins_folder)


def test_airflow_stays_on_the_loopback_address_with_its_own_login(settings: StackSettings) -> None:
    airflow, _, _ = environments(settings)
    assert airflow["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert airflow["AIRFLOW__CORE__AUTH_MANAGER"].endswith("FabAuthManager")
    assert (
        airflow["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        == f"http://127.0.0.1:{settings.ports.airflow}/execution/"
    )
    assert Path(airflow["AIRFLOW_HOME"]).is_relative_to(settings.state)
    assert "PYTHONPATH" not in airflow


def test_the_scheduler_looks_more_often_when_told_to_be_fast(settings: StackSettings) -> None:
    name = "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME"
    slow, fast = (environments(replace(settings, fast=each))[0] for each in (False, True))
    assert (slow[name], fast[name]) == ("1", "0.1")


def test_dag_files_are_read_again_soon_but_in_a_demo(settings: StackSettings) -> None:
    name = "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL"
    up, demo = (environments(replace(settings, fast=each))[0] for each in (False, True))
    assert (up[name], demo[name]) == ("30", "300")


def test_bytecode_is_written_even_if_the_shell_forbids_it(settings: StackSettings) -> None:
    """Each task is a new process: without compiled files it would compile the same modules again and again."""
    airflow, form, _ = environments(given(settings, PYTHONDONTWRITEBYTECODE="1", PYTHONPATH="/elsewhere"))
    assert "PYTHONDONTWRITEBYTECODE" not in {*airflow, *form}


def test_what_is_given_wins(settings: StackSettings) -> None:
    own = {
        "AIRFLOW_CONN_CF_SMTP": "smtp://mail.example:587",
        "AIRFLOW_CONN_CRM": "http://crm",
        "AIRFLOW_VAR_X": "1",
    }
    airflow, _, _ = environments(given(settings, AIRFLOW__CORE__PARALLELISM="8", **own, **OWN_WAREHOUSE))
    assert {name: airflow[name] for name in own} == own
    assert airflow["AIRFLOW_CONN_CF_WAREHOUSE"] == OWN_WAREHOUSE["AIRFLOW_CONN_CF_WAREHOUSE"]
    assert airflow["AIRFLOW__CORE__PARALLELISM"] == "8"


class TestReplacements:
    """Parts of the user's own."""

    def test_nothing_is_left_out_by_default(self, settings: StackSettings) -> None:
        found = Replacements.of(settings)
        assert found == Replacements(metadata=False, warehouse=False, mail=False, form=False)
        assert found.notes() == []

    def test_each_part_left_out_is_said_with_its_variable(self, settings: StackSettings) -> None:
        own = {
            "AIRFLOW_CONN_CF_SMTP": "smtp://mail.example",
            "AIRFLOW_CONN_CF_FORM": json.dumps({"conn_type": "http"}),
        }
        found = Replacements.of(given(settings, **own))
        assert (found.mail, found.form, found.postgres) == (True, True, False)
        assert [next(name for name in own if name in note) for note in found.notes()] == list(own)

    def test_postgres_is_needed_until_both_databases_are_the_users_own(self, settings: StackSettings) -> None:
        own_metadata = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://x"}
        assert not Replacements.of(given(settings, **OWN_WAREHOUSE)).postgres
        assert not Replacements.of(given(settings, **own_metadata)).postgres
        assert Replacements.of(given(settings, **OWN_WAREHOUSE, **own_metadata)).postgres

    def test_an_own_warehouse_needs_the_address_for_the_form_server(self, settings: StackSettings) -> None:
        with pytest.raises(StackError, match="set CF_FORM_DATABASE=postgresql://cf_form"):
            Replacements.of(given(settings, AIRFLOW_CONN_CF_WAREHOUSE="postgres://db.example/wh"))
        _, form, _ = environments(given(settings, **OWN_WAREHOUSE))
        assert form["CF_FORM_DATABASE"] == "postgresql://f"
