"""A form server for each test that asks for one, and a client that talks to it over the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import Warehouse
from tests.web.running_form import Invitation, definition_of, invite, running_form


@dataclass(frozen=True)
class Form:
    """A running form server with its warehouse."""

    warehouse: Warehouse
    client: httpx.Client

    def invite(self, survey: str | dict[str, Any] = "annual", **values: Any) -> Invitation:
        definition = definition_of(survey) if isinstance(survey, str) else survey
        return invite(self.warehouse, definition, **values)

    def post(self, invitation: Invitation, answers: dict[str, Any], **values: Any) -> httpx.Response:
        return self.client.post(invitation.survey, json={"answers": answers, "complete": True, **values})

    def submissions(self) -> list[dict[str, Any]]:
        return self.warehouse.rows("select * from cf_landing.form_submission order by submission_id")


@pytest.fixture
def form(warehouse: Warehouse) -> Iterator[Form]:
    with running_form(warehouse) as url, httpx.Client(base_url=url) as client:
        yield Form(warehouse, client)
