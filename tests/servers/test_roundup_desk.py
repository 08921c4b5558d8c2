"""A real Roundup, collected as a desk that the programme describes: from its REST interface to the complaint."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from cf_operators.domain.rest_source import RestSource
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.rest_source import RestSourceHook
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse
from tests.servers.roundup import LOGIN, Roundup

WRITTEN = "%Y-%m-%d.%H:%M:%S"
ENTRY: dict[str, Any] = {
    "id": "roundup",
    "kind": "rest",
    "connection": "cf_roundup",
    "time_zone": "UTC",
    "auth": {"kind": "basic"},
    "objects": {
        "issues": {
            "stream": "complaints",
            "read": "/rest/data/issue",
            "params": {"@fields": "title,creation,activity,status.name", "@sort": "activity,id"},
            "records": "data.collection",
            "paging": {"kind": "page", "parameter": "@page_index", "size_parameter": "@page_size", "size": 2},
            "changed": {"since": "activity", "format": f"{WRITTEN};"},
            "key": ["id"],
            "map": {
                "shape": "complaint",
                "fields": {
                    "received_at": {"path": "creation", "format": WRITTEN},
                    "category": "title",
                    "is_satisfied": {"path": "status\\.name", "values": {"done-cbb": True}, "otherwise": ""},
                },
            },
        }
    },
}


def collect(source: RestSource) -> dict[str, int]:
    landing = Landing(WarehouseHook(), "roundup", "complaints", "run")
    position = landing.begin("issues")
    for page in RestSourceHook(source).pages("issues", position, None):
        landing.land("issues", page)
    with WarehouseHook().transaction() as connection:
        StagingViews(connection).refresh(source)
    return landing.close().as_dict()


def test_issues_become_complaints_and_changes_versions(
    roundup: Roundup, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = urlsplit(roundup.url)
    connection = {
        "conn_type": "http", "host": f"http://{address.netloc}{address.path}",
        "login": LOGIN[0], "password": LOGIN[1],
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_CF_ROUNDUP", json.dumps(connection))
    source = RestSource.model_validate(ENTRY)
    issues = [roundup.create(f"Broken lamp {number}") for number in range(5)]
    first = collect(source)
    assert first["new"] >= 5
    assert first["quarantined"] == 0
    roundup.update(issues[2], title="Broken chair")
    issues.append(roundup.create("Scratched table"))
    second = collect(source)
    assert (second["new"], second["changed"]) == (1, 1)
    found = {
        row["complaint_id"]: row
        for row in warehouse.rows("select * from cf_landing.stg_roundup_complaint")
        if row["complaint_id"] in issues
    }
    assert set(found) == set(issues)
    assert found[issues[2]]["category"] == "Broken chair"
    assert all(row["received_at"] is not None for row in found.values())
