"""The requests of our descriptions against the vendors' own specifications: Prism refuses what breaks them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cf_operators.domain.rest_source import RestSource
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.rest_client import RestCall, RestClient
from cf_operators.hooks.rest_source import RestSourceHook
from cf_operators.source_presets import with_presets
from tests.servers.prism import Serve

pytestmark = pytest.mark.shared


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Any:
    def point(url: str) -> None:
        connection = {"conn_type": "http", "host": url, "password": "any-key"}
        monkeypatch.setenv("AIRFLOW_CONN_CF_VENDOR", json.dumps(connection))

    return point


def source_of(preset: str, entry: dict[str, Any] | None = None) -> RestSource:
    raw = {
        "id": "vendor",
        "kind": "rest",
        "preset": preset,
        "connection": "cf_vendor",
        "time_zone": "UTC",
        "most_pages": 8,
        "objects": {"rows": entry},
    }
    data, problems = with_presets({"sources": [raw]})
    assert problems == []
    return RestSource.model_validate(data["sources"][0])


def read(source: RestSource, position: Any = None) -> int:
    pages = RestSourceHook(source, sleep=lambda _: None).pages("rows", position, None)
    return sum(len(list(page.rows)) for page in pages)


@pytest.mark.parametrize("name", ["hubspot_tickets", "hubspot_feedback"])
@pytest.mark.parametrize("position", [None, {"since": "2026-03-01T10:00:00+00:00"}])
def test_hubspot_searches_are_valid_and_a_list_without_end_is_left(
    prism: Serve, connect: Any, name: str, position: Any
) -> None:
    """The mock always names a next page; each request for it is valid, and at last there are too many."""
    file = {"hubspot_tickets": "hs_tickets.json", "hubspot_feedback": "hs_feedback.json"}[name]
    connect(prism(file, dynamic=True).url)
    with pytest.raises(DataError, match=r"has more than 8 pages|paging leads back") as error:
        read(source_of(name), position)
    assert "/search" in str(error.value)


@pytest.mark.parametrize("name", ["hubspot_tickets", "hubspot_feedback"])
def test_the_list_of_archived_records_is_valid(prism: Serve, connect: Any, name: str) -> None:
    file = {"hubspot_tickets": "hs_tickets.json", "hubspot_feedback": "hs_feedback.json"}[name]
    connect(prism(file, dynamic=True).url)
    deleted = source_of(name).objects["rows"].deleted
    assert deleted is not None
    assert deleted.request is not None
    with RestClient.of("cf_vendor", source_of(name).auth) as client:
        params = {**deleted.request.params, "limit": 100}
        answer = client.json(RestCall(client.settings.url(deleted.request.read), params=params))
    assert deleted.request.find_records.search(answer.document) is not None


def test_a_search_that_breaks_the_specification_is_refused(prism: Serve, connect: Any) -> None:
    """Without this the tests above would prove nothing."""
    connect(prism("hs_tickets.json", dynamic=True).url)
    with pytest.raises((ConfigurationError, SourceUnavailable), match=r"\(HTTP [45]"):
        read(source_of("hubspot_tickets", {"body": {"sorts": None}}))


def test_formbricks_responses_and_survey_are_valid(prism: Serve, connect: Any) -> None:
    connect(prism("formbricks_v2.yml").url)
    # The mock knows no path of the server and no end.
    entry = {"read": "/management/responses", "structure": None, "with": {"survey_id": "clus"}}
    with pytest.raises(DataError, match=r"has more than 8 pages|gives the same page again"):
        read(source_of("formbricks", entry))
    with pytest.raises(ConfigurationError, match=r"the request is refused \(HTTP 4"):
        read(source_of("formbricks", entry | {"params": {"order": "upwards"}}))
    connect(prism("formbricks_v1.json").url)
    with pytest.raises(
        ConfigurationError, match=r'"ovpy6va1hab7fl12n913zua0" \("What would you like to know\?"\)'
    ):
        read(source_of("formbricks", {"with": {"survey_id": "clus"}}))
