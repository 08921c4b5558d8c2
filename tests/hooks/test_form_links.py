"""Where the links of a mail lead."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from cf_operators.domain.link import Interview, Preview, read_interview, read_link, read_preview
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.form_links import FormLinks

KEY = "a signing key for tests, long enough"
INVITATION = UUID(int=7)
UNTIL = datetime(2026, 5, 1, tzinfo=UTC)


def links(monkeypatch: pytest.MonkeyPatch, **connection: Any) -> FormLinks:
    given = {"conn_type": "http", "password": KEY} | connection
    monkeypatch.setenv("AIRFLOW_CONN_CF_FORM", json.dumps(given))
    return FormLinks()


@pytest.mark.parametrize(
    ("connection", "base"),
    [
        ({"host": "feedback.example", "schema": "https"}, "https://feedback.example"),
        ({"host": "feedback.example"}, "https://feedback.example"),
        ({"host": "127.0.0.1", "schema": "http", "port": 28090}, "http://127.0.0.1:28090"),
        ({"host": "https://feedback.example/asked/"}, "https://feedback.example/asked"),
        ({"host": "feedback.example/asked", "port": 8443}, "https://feedback.example:8443/asked"),
    ],
)
def test_the_connection_is_the_public_address(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], base: str
) -> None:
    made = links(monkeypatch, **connection)
    answer, unsubscribe = made.answer(INVITATION, UNTIL), made.unsubscribe(INVITATION, UNTIL)
    assert answer.startswith(f"{base}/s/")
    assert unsubscribe.startswith(f"{base}/u/")
    assert read_link(KEY, "answer", answer.rpartition("/")[2], UNTIL) == INVITATION
    assert read_link(KEY, "unsubscribe", unsubscribe.rpartition("/")[2], UNTIL) == INVITATION


def test_each_link_leads_to_the_page_of_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    made = links(monkeypatch, host="feedback.example")
    (kind, token), *others = [
        url.removeprefix("https://feedback.example/").split("/")
        for url in (
            made.preferences(INVITATION, UNTIL),
            made.interview(INVITATION, "Zoë Łuczak", UNTIL),
            made.preview("annual", "0123456789ab", UNTIL),
        )
    ]
    assert (kind, read_link(KEY, "preferences", token, UNTIL)) == ("p", INVITATION)
    (interview, asked), (preview, shown) = others
    assert (interview, read_interview(KEY, asked, UNTIL)) == ("i", Interview(INVITATION, "Zoë Łuczak"))
    assert (preview, read_preview(KEY, shown, UNTIL)) == ("v", Preview("annual", "0123456789ab"))


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"host": ""}, 'connection "cf_form" has no host'),
        ({"host": "feedback.example", "password": "short"}, "it has 5 characters and needs 32 at least"),
    ],
)
def test_a_connection_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        links(monkeypatch, **connection)
