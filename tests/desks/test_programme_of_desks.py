"""Help desks as a programme names them, and one of them collected by its task."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.programme import load_programme
from tests.conftest import ROOT, Warehouse
from tests.desks.desk_server import reach_by, running_desk
from tests.desks.odoo_server import Odoo

DESKS = """
  - id: salesforce
    kind: salesforce
    connection: cf_salesforce
    time_zone: UTC
    objects:
      cases:
        map:
          fields:
            order_id: Order_Number__c
            is_satisfied: {path: Satisfaction__c, values: {Good: true, Bad: false}}
  - id: zendesk
    kind: zendesk
    connection: cf_zendesk
    time_zone: UTC
    objects:
      tickets:
        map: {fields: {order_id: _fields.360001, contact_source: {value: shop}}}
  - id: rt
    kind: request_tracker
    connection: cf_rt
    time_zone: UTC
    objects:
      tickets:
        read: Queue = 'Complaints'
        map: {fields: {severity: {path: Priority, values: {"90": 1, "50": 2}, otherwise: 3}}}
  - id: tryton
    kind: tryton
    connection: cf_tryton
    time_zone: UTC
  - id: odoo
    kind: odoo
    connection: cf_odoo
    time_zone: UTC
    objects:
      tickets:
        map: {fields: {is_satisfied: {path: rating_last_value, values: {"5.0": true, "1.0": false}, otherwise: ""}}}
  - id: claims
    kind: odoo
    connection: cf_odoo
    time_zone: UTC
  - id: form
"""


@pytest.fixture
def programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example with help desks before its form."""
    example = ROOT / "examples" / "olist"
    text = (example / "programme.yml").read_text().replace("\n  - id: form\n", DESKS, 1)
    path = tmp_path / "programme.yml"
    path.write_text(
        text.replace("../../include", str(ROOT / "include")).replace(
            "staging: staging.sql", f"staging: {example / 'staging.sql'}"
        )
    )
    monkeypatch.setenv("CF_PROGRAMME", str(path))


@pytest.mark.usefixtures("programme")
def test_a_programme_names_help_desks() -> None:
    found = {source.id: source.kind for source in load_programme().sources}
    kinds = {"salesforce": "salesforce", "zendesk": "zendesk", "rt": "request_tracker", "tryton": "tryton"}
    assert kinds.items() <= found.items()
    assert found["claims"] == "odoo"


@pytest.mark.usefixtures("programme")
def test_a_task_collects_a_help_desk(
    warehouse: Warehouse, run_context: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "http", "host": "acme.odoo.com", "extra": {"database": "acme"}}
    login = {"login": "q@acme.example", "password": "secret-key"}
    monkeypatch.setenv("AIRFLOW_CONN_CF_ODOO", json.dumps(connection | login))
    operator = CollectSourceOperator(task_id="collect", source_id="claims", stream="complaints")
    with running_desk(tmp_path, "acme.odoo.com") as desk:
        reach_by(monkeypatch, desk, tmp_path)
        desk.answer = odoo = Odoo()
        odoo.put(1, "2024-05-02 09:00:00.5")
        first = operator.execute(run_context())
        again = operator.execute(run_context())
    assert (first["fetched"], first["new"], again["fetched"]) == (1, 1, 0)
    position = {"at": "2024-05-02T09:00:00+00:00", "id": 1}
    assert first["positions"] == {"tickets": {"before": None, "after": position}}
    assert again["positions"] == {"tickets": {"before": position, "after": position}}
    [row] = warehouse.rows("select source, object, external_id from cf_landing.record")
    assert row == {"source": "claims", "object": "tickets", "external_id": "1"}
