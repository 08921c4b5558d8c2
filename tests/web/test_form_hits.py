"""The log of hits: one line per request on a link, nothing of people in it, kept apart from the answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.web.form_app import create_app
from tests.conftest import Warehouse
from tests.web.conftest import Form
from tests.web.running_form import Invitation, definition_of, form_settings, invite, running_form
from tests.web.test_form_survey import COMPLETE

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "hits.jsonl"


@pytest.fixture
def client(warehouse: Warehouse, log: Path) -> Iterator[httpx.Client]:
    with (
        running_form(warehouse, hit_log=str(log), posts_per_minute=4) as url,
        httpx.Client(base_url=url, headers={"User-Agent": BROWSER}) as made,
    ):
        yield made


def lines(log: Path, count: int) -> list[dict[str, Any]]:
    """So many lines; the last may come a moment after its answer."""
    deadline = time.monotonic() + 60
    while True:
        found = log.read_text().splitlines() if log.exists() else []
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count
            return [json.loads(line) for line in found]
        time.sleep(0.01)


def facts(found: list[dict[str, Any]], invitation: Invitation) -> list[tuple[Any, ...]]:
    ours = [line for line in found if line["invitation"] == str(invitation.invitation_id)]
    return [(line["link"], line["method"], line["status"], line["outcome"]) for line in ours]


def test_every_request_on_a_link_is_one_line(client: httpx.Client, warehouse: Warehouse, log: Path) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    body = {"answers": COMPLETE, "complete": True}
    client.get("/")
    client.get("/health")
    client.get(invitation.survey)
    client.head(invitation.survey)
    client.post(invitation.survey, json={"answers": {"nps": 11}, "complete": True})
    client.post(invitation.survey, content=b"x")
    client.post(invitation.survey, json=body)
    client.post(invitation.survey, json=body)
    client.post(invitation.survey, json=body)
    client.get(invitation.survey)
    client.options(invitation.survey)
    client.get(invitation.unsubscribe)
    client.post(invitation.unsubscribe)
    client.get(invitation.preferences)
    client.get(invitation.interview())
    client.get("/s/forged")
    found = lines(log, 14)
    assert facts(found, invitation) == [
        ("answer", "GET", 200, "shown"),
        ("answer", "HEAD", 200, "shown"),
        ("answer", "POST", 422, "refused"),
        ("answer", "POST", 415, "refused"),
        ("answer", "POST", 200, "accepted"),
        ("answer", "POST", 200, "answered"),
        ("answer", "POST", 429, "refused"),
        ("answer", "GET", 200, "answered"),
        ("unsubscribe", "GET", 200, "shown"),
        ("unsubscribe", "POST", 200, "accepted"),
        ("preferences", "GET", 200, "shown"),
        ("interview", "GET", 200, "answered"),
    ]
    others = [line for line in found if line["invitation"] is None]
    assert [(line["link"], line["method"], line["status"], line["outcome"]) for line in others] == [
        ("answer", "OPTIONS", 405, "refused"), ("answer", "GET", 404, "refused"),
    ]  # fmt: skip
    assert {line["client"] for line in found} == {"browser"}


def test_a_line_holds_no_token_no_address_and_no_name(
    client: httpx.Client, warehouse: Warehouse, log: Path
) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    links = (invitation.survey, invitation.unsubscribe, invitation.preferences, invitation.interview("Zoe"))
    for link in links:
        client.get(
            link, headers={"User-Agent": "curl/8 somebody@example.org", "X-Forwarded-For": "203.0.113.9"}
        )
    found = lines(log, 4)
    text = log.read_text()
    assert set(found[0]) == {"at", "link", "method", "invitation", "status", "client", "outcome"}
    for secret in ("127.0.0.1", "203.0.113.9", "somebody", "curl", "Zoe", *(link[3:20] for link in links)):
        assert secret not in text


def test_a_log_that_was_moved_away_is_made_anew(
    client: httpx.Client, warehouse: Warehouse, log: Path
) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    client.get(invitation.survey)
    lines(log, 1)
    log.rename(log.with_suffix(".1"))
    time.sleep(1.1)
    client.get(invitation.survey)
    assert lines(log, 1)[0]["outcome"] == lines(log.with_suffix(".1"), 1)[0]["outcome"] == "shown"


def test_without_a_log_nothing_is_missed(form: Form, capfd: pytest.CaptureFixture[str]) -> None:
    assert form.client.get(form.invite().survey).status_code == 200
    assert "invitation" not in capfd.readouterr().err


def test_standard_error_takes_it_too(warehouse: Warehouse, capfd: pytest.CaptureFixture[str]) -> None:
    invitation = invite(warehouse, definition_of("annual"))
    with running_form(warehouse, hit_log="stderr") as url:
        httpx.get(url + invitation.survey)
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    assert json.loads(line)["client"] == "scanner"


def test_a_file_that_cannot_be_written_is_told_at_the_start(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"CF_FORM_HIT_LOG: cannot write .*none.*No such file"):
        create_app(form_settings(warehouse, 1, hit_log=str(tmp_path / "none" / "hits")))
