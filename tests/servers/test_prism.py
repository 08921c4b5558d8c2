"""Prism serves the vendors' specifications, and what it answers is what they promise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.servers.prism import Serve

pytestmark = pytest.mark.shared
TICKETS = "/crm/v3/objects/tickets"
RESPONSES = "/api/v1/management/responses"


def schema_of(file: Path, path: str) -> dict[str, Any]:
    """What the answer of a GET has to look like."""
    document = json.loads(file.read_text(encoding="utf-8"))
    answer = document["paths"][path]["get"]["responses"]["200"]
    return {**answer["content"]["application/json"]["schema"], "components": document.get("components", {})}


@pytest.mark.parametrize(
    ("file", "path", "dynamic"),
    [("hs_tickets.json", TICKETS, True), ("formbricks_v1.json", RESPONSES, False)],
)
def test_a_documented_answer(prism: Serve, shared: Path, file: str, path: str, dynamic: bool) -> None:
    headers = {"Authorization": "Bearer any", "x-api-key": "any"}
    answer = httpx.get(f"{prism(file, dynamic).url}{path}", headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert answer.json()
    jsonschema.validate(answer.json(), schema_of(shared / "specs" / file, path))


def test_a_path_that_the_vendor_does_not_have_is_not_found(prism: Serve) -> None:
    answer = httpx.get(f"{prism('formbricks_v1.json').url}/api/v1/management/answers", trust_env=False)
    assert answer.status_code == 404
