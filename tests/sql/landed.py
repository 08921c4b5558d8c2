"""Rows landed in the warehouse of a test as a source would land them, and the model built over them."""

from __future__ import annotations

from typing import Any

from cf_operators.domain.collecting import Page
from cf_operators.domain.source import CollectedSource
from cf_operators.domain.source_row import SourceRow, judge
from cf_operators.hooks.landing import Landing
from cf_operators.hooks.warehouse import WarehouseHook
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.programme import load_programme

NOTHING = {"inserted": 0, "updated": 0, "deleted": 0}

CUSTOMER = {
    "customer_id": "C1", "name": "Ana Sá", "email": "ana@example.org", "language": "pt", "time_zone": "Europe/Lisbon",
    "segment": "consumer", "region": "North", "consent": "", "key_account": "",
}  # fmt: skip
ORDER = {
    "order_id": "O1", "customer_id": "C1", "product": "Kitchen", "status": "delivered",
    "ordered_at": "2024-05-01 10:00:00", "promised_on": "2024-05-04", "delivered_at": "2024-05-03 15:30:00",
}  # fmt: skip
COMPLAINT = {
    "complaint_id": "K1", "customer_id": "C1", "order_id": "O1", "category": "damaged", "severity": "2",
    "channel": "phone", "received_at": "2024-05-05 09:00:00", "acknowledged_at": "2024-05-05 10:00:00",
    "resolved_at": "", "closed_at": "",
}  # fmt: skip
RESPONSE = {
    "response_id": "R1", "customer_id": "C1", "order_id": "O1", "submitted_at": "2024-05-06 20:00:00",
    "channel": "email", "language": "pt", "nps": "9", "csat": "4",
}  # fmt: skip


def land(object_name: str, *rows: dict[str, Any], source_id: str = "shop") -> None:
    """Land rows of one object of the programme's source."""
    source = load_programme().source(source_id)
    assert isinstance(source, CollectedSource)
    declared = source.objects[object_name]
    judged = [judge(row, declared) for row in rows]
    good = [row for row in judged if isinstance(row, SourceRow)]
    assert len(good) == len(judged), judged
    landing = Landing(WarehouseHook(), source_id, declared.stream, "run")
    landing.begin(object_name)
    landing.land(object_name, Page(good))
    landing.close()


def build(*streams: str) -> dict[str, dict[str, int]]:
    """Build the models of some streams, or of orders, which brings all along; what each table had written."""
    changes: dict[str, dict[str, int]] = {}
    for stream in streams or ("orders",):
        changes |= BuildModelOperator(task_id=f"model_{stream}", stream=stream).execute({})
    return changes
