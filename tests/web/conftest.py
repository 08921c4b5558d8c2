"""A form server for each test that asks for one, and one Airflow with our pages for all tests that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import Warehouse, WarehouseServer
from tests.mail_servers import MailCatcher
from tests.web.asking import Pages
from tests.web.running_airflow import AirflowServer, running_airflow
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


@pytest.fixture(scope="session")
def mail_catcher() -> Iterator[MailCatcher]:
    """A mail server that takes everything; the connection ``cf_smtp`` of the Airflow of the pages leads to it."""
    with MailCatcher() as catcher:
        yield catcher


@pytest.fixture(scope="session")
def airflow_server(warehouse_server: WarehouseServer, mail_catcher: MailCatcher) -> Iterator[AirflowServer]:
    """Airflow's API server with our pages, and a warehouse of its own."""
    with running_airflow(warehouse_server, mail_catcher.port) as running:
        yield running


@pytest.fixture
def pages(
    airflow_server: AirflowServer, mail_catcher: MailCatcher, warehouse_server: WarehouseServer
) -> Iterator[Pages]:
    """The pages over an empty ledger."""
    mail_catcher.caught.clear()
    with Pages(airflow_server, mail_catcher, warehouse_server.superuser) as made:
        made.empty()
        yield made
