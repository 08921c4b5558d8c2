"""A form server's address, a mail server that keeps what it takes, and a wave that waits to be sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Warehouse
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend, write_programme
from tests.people import People


@pytest.fixture
def form_address(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {"conn_type": "http", "schema": "https", "host": "feedback.example", "password": "k" * 40}
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(connection))


@pytest.fixture
def mail_catcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailCatcher]:
    """The Airflow connection ``cf_smtp`` leads to it."""
    with MailCatcher() as server:
        monkeypatch.setenv("AIRFLOW_CONN_CF_SMTP", server.uri)
        yield server


@pytest.fixture
def wave(
    warehouse: Warehouse, form_address: None, run_context: Callable[..., dict[str, Any]]
) -> Iterator[WaveToSend]:
    with People(warehouse) as people:
        yield WaveToSend(people, run_context)


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``programme(sending={...}, campaigns={"annual": {...}})``: from now on the programme says so."""

    def change(**changes: Any) -> None:
        monkeypatch.setenv("CF_PROGRAMME", str(write_programme(tmp_path, **changes)))

    return change
