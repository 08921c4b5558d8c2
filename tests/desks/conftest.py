"""A help desk that a test scripts, for what no real one does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desks.desk_server import DeskServer, running_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskServer]:
    """A help desk that says what a test tells it to; the Airflow connection ``cf_desk`` leads to it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with running_desk(tmp_path) as desk:
        connection = {
            "conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": desk.port,
            "login": "me", "password": "secret-word", "extra": {"database": "d"},
        }  # fmt: skip
        monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(connection))
        yield desk
