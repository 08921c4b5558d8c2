"""Collecting a source as a task: real files in, a real warehouse behind, and the summary that others see."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError, DataError
from cf_operators.operators.collect_source import CollectSourceOperator
from tests.conftest import ROOT, Warehouse

Collect = Callable[..., dict[str, Any]]

CUSTOMERS = "customer_id,name,email,language,time_zone,segment,region,consent,key_account\n"
ORDERS = "order_id,customer_id,product,status,ordered_at,promised_on,delivered_at\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(
        "AIRFLOW_CONN_CF_SHOP", json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path)}})
    )
    return tmp_path


@pytest.fixture
def collect(warehouse: Warehouse, run_context: Callable[..., Any]) -> Collect:
    def run(source_id: str = "shop", stream: str = "orders", **params: Any) -> dict[str, Any]:
        operator = CollectSourceOperator(task_id="collect", source_id=source_id, stream=stream)
        return operator.execute(run_context(params=params))

    return run


def counts(summary: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in summary.items() if name != "positions"}


def test_good_rows_land_and_bad_ones_are_counted(
    folder: Path, collect: Collect, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "customers.csv").write_text(
        CUSTOMERS + "C1,Ana,ana@example.org,pt,,consumer,North,,\n,Nobody,,,,,,,\n"
    )
    (folder / "orders.csv").write_text(ORDERS + "O1,C1,Kitchen,open,2024-05-01 10:00:00,2024-05-04,\n")
    with caplog.at_level(logging.INFO, logger="airflow"):
        assert counts(collect()) == {
            "fetched": 3,
            "new": 2,
            "changed": 0,
            "unchanged": 0,
            "deleted": 0,
            "quarantined": 1,
        }
    assert counts(collect(reload=True)) == {
        "fetched": 3,
        "new": 0,
        "changed": 0,
        "unchanged": 2,
        "deleted": 0,
        "quarantined": 1,
    }
    (row,) = warehouse.rows("select * from cf_landing.quarantine")
    assert (row["source"], row["object"], row["location"], row["line"]) == (
        "shop",
        "customers",
        "customers.csv",
        3,
    )
    assert row["reason"].startswith('column "customer_id" is empty')
    assert row["raw"] == ",Nobody,,,,,,,"
    loads = warehouse.rows("select source, stream, run_id from cf_landing.load")
    assert loads == [{"source": "shop", "stream": "orders", "run_id": "manual__test"}] * 2


def test_a_source_without_files_is_empty_and_says_so(
    folder: Path, collect: Collect, capfd: pytest.CaptureFixture[str]
) -> None:
    assert collect(stream="responses")["fetched"] == 0
    assert "no file matches responses*.csv; is the pattern right?" in capfd.readouterr().out


def test_an_unusable_file_fails_the_task_and_lands_nothing_of_its_object(
    folder: Path, collect: Collect, warehouse: Warehouse
) -> None:
    (folder / "customers.csv").write_text(CUSTOMERS + "C1,Ana,ana@example.org,pt,,consumer,North,,\n")
    (folder / "orders.csv").write_text("number,customer\n1,C1\n")
    with pytest.raises(DataError, match=r"orders\.csv: column order_id, customer_id, product"):
        collect()
    assert warehouse.rows("select object from cf_landing.record") == [{"object": "customers"}]


def test_a_stream_that_the_source_does_not_have_is_a_configuration_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collect: Collect
) -> None:
    monkeypatch.setenv("CF_PROGRAMME", str(ROOT / "examples" / "olist" / "programme.yml"))
    with pytest.raises(ConfigurationError, match='source "olist": has no object of stream "complaints"'):
        collect("olist", "complaints")


def test_the_form_is_collected_by_its_own_operator(collect: Collect) -> None:
    with pytest.raises(ConfigurationError, match="are collected by CollectSubmissionsOperator"):
        collect("form", "responses")


def test_a_database_is_a_source_like_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collect: Collect, warehouse: Warehouse
) -> None:
    with warehouse.connect() as connection:
        connection.execute("create schema crm")
        connection.execute("create table crm.cases (id bigint, received_at timestamp, kind text)")
        connection.execute(
            "insert into crm.cases values (1, '2024-05-01 10:00', 'damaged'), (2, null, 'late')"
        )
    monkeypatch.setenv("AIRFLOW_CONN_CF_CRM", warehouse.uri.replace("postgresql://", "postgres://", 1))
    programme = (ROOT / "examples" / "olist" / "programme.yml").read_text()
    source = """
  - id: crm
    kind: sql
    connection: cf_crm
    time_zone: America/Sao_Paulo
    staging: staging.sql
    objects:
      cases:
        stream: complaints
        read: crm.cases
        key: [id]
        columns: {id: integer, received_at: timestamp, kind: text}
  - id: form
"""
    path = tmp_path / "programme.yml"
    path.write_text(
        programme.replace("\n  - id: form\n", source)
        .replace("../../include", str(ROOT / "include"))
        .replace("staging: staging.sql", f"staging: {ROOT / 'examples' / 'olist' / 'staging.sql'}")
    )
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    summary = collect("crm", "complaints")
    assert counts(summary) == {
        "fetched": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "deleted": 0,
        "quarantined": 1,
    }
    assert warehouse.rows("select external_id, payload ->> 'kind' as kind from cf_landing.record") == [
        {"external_id": "1", "kind": "damaged"}
    ]
