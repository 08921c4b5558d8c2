"""Qualtrics by HTTP: where the token goes, how long an answer may take, how large it may be, how long to wait."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks import qualtrics_client
from cf_operators.hooks.qualtrics_client import QualtricsClient
from cf_operators.hooks.qualtrics_trigger import QualtricsExportTrigger
from tests.qualtrics_server import SURVEY, TOKEN, QualtricsServer, refused, result

DEFINITION = f"/survey-definitions/{SURVEY}"
EXPORT = f"/surveys/{SURVEY}/export-responses"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[QualtricsServer]:
    with QualtricsServer() as server:
        connection = {"conn_type": "http", "host": server.url, "password": TOKEN}
        monkeypatch.setenv("AIRFLOW_CONN_CF_QX", json.dumps(connection))
        monkeypatch.setattr(QualtricsExportTrigger, "SHORTEST", 0.01)
        yield server


def define() -> dict[str, Any]:
    with QualtricsClient("cf_qx") as client:
        return client.result("GET", DEFINITION, "survey")


def download() -> bytes:
    with QualtricsClient("cf_qx") as client:
        file = BytesIO()
        client.download(f"{EXPORT}/file-1/file", "export", file)
        return file.read()


def look() -> dict[str, Any]:
    """What the trigger finds."""
    until = datetime.now(UTC) + timedelta(seconds=5)
    ticket = {"survey": SURVEY, "progress_id": "ES_1", "give_up_at": until.isoformat()}

    async def event() -> dict[str, Any]:
        async for event in QualtricsExportTrigger("cf_qx", {"annual": ticket}).run():
            return event.payload  # type: ignore[no-any-return]
        raise AssertionError("the trigger ended without an event")

    return asyncio.run(event())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [define, download])
def test_the_token_is_sent_to_no_other_host(
    server: QualtricsServer, call: Callable[[], object], status: int
) -> None:
    with QualtricsServer() as other:
        server.replies = [("GET", (status, {"Location": f"{other.url}/API/v3?code=42"}, b""))]
        with pytest.raises(
            ConfigurationError, match=f'leads on to "{other.url}", where the API token'
        ) as stopped:
            call()
        assert other.requests == []
    assert "42" not in str(stopped.value).replace(other.url, "")
    assert TOKEN not in str(stopped.value)


def test_a_redirect_on_the_same_host_is_said_with_its_path(server: QualtricsServer) -> None:
    server.replies = [("GET", (302, {"Location": "/login?next=1"}, b""))]
    with pytest.raises(ConfigurationError, match='leads on to "/login"'):
        define()


@pytest.mark.parametrize("status", [302, 307])
def test_the_trigger_sends_the_token_to_no_other_host(server: QualtricsServer, status: int) -> None:
    with QualtricsServer() as other:
        server.replies = [("GET", (status, {"Location": f"{other.url}/API/v3"}, b""))]
        event = look()
        assert other.requests == []
    assert (event["status"], event["is_fatal"]) == ("failed", True)
    assert f'leads on to "{other.url}"' in event["reason"]


def test_a_wait_may_be_given_as_a_date(server: QualtricsServer) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.replies = [("GET", refused(429, "Too many", **{"Retry-After": until}))]
    with pytest.raises(SourceUnavailable, match="HTTP 429") as stopped:
        define()
    assert stopped.value.retry_after is not None
    assert 80 <= stopped.value.retry_after.total_seconds() <= 90


@pytest.mark.parametrize(
    ("call", "limit"), [(define, "ANSWER_SECONDS"), (download, "FILE_SECONDS")], ids=["answer", "file"]
)
def test_an_answer_that_drips_is_given_up(
    server: QualtricsServer, monkeypatch: pytest.MonkeyPatch, call: Callable[[], object], limit: str
) -> None:
    """Each byte comes in time, and the whole would take a minute."""
    monkeypatch.setattr(qualtrics_client, limit, 0.3)
    server.replies = [("GET", result({"Questions": "x" * 1000}))]
    server.drip = 0.05
    begun = time.monotonic()
    with pytest.raises(SourceUnavailable, match=r"no whole answer within 0\.3 s"):
        call()
    assert time.monotonic() - begun < 5


def test_an_answer_has_a_largest_size(server: QualtricsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qualtrics_client, "LARGEST_ANSWER", 1000)
    large = result({"status": "complete", "fileId": "x" * 1000})
    server.replies = [("GET", large)]
    with pytest.raises(DataError, match="larger than 1000 bytes"):
        define()
    server.replies = [("GET", large)]
    event = look()
    assert event["is_fatal"]
    assert "larger than 1000 bytes" in event["reason"]


@pytest.mark.parametrize("body", [b"[1]", b'{"result": 7}', b"[" * 100_000, b"\xff", b'{"result": {"a": 1}'])
def test_an_answer_that_is_none_is_tried_again(server: QualtricsServer, body: bytes) -> None:
    server.replies = [("GET", (200, {}, body))]
    with pytest.raises(SourceUnavailable, match="reply"):
        define()
    server.replies = [("GET", (200, {}, body))]
    event = look()
    assert (event["status"], event["tickets"]["annual"]["file_id"]) == ("ready", "file-0")


def test_an_answer_that_breaks_off_is_tried_again(server: QualtricsServer) -> None:
    server.replies = [("GET", (200, {"Content-Length": "5000"}, b'{"result": {}}'))]
    with pytest.raises(SourceUnavailable, match=r"none that is whole \(RemoteProtocolError\)"):
        define()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"password": " "}, "has no password"),
        ({"password": "tökén"}, "letters that no API token has"),
        ({"host": ""}, "has no host"),
        ({"host": "htp://fra1.qualtrics.com"}, "makes no address"),
    ],
)
def test_a_connection_that_cannot_work_is_said_to_be_wrong(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], message: str
) -> None:
    connection = {"conn_type": "http", "host": "https://fra1.qualtrics.com", "password": TOKEN, **changed}
    monkeypatch.setenv("AIRFLOW_CONN_CF_QX", json.dumps(connection))
    with pytest.raises(ConfigurationError, match=message) as stopped:
        define()
    assert "tökén" not in str(stopped.value)


@pytest.mark.shared
def test_definitions_here_are_those_of_the_vendors_specification(
    server: QualtricsServer, shared: Path
) -> None:
    text = (shared / "specs" / "qualtrics-api-openapi-3.0.json").read_text(encoding="utf-8")
    schema = json.loads(text)["components"]["schemas"]["SurveyResponse"]["properties"]["result"]
    found = define()
    assert set(found) <= set(schema["properties"])
    jsonschema.validate(found, schema)
    questions = schema["properties"]["Questions"]["properties"]
    of_one = {name for question in questions.values() for name in question["properties"]}
    assert found["Questions"]
    assert {name for question in found["Questions"].values() for name in question} <= of_one
