"""Prism serves the vendors' specifications, and what it answers is what they promise."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.servers.prism import Prism

pytestmark = pytest.mark.shared


def test_a_documented_page_of_tickets(prism: Callable[[str], Prism]) -> None:
    url = f"{prism('hs_tickets.json').url}/crm/v3/objects/tickets"
    answer = httpx.get(url, params={"limit": 10}, headers={"Authorization": "Bearer any"}, trust_env=False)
    assert answer.status_code == 200, answer.text
    [*results] = answer.json()["results"]
    assert results
    for ticket in results:
        assert isinstance(ticket["id"], str)
        assert {"createdAt", "updatedAt", "properties"} <= ticket.keys()


def test_without_a_token_the_answer_is_401(prism: Callable[[str], Prism]) -> None:
    answer = httpx.get(f"{prism('hs_tickets.json').url}/crm/v3/objects/tickets", trust_env=False)
    assert answer.status_code == 401
