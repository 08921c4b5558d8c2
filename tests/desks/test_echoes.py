"""Servers that repeat what they were sent: no secret of a connection gets into a message by that."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import Connection

from cf_operators.errors import CfError
from cf_operators.hooks.secret_mask import masked, secrets_of
from tests.conftest import Warehouse
from tests.desks.collected import Collected
from tests.desks.desk_server import Answer, Asked, DeskServer, reach_by, running_desk

HOST = "acme.zendesk.com"
SECRET = 's3cr3t/"word" & more'
HTTP = {"conn_type": "http", "host": HOST, "login": "me@acme.example", "password": SECRET}
CONNECTIONS: dict[str, dict[str, Any]] = {
    "zendesk": {"conn_type": "zendesk", "host": HOST, "login": "me@acme.example", "extra": {"token": SECRET}},
    "request_tracker": HTTP,
    "tryton": HTTP | {"extra": {"database": "d"}},
    "odoo": HTTP | {"extra": {"database": "d"}},
}
SESSION = "0123456789abcdef"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    with running_desk(tmp_path, HOST) as desk:
        reach_by(monkeypatch, desk, tmp_path)
        yield desk


def seen(asked: Asked) -> dict[str, str]:
    return {"login": asked.headers.get("authorization", ""), "body": asked.body}


def told(desk: DeskServer, warehouse: Warehouse, kind: str) -> str:
    """What the run says when it fails; the secret was sent, and stands in none of its forms in it."""
    with pytest.raises(CfError) as raised:
        Collected(warehouse, {"kind": kind}).run()
    message = str(raised.value)
    sent = "".join(json.dumps(seen(asked)) for asked in desk.asked)
    credentials = [seen(asked)["login"].partition(" ")[2] for asked in desk.asked]
    assert "s3cr3t" in sent or any(b"s3cr3t" in base64.b64decode(each) for each in credentials)
    assert "s3cr3t" not in message
    assert not any(each and each in message for each in credentials)
    return message


@pytest.mark.parametrize("kind", CONNECTIONS)
def test_a_refusal_that_repeats_the_request(
    desk: DeskServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTIONS[kind]))
    desk.answer = lambda asked: Answer(seen(asked), 400)
    message = told(desk, warehouse, kind)
    assert "***" in message
    assert "refuses the request (400)" in message


def test_an_error_of_odoo_that_repeats_the_arguments(
    desk: DeskServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTIONS["odoo"]))

    def failing(asked: Asked) -> Answer:
        arguments = json.loads(asked.body)["params"]["args"]
        return Answer({"error": {"data": {"name": "builtins.TypeError", "message": f"got {arguments}"}}})

    desk.answer = failing
    assert "got ['d', 'me@acme.example', '***']" in told(desk, warehouse, "odoo")


@pytest.mark.parametrize("status", [200, 400])
def test_a_session_of_tryton_is_not_told(
    desk: DeskServer, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(CONNECTIONS["tryton"]))

    def failing(asked: Asked) -> Answer:
        if "common.db.login" in asked.body:
            return Answer({"id": 1, "result": [7, SESSION]})
        login = asked.headers["authorization"]
        return Answer({"id": 1, "error": ["UserError", [f"{login} {SESSION}", ""]]}, status)

    desk.answer = failing
    message = told(desk, warehouse, "tryton")
    assert "Session *** ***" in message


@pytest.mark.parametrize(
    "text",
    [
        "s3cr3t%2F%22word%22%20%26%20more",
        "s3cr3t%2F%22word%22+%26+more",
        json.dumps(SECRET)[1:-1],
        "s3cr3t/&quot;word&quot; &amp; more",
        base64.b64encode(f"me:{SECRET}".encode()).decode(),
    ],
)
def test_a_secret_is_masked_as_it_may_be_written(text: str) -> None:
    connection = Connection(conn_id="c", conn_type="http", login="me", password=SECRET)
    assert masked(f"<{text}>", secrets_of(connection)) == "<***>"


def test_secrets_of_the_extra_are_masked_and_other_words_are_not() -> None:
    extra = json.dumps(
        {"oauth_token": "t0ken-of-mine", "api_key": "k3y-of-mine", "database": "customers", "x": 1}
    )
    connection = Connection(conn_id="c", conn_type="http", login="me", password="abc", extra=extra)
    text = "t0ken-of-mine k3y-of-mine customers abc"
    assert masked(text, secrets_of(connection)) == "*** *** customers abc"
