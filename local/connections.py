"""The Airflow connections of the stack, and which embedded parts connections of the user's own replace."""

from __future__ import annotations

import json
from dataclasses import dataclass

from local.credentials import Credentials
from local.errors import StackError
from local.ports import LOOPBACK
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings

AIRFLOW_DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@dataclass(frozen=True)
class Replacements:
    """Which parts the user brings, found by the variables that are given."""

    metadata: bool
    warehouse: bool
    mail: bool
    form: bool

    @classmethod
    def of(cls, settings: StackSettings) -> Replacements:
        """Raises `StackError` if a warehouse is given without the address for the form server."""
        found = cls(
            metadata=settings.given(AIRFLOW_DATABASE) is not None,
            warehouse=settings.given("AIRFLOW_CONN_CF_WAREHOUSE") is not None,
            mail=settings.given("AIRFLOW_CONN_CF_SMTP") is not None,
            form=settings.given("AIRFLOW_CONN_CF_FORM") is not None,
        )
        if found.warehouse and not found.form and not settings.given("CF_FORM_DATABASE"):
            raise StackError(
                "AIRFLOW_CONN_CF_WAREHOUSE names a warehouse of your own, so the form server needs its address too: "
                "set CF_FORM_DATABASE=postgresql://cf_form:<password>@<host>/<database>."
            )
        return found

    @property
    def postgres(self) -> bool:
        """Whether nothing needs the embedded PostgreSQL."""
        return self.metadata and self.warehouse

    def notes(self) -> list[str]:
        """One line for each embedded part that is left out, and why."""
        parts = [
            (
                self.postgres,
                "PostgreSQL is not started: the metadata database and the warehouse are your own.",
            ),
            (self.warehouse and not self.metadata, "The warehouse is your own (AIRFLOW_CONN_CF_WAREHOUSE)."),
            (
                self.metadata and not self.warehouse,
                f"Airflow's metadata database is your own ({AIRFLOW_DATABASE}).",
            ),
            (self.mail, "The mail catcher is not started: mail goes to your server (AIRFLOW_CONN_CF_SMTP)."),
            (self.form, "The form server is not started: links lead to your own (AIRFLOW_CONN_CF_FORM)."),
        ]
        return [note for is_given, note in parts if is_given]


def form_url(settings: StackSettings) -> str:
    """The address of the embedded form server."""
    return f"http://{LOOPBACK}:{settings.ports.form}"


def airflow_connections(
    settings: StackSettings, credentials: Credentials, server: EmbeddedPostgres
) -> dict[str, str]:
    """Environment variables AIRFLOW_CONN_...: ours, the pack's sources, and over them what the user gave."""
    ports = settings.ports
    embedded = {
        "cf_warehouse": json.dumps(
            {
                "conn_type": "postgres",
                "host": LOOPBACK,
                "port": server.port,
                "login": "cf_engine",
                "password": credentials.cf_engine,
                "schema": "warehouse",
            }
        ),
        "cf_smtp": json.dumps(
            {
                "conn_type": "smtp",
                "host": LOOPBACK,
                "port": ports.smtp,
                "extra": {"disable_ssl": True, "disable_tls": True},
            }
        ),
        "cf_form": json.dumps(
            {
                "conn_type": "http",
                "schema": "http",
                "host": LOOPBACK,
                "port": ports.form,
                "password": credentials.form_signing_key,
            }
        ),
    }
    ours = {
        f"AIRFLOW_CONN_{name.upper()}": value for name, value in {**embedded, **settings.connections}.items()
    }
    given = {
        key: value for key, value in settings.environment.items() if key.startswith("AIRFLOW_CONN_") and value
    }
    return {**ours, **given}
