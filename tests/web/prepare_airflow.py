"""Makes an Airflow metadata database for the tests of the pages: accounts, our DAGs with their rights, a connection.

``python -m tests.web.prepare_airflow`` with the Airflow environment set. One process for all, because importing Airflow
takes longer than any of the steps. On standard input, as JSON: the passwords, and the connection ``cf_form``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from airflow.cli.cli_parser import get_parser
from airflow.models import Connection
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.providers_configuration_loader import providers_configuration_loaded
from airflow.utils.session import create_session

from local.accounts import seed
from local.metadata import migrate

GUEST = "guest"
"""An account that may log in and nothing else."""


@providers_configuration_loaded
def make_accounts(passwords: dict[str, str]) -> None:
    """Those of the local stack, and the guest."""
    with get_application_builder() as builder:
        security = builder.sm
        seed(security, passwords)
        security.add_user(
            username=GUEST,
            first_name="No",
            last_name="Rights",
            email="guest@airflow.invalid",
            role=[security.find_role("Public")],
            password=passwords[GUEST],
        )


def add_connection(given: dict[str, Any]) -> None:
    """A connection that only the metadata database knows."""
    with create_session() as session:
        session.add(Connection(**given))


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    migrate()
    make_accounts(wanted["passwords"])
    add_connection(wanted["connection"])
    command = get_parser().parse_args(["dags", "reserialize"])
    command.func(command)
