"""Airflow's own database for ``dag.test()``, and the servers and connections that the DAGs reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from demo.shop.generate import generate
from tests.conftest import Warehouse, free_port


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """A migrated metadata database (SQLite) in the session's Airflow home."""
    from airflow.utils import db

    db.initdb()


class Mailbox:
    """An SMTP handler that keeps the Message-IDs of what it accepts."""

    def __init__(self) -> None:
        self.message_ids: list[str] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        from email import message_from_bytes

        self.message_ids.append(str(message_from_bytes(envelope.content)["Message-ID"]))  # type: ignore[attr-defined]
        return "250 accepted"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """A real SMTP server; the Airflow connection ``cf_smtp`` leads to it."""
    handler = Mailbox()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    extra = {"disable_ssl": True, "disable_tls": True}
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_SMTP",
        json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": controller.port, "extra": extra}),
    )
    yield handler
    controller.stop()


@pytest.fixture
def shop(tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The generated shop of today as the source ``cf_shop``, and the public address of its forms."""
    folder = tmp_path / "input"
    generate(folder, datetime.now(UTC).date(), truth=tmp_path / "truth.csv")
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_SHOP", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}})
    )
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_FORM",
        json.dumps({"conn_type": "http", "host": "http://127.0.0.1:8090", "password": "k" * 40}),
    )
    return folder
