"""docker-compose.yml and the Dockerfile, as far as they can be judged without Docker."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.airflow_env import airflow_environment
from local.credentials import Credentials
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LONG_RUNNING = sorted(set(SERVICES) - {"init"})
SECRET = re.compile(r"PASSWORD|SECRET|_KEY")


def filled_in(text: str) -> str:
    """Compose's ${NAME:-default} and ${NAME:?message} with their defaults, or else the name in small letters."""
    return re.sub(r"\$\{(\w+)(?::([-?])([^}]*))?\}", lambda m: m[3] if m[2] == "-" else m[1].lower(), text)


def environment(service: str) -> dict[str, str]:
    return {name: filled_in(value) for name, value in SERVICES[service].get("environment", {}).items()}


def test_the_services_are_those_of_the_stack() -> None:
    assert sorted(SERVICES) == [
        "api-server", "dag-processor", "form-server", "init", "mail-catcher", "postgres", "scheduler", "triggerer",
    ]  # fmt: skip


@pytest.mark.parametrize("service", LONG_RUNNING)
def test_every_service_tells_its_health_and_comes_back(service: str) -> None:
    health = SERVICES[service]["healthcheck"]
    assert health["test"][0] in ("CMD", "CMD-SHELL")
    assert {"interval", "timeout", "retries"} <= set(health)
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_nothing_starts_before_what_it_needs() -> None:
    assert SERVICES["init"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["init"]["restart"] == "no"
    for service in ("api-server", "scheduler", "dag-processor", "triggerer", "form-server"):
        assert SERVICES[service]["depends_on"]["init"] == {"condition": "service_completed_successfully"}
    assert SERVICES["scheduler"]["depends_on"]["api-server"] == {"condition": "service_healthy"}
    for each in SERVICES.values():
        for needed, how in each.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in SERVICES[needed]


def test_the_form_server_has_nothing_of_airflow() -> None:
    told = environment("form-server")
    assert sorted(told) == [
        "CF_FORM_DATABASE", "CF_FORM_PUBLIC_URL", "CF_FORM_SIGNING_KEY", "CF_PROGRAMME", "PYTHONPATH",
    ]  # fmt: skip
    assert told["CF_FORM_DATABASE"] == "postgresql://cf_form:cf_compose_form_password@postgres/warehouse"
    assert told["CF_FORM_PUBLIC_URL"] == "http://127.0.0.1:28090"
    assert not any("logs" in volume for volume in SERVICES["form-server"]["volumes"])


def test_every_secret_comes_from_the_env_file_and_is_demanded() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    demanded = set(re.findall(r"\$\{(\w+):\?see \.env\.example\}", text))
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    assert {name for name in used if SECRET.search(name)} == demanded
    documented = (ROOT / ".env.example").read_text()
    assert {name for name in used if name not in documented} == set()
    for service in SERVICES:
        for name, value in SERVICES[service].get("environment", {}).items():
            if SECRET.search(name) or ("://" in value and "@" in value):
                assert "${" in value, f"{service}: {name} has a fixed value"


def test_only_pages_for_people_are_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert sorted(published) == ["api-server", "form-server", "mail-catcher"]
    for ports in published.values():
        assert all(filled_in(port).startswith("127.0.0.1:") for port in ports)


def test_code_and_input_are_mounted_read_only() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            is_named = volume.split(":")[0] in COMPOSE["volumes"]
            assert is_named or volume.endswith(":ro"), f"{name} may write to {volume}"
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]


def test_airflow_is_told_the_same_as_by_the_local_stack(settings: StackSettings) -> None:
    credentials = Credentials.load(settings.state, {})
    local = airflow_environment(settings, credentials, EmbeddedPostgres(settings.state / "pg", 1, ""))
    told = environment("scheduler")
    for name in ("AUTH_MANAGER", "EXECUTOR", "LOAD_EXAMPLES", "PARALLELISM", "DAGS_ARE_PAUSED_AT_CREATION"):
        assert told[f"AIRFLOW__CORE__{name}"] == local[f"AIRFLOW__CORE__{name}"]
    ours = {name for name in local if name.startswith(("AIRFLOW_CONN_", "CF_"))}
    assert ours <= set(told)
    for service in ("api-server", "dag-processor", "triggerer"):
        assert environment(service) == told


def test_airflow_understands_the_connections() -> None:
    from airflow.models.connection import Connection

    told = environment("scheduler")
    warehouse = Connection(uri=told["AIRFLOW_CONN_CF_WAREHOUSE"])
    assert (warehouse.host, warehouse.login, warehouse.schema) == ("postgres", "cf_engine", "warehouse")
    mail = Connection(uri=told["AIRFLOW_CONN_CF_SMTP"])
    assert (mail.host, mail.port, mail.extra_dejson) == (
        "mail-catcher", 1025, {"disable_ssl": True, "disable_tls": True},
    )  # fmt: skip
    form = Connection.from_json(told["AIRFLOW_CONN_CF_FORM"])
    assert (form.schema, form.host, form.port) == ("http", "127.0.0.1", 28090)
    assert form.password == environment("form-server")["CF_FORM_SIGNING_KEY"]


def test_init_gets_every_role_and_account() -> None:
    told = environment("init")
    assert set(json.loads(told["CF_ROLE_PASSWORDS"])) == {"airflow", "cf_engine", "cf_form", "cf_bi"}
    assert set(json.loads(told["CF_ACCOUNT_PASSWORDS"])) == {"admin", "quality", "viewer"}
    assert SERVICES["init"]["command"] == ["python", "-m", "local.container_init"]


def test_the_image_is_made_of_the_locks_and_runs_without_root() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements.txt" in text
    assert "npm ci" in text
    assert text.rstrip().splitlines()[-1] == "USER airflow"
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = {word for line in text.splitlines() if line.startswith("COPY ") and "--from" not in line
              for word in line.split()[1:-1]}  # fmt: skip
    assert ignored[0] == "*"
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
