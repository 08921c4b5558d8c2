"""Airflow's metadata database on a real PostgreSQL: schema, roles and accounts, twice."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from local.airflow_env import airflow_environment
from local.credentials import Credentials
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from local.warehouse_roles import prepare_databases

ROOT = Path(__file__).parents[2]
PERMISSIONS = """
    select r.name, a.name || ' on ' || v.name
    from ab_role r
    join ab_permission_view_role g on g.role_id = r.id
    join ab_permission_view pv on pv.id = g.permission_view_id
    join ab_permission a on a.id = pv.permission_id
    join ab_view_menu v on v.id = pv.view_menu_id
"""
ACCOUNTS = """
    select u.username, r.name, u.password
    from ab_user u join ab_user_role ur on ur.user_id = u.id join ab_role r on r.id = ur.role_id
"""


@pytest.mark.timeout(300)
def test_accounts_and_roles_are_seeded_and_a_new_password_is_taken(
    server: EmbeddedPostgres, settings: StackSettings
) -> None:
    first = Credentials.load(settings.state, {})
    prepare_databases(server.superuser_uri, first.database_roles, ROOT / "include/sql/schema/roles.sql")

    before = prepared(server, settings, first)
    assert {name: role for name, (role, _) in before.items()} == {
        "admin": "Admin",
        "quality": "Quality Manager",
        "viewer": "Viewer",
    }
    granted = permissions(server, first)
    assert {"can_edit on HITL Detail", "can_read on Task Logs", "can_read on Plugins"} <= granted[
        "Quality Manager"
    ]
    assert "can_read on Plugins" in granted["Viewer"]
    forbidden = {
        "can_read on Variables",
        "can_read on Connections",
        "can_create on DAG Runs",
        "can_edit on DAGs",
    }
    assert not forbidden & granted["Quality Manager"]

    after = prepared(server, settings, replace(first, account_viewer="a new password"))
    assert permissions(server, first) == granted
    assert after["viewer"] != before["viewer"]
    assert {**after, "viewer": None} == {**before, "viewer": None}


def prepared(
    server: EmbeddedPostgres, settings: StackSettings, credentials: Credentials
) -> dict[str, tuple[str, str]]:
    """Run what the stack runs; returns user name -> role and password hash."""
    result = subprocess.run(
        [sys.executable, "-m", "local.metadata"],
        input=json.dumps(credentials.accounts),
        env=airflow_environment(settings, credentials, server),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    with psycopg.connect(server.uri("airflow", credentials.airflow_database, "airflow")) as connection:
        return {name: (role, password) for name, role, password in connection.execute(ACCOUNTS)}


def permissions(server: EmbeddedPostgres, credentials: Credentials) -> dict[str, set[str]]:
    """Role -> what it may do."""
    granted: dict[str, set[str]] = {}
    with psycopg.connect(server.uri("airflow", credentials.airflow_database, "airflow")) as connection:
        for role, permission in connection.execute(PERMISSIONS):
            granted.setdefault(role, set()).add(permission)
    return granted
