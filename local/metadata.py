"""Airflow's metadata database, made ready in one process: the schema, then roles and accounts.

`python -m local.metadata` with the Airflow environment set. The accounts come on standard input as a JSON object,
user name -> password, so that no password shows in a process list. One process instead of one per step: importing
Airflow takes longer than either step.
"""

from __future__ import annotations

import json
import sys

from airflow.cli.cli_parser import get_parser
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.providers_configuration_loader import providers_configuration_loaded

from local.accounts import seed


def migrate() -> None:
    """What `airflow db migrate` does; nothing, if the schema is that of this Airflow version."""
    command = get_parser().parse_args(["db", "migrate"])
    command.func(command)


@providers_configuration_loaded
def seed_accounts(passwords: dict[str, str]) -> None:
    """Make roles and accounts true in the database that the environment names."""
    with get_application_builder() as builder:
        seed(builder.sm, passwords)


if __name__ == "__main__":
    migrate()
    seed_accounts(json.load(sys.stdin))
