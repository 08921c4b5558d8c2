"""The environment of every process of the stack: Airflow's components, and the form server that knows no Airflow."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from local.accounts import QUALITY_MANAGER
from local.connections import AIRFLOW_DATABASE, airflow_connections, form_url
from local.credentials import Credentials
from local.ports import LOOPBACK
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings

FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
# What a process needs of the terminal it was started from; passwords and Airflow settings stay behind.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
FORM_SETTINGS = ("CF_FORM_", "CF_NODE_MODULES")


def airflow_environment(
    settings: StackSettings, credentials: Credentials, server: EmbeddedPostgres
) -> dict[str, str]:
    """The whole environment of the Airflow components; nothing has to be edited in an airflow.cfg.

    AIRFLOW__... entries of the checkout's `.env` file win over ours, and so does every AIRFLOW_CONN_... given.
    """
    given = settings.environment
    own_settings = {key: value for key, value in given.items() if key.startswith("AIRFLOW__")}
    passed_on = {
        key: value for key, value in given.items() if not key.startswith(("AIRFLOW_", "PYTHON", "CF_"))
    }
    variables = {key: value for key, value in given.items() if key.startswith("AIRFLOW_VAR_")}
    metadata = server.uri("airflow", credentials.airflow_database, "airflow", driver="postgresql+psycopg2")
    return {
        **passed_on,
        **_with_our_programs_first(given),
        **variables,
        "AIRFLOW_HOME": str(settings.state / "airflow"),
        AIRFLOW_DATABASE: metadata,
        **_airflow_settings(settings, credentials),
        **own_settings,
        **airflow_connections(settings, credentials, server),
        "CF_PROGRAMME": str(settings.programme),
        "CF_QUALITY_ROLE": QUALITY_MANAGER,
        "PYTHONUNBUFFERED": "1",
    }


def form_environment(
    settings: StackSettings, credentials: Credentials, server: EmbeddedPostgres
) -> dict[str, str]:
    """The environment of the public form server: its own database role and key, and nothing of Airflow."""
    given = settings.environment
    own_settings = {key: value for key, value in given.items() if key.startswith(FORM_SETTINGS) and value}
    return {
        **{key: given[key] for key in PASSED_ON if key in given},
        **_with_our_programs_first(given),
        "PYTHONPATH": str(settings.plugins_folder),
        "PYTHONUNBUFFERED": "1",
        "CF_FORM_DATABASE": server.uri("cf_form", credentials.cf_form, "warehouse"),
        **own_settings,
        "CF_FORM_SIGNING_KEY": credentials.form_signing_key,
        "CF_FORM_PUBLIC_URL": form_url(settings),
        "CF_PROGRAMME": str(settings.programme),
    }


def _with_our_programs_first(given: Mapping[str, str]) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    return {"PATH": f"{programs}:{given.get('PATH', '/usr/bin:/bin')}"}


def _airflow_settings(settings: StackSettings, credentials: Credentials) -> dict[str, str]:
    ports = settings.ports
    address = f"http://{LOOPBACK}:{ports.airflow}"
    return {
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.dags_folder),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(settings.plugins_folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": FAB,
        "AIRFLOW__CORE__FERNET_KEY": credentials.fernet_key,
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",  # the default starts 32 worker processes at once
        # New DAGs wait until the warehouse is prepared, see `Stack.prepare`.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__API__HOST": LOOPBACK,
        "AIRFLOW__API__PORT": str(ports.airflow),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__BASE_URL": address,
        # The first task after a start waits for the web server to build its routes: seconds, on a busy machine more.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__API__SECRET_KEY": credentials.api_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": credentials.jwt_secret,
        # New DAG files are seen within seconds, not after the default five minutes. Nobody edits one during a demo.
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300" if settings.fast else "30",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1" if settings.fast else "1",
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": LOOPBACK,
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(ports.scheduler_health),
        "AIRFLOW__OPENLINEAGE__DISABLED": "True",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
