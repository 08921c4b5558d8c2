"""The form server as a whole: its process, role, headers and limits, and what it says when something fails."""

from __future__ import annotations

import gzip
import logging
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.web.form_app import create_app
from cf_operators.web.form_gate import WithoutTokens
from cf_operators.web.form_settings import FormSettings
from tests.conftest import ROOT, Warehouse, WarehouseServer, free_port
from tests.web.conftest import Form
from tests.web.running_form import definition_of, form_settings, invite, running_form

PLUGINS = {"PYTHONPATH": str(ROOT / "plugins"), "PATH": os.environ["PATH"]}


def run_python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=PLUGINS | environment,
    )


def test_nothing_of_airflow_is_imported() -> None:
    result = run_python(
        "import sys, cf_operators.web.form_app\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'airflow', 'sqlalchemy', 'alembic'}))"
    )
    assert (result.returncode, result.stdout.strip()) == (0, "[]"), result.stderr


def test_missing_settings_are_told_all_at_once(tmp_path: Path) -> None:
    result = run_python(
        "from cf_operators.web.form_app import create_app; create_app()",
        CF_FORM_SIGNING_KEY="short",
        CF_FORM_RATE="many",
        CF_PROGRAMME=str(tmp_path / "none.yml"),
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    for words in (
        "CF_FORM_DATABASE is missing",
        "CF_FORM_SIGNING_KEY has 5 characters; it needs 32",
        "CF_FORM_PUBLIC_URL is missing",
        "CF_FORM_RATE is 'many'",
        "none.yml",
    ):
        assert words in result.stderr


def test_settings_are_read_and_no_secret_is_shown() -> None:
    environment = {
        "CF_FORM_DATABASE": "postgresql://cf_form:geheim@db/warehouse",
        "CF_FORM_SIGNING_KEY": "k" * 32,
        "CF_FORM_PUBLIC_URL": "https://shop.example/feedback/",
        "CF_FORM_RATE": "0",
    }
    settings = FormSettings.from_environment(environment)
    assert (settings.base_path, settings.is_https) == ("/feedback", True)
    assert (settings.requests_per_minute, settings.posts_per_minute) == (0, 60)
    assert "geheim" not in repr(settings)
    assert "kkk" not in repr(settings)
    with pytest.raises(ConfigurationError, match="CF_FORM_DATABASE cannot be read") as refused:
        FormSettings.from_environment(environment | {"CF_FORM_DATABASE": "cf_form:geheim"})
    assert "geheim" not in str(refused.value)


def test_the_documented_command_serves_and_stops(warehouse: Warehouse, tmp_path: Path) -> None:
    port = free_port()
    settings = form_settings(warehouse, port)
    command = ["-m", "uvicorn", "--factory", "cf_operators.web.form_app:create_app", "--port", str(port)]
    environment = {
        "CF_FORM_DATABASE": settings.database,
        "CF_FORM_SIGNING_KEY": settings.signing_key,
        "CF_FORM_PUBLIC_URL": settings.public_url,
        "CF_NODE_MODULES": str(settings.node_modules),
    }
    link = invite(warehouse, definition_of("annual")).survey
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command, "--no-server-header"],
            stdout=log,
            stderr=log,
            env=PLUGINS | environment,
        )
    try:
        with httpx.Client(base_url=settings.public_url, transport=httpx.HTTPTransport(retries=8)) as client:
            assert client.get("/health").json() == {"status": "ok"}
            page = client.get(link)
            assert (page.status_code, "server" in page.headers) == (200, False)
    finally:
        server.terminate()
        assert server.wait(timeout=20) in {0, -signal.SIGTERM}
    lines = (tmp_path / "log").read_text()
    assert '"GET /s/... HTTP/1.1" 200' in lines
    assert link not in lines


def test_missing_packages_are_named(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"survey-core.*does not exist.*npm ci"):
        create_app(form_settings(warehouse, 1, node_modules=tmp_path))


def test_the_role_can_call_six_functions_and_read_no_table(warehouse: Warehouse) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    tables = warehouse.rows(
        """select format('%I.%I', n.nspname, c.relname) as name,
                  has_table_privilege('cf_form', c.oid, 'select, insert, update, delete, truncate, references, trigger')
                  or has_any_column_privilege('cf_form', c.oid, 'select, insert, update, references') as is_open
           from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
           where n.nspname like 'cf%' and c.relkind in ('r', 'v', 'm', 'p', 'f')"""
    )
    functions = warehouse.rows(
        """select p.proname from pg_proc as p inner join pg_namespace as n on p.pronamespace = n.oid
           where n.nspname like 'cf%' and has_function_privilege('cf_form', p.oid, 'execute') order by 1"""
    )
    assert len(tables) > 15
    assert [table["name"] for table in tables if table["is_open"]] == []
    assert [row["proname"] for row in functions] == [
        "form_open", "form_prefer", "form_preferences", "form_preview", "form_submit", "form_unsubscribe",
    ]  # fmt: skip
    with psycopg.connect(warehouse.form_uri, autocommit=True) as connection:
        assert connection.execute(
            "select status from cf_ledger.form_open(%s)", [invitation.invitation_id]
        ).fetchone() == ("open",)
        for statement in (
            *(f"select * from {table['name']}" for table in tables),
            "create table public.mine (x int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_every_answer_has_the_security_headers(form: Form) -> None:
    invitation = form.invite()
    style = re.search(r'href="(/assets/[^"]+form\.css)"', form.client.get("/").text)
    assert style
    links = (invitation.survey, invitation.unsubscribe, invitation.preferences, invitation.interview())
    for path in ("/", "/health", "/nothing", "/s/x", "/docs", "/openapi.json", style[1], *links):
        headers = form.client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert policy.endswith("base-uri 'none'; frame-ancestors 'none'")
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert ("no-store" in headers["cache-control"]) is (path != style[1])
        assert "set-cookie" not in headers
    for path in links:
        for reply in (form.client.post(path, json={}), form.client.post(path, data={"service": "no"})):
            assert "set-cookie" not in reply.headers
            assert reply.headers["content-security-policy"] == policy


def test_assets_are_kept_for_good_and_only_by_their_own_address(form: Form) -> None:
    page = form.client.get(form.invite(language="de").survey).text
    addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(addresses) == 6
    for address in addresses:
        reply = form.client.get(address, headers={"Accept-Encoding": "gzip"})
        plain = form.client.get(address, headers={"Accept-Encoding": "identity"})
        assert "immutable" in reply.headers["cache-control"]
        assert (reply.headers["content-encoding"], reply.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert "content-encoding" not in plain.headers
        assert reply.content == plain.content
        assert int(reply.headers["content-length"]) < len(plain.content)
        digest, name = address.split("/")[-2:]
        assert form.client.get(f"/assets/{'0' * len(digest)}/{name}").status_code == 404
    total = sum(len(gzip.compress(form.client.get(address).content)) for address in addresses)
    assert total < 500_000
    for path in ("/assets/x/package.json", "/assets/x/..%2f..%2fpackage.json", "/assets/", "/assets/x"):
        assert form.client.get(path).status_code == 404


def test_front_page_and_wrong_addresses_speak_the_language_of_the_browser(form: Form) -> None:
    portuguese = {"Accept-Language": "fr-FR, pt-BR;q=0.9, en;q=0.5"}
    assert "Opinião dos clientes" in form.client.get("/", headers=portuguese).text
    assert form.client.get("/", headers={"Accept-Language": ";;;q=x,*"}).status_code == 200
    missing = form.client.get("/nothing", headers=portuguese)
    assert (missing.status_code, "Não há nada aqui" in missing.text) == (404, True)
    wrong = form.client.delete("/")
    assert (wrong.status_code, set(wrong.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert form.client.get("/docs").status_code == form.client.get("/openapi.json").status_code == 404


def test_health_and_pages_without_a_warehouse(form: Form, warehouse: Warehouse) -> None:
    assert (form.client.get("/health").status_code, form.client.get("/health").json()) == (
        200,
        {"status": "ok"},
    )
    with running_form(warehouse, database="postgresql://cf_form@127.0.0.1:1/none") as url:
        invitation = form.invite()
        health = httpx.get(f"{url}/health", timeout=20)
        page = httpx.get(url + invitation.survey, timeout=20)
        reply = httpx.post(url + invitation.survey, json={"answers": {}, "complete": False}, timeout=20)
    assert (health.status_code, page.status_code, reply.status_code) == (503, 503, 503)
    assert "We will be back" in page.text
    assert reply.json() == {"status": "unavailable"}
    assert page.headers["retry-after"] == "10"


def test_a_restart_of_the_warehouse_costs_nobody_an_answer(
    form: Form, warehouse_server: WarehouseServer
) -> None:
    invitation = form.invite()
    assert form.client.get(invitation.survey).status_code == 200
    with warehouse_server.superuser() as connection:
        ended = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'cf_form'"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 1
    assert form.post(invitation, {"nps": 9, "csat": 5}).json() == {"status": "accepted"}


def test_a_mistake_of_ours_is_told_kindly_and_ends_with_its_cause(form: Form) -> None:
    invitation = form.invite()
    assert form.client.get(invitation.survey).status_code == 200
    with form.warehouse.connect() as connection:
        connection.execute("alter table cf_landing.form_submission rename to away")
    failed = form.post(invitation, {"nps": 9, "csat": 5})
    assert (failed.status_code, failed.json()) == (500, {"status": "failed"})
    assert failed.headers["x-content-type-options"] == "nosniff"
    with form.warehouse.connect() as connection:
        connection.execute("alter table cf_landing.away rename to form_submission")
    assert form.post(invitation, {"nps": 9, "csat": 5}).json() == {"status": "accepted"}


@pytest.fixture
def limited(warehouse: Warehouse) -> Iterator[httpx.Client]:
    with (
        running_form(warehouse, requests_per_minute=20, posts_per_minute=3) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client


def test_who_calls_too_often_is_asked_to_wait(limited: httpx.Client, warehouse: Warehouse) -> None:
    link = invite(warehouse, definition_of("annual")).survey
    body = {"answers": {"nps": 1}, "complete": False}
    posts = [limited.post(link, json=body) for _ in range(5)]
    assert [post.status_code for post in posts] == [200, 200, 200, 429, 429]
    assert posts[-1].json() == {"status": "busy"}
    assert 1 <= int(posts[-1].headers["retry-after"]) <= 20
    visits = [limited.get("/") for _ in range(20)]
    assert [visit.status_code for visit in visits].count(200) in {15, 16}
    assert "One moment, please" in visits[-1].text
    assert visits[-1].headers["content-security-policy"]
    assert int(visits[-1].headers["retry-after"]) >= 1


def test_behind_a_proxy_all_addresses_have_its_path(warehouse: Warehouse) -> None:
    with running_form(warehouse, public_url="https://shop.example/feedback") as url:
        page = httpx.get(url + invite(warehouse, definition_of("annual")).survey)
    assert set(re.findall(r'(?:src|href)="(/\w+)/', page.text)) == {"/feedback"}
    assert '"post":"/feedback/s/' in page.text
    assert page.headers["strict-transport-security"] == "max-age=31536000"


def test_signed_links_stay_out_of_the_access_log() -> None:
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1:5", "GET", "/s/abc.DEF-123?lang=de", "1.1", 200), None,
    )  # fmt: skip
    assert WithoutTokens().filter(record)
    assert record.getMessage() == '127.0.0.1:5 - "GET /s/...?lang=de HTTP/1.1" 200'
