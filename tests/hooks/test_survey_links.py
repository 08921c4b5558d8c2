"""Links to surveys on LimeSurvey, by what the connection says; and what a programme may say of a platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from cf_operators.domain.link import survey_token
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.survey_links import survey_address
from cf_operators.programme import load_programme
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("connection", "address"),
    [
        ({"host": "https://s.example/index.php/admin/remotecontrol"}, "https://s.example/index.php"),
        ({"host": "https://s.example/index.php?r=admin/remotecontrol"}, "https://s.example/index.php?"),
        ({"host": "s.example", "schema": "http", "port": 8080}, "http://s.example:8080/index.php"),
        ({"host": "inside", "extra": {"survey_url": "https://ask.example/"}}, "https://ask.example"),
    ],
)
def test_the_address_of_surveys(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], address: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_LIME", json.dumps({"conn_type": "http", **connection}))
    assert survey_address("cf_lime") == address


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"host": "https://s.example/rpc"}, "say it in extra: survey_url"),
        (
            {"host": "s.example", "extra": {"survey_url": "ask.example"}},
            'survey_url of extra is "ask.example"',
        ),
        ({}, "has no host"),
    ],
)
def test_an_address_that_cannot_be_told(
    monkeypatch: pytest.MonkeyPatch, connection: dict[str, Any], message: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CF_LIME", json.dumps({"conn_type": "http", **connection}))
    with pytest.raises(ConfigurationError, match=message):
        survey_address("cf_lime")


def test_a_token_is_always_the_same_and_no_other_ask_has_it() -> None:
    key, other = "k" * 40, "l" * 40
    asks = [(key, "lime", "1", UUID(int=1)), (key, "lime", "1", UUID(int=2)), (key, "lime", "2", UUID(int=1))]
    tokens = {survey_token(*ask) for ask in [*asks, (other, "lime", "1", UUID(int=1))] for _ in range(2)}
    assert len(tokens) == 4
    assert all(len(token) == 32 and token.isalnum() and token == token.lower() for token in tokens)


@pytest.mark.parametrize(
    ("fields", "source", "message"),
    [
        ({"submitted_at": "datestamp"}, "lime", "with a token among the fields of its map"),
        ({"submitted_at": "datestamp", "token": "token"}, "form", 'source "form" is of kind form'),
        ({"submitted_at": "datestamp", "token": "token"}, "nothing", "is not a source"),
    ],
)
def test_a_platform_whose_answers_could_not_come_home_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], source: str, message: str
) -> None:
    text = (ROOT / "include" / "config" / "programme.yml").read_text()
    programme = yaml.safe_load(text.replace("../", f"{ROOT}/include/"))
    declared = {
        "stream": "responses",
        "read": "7",
        "key": ["id"],
        "entity": ["token"] if "token" in fields else [],
        "map": {"shape": "response", "fields": fields},
    }
    programme["sources"].append(
        {
            "id": "lime",
            "kind": "limesurvey",
            "connection": "cf_lime",
            "time_zone": "UTC",
            "objects": {"a": declared},
        }
    )
    programme["surveys"][0]["platform"] = {"source": source, "survey": "7"}
    path = tmp_path / "programme.yml"
    path.write_text(yaml.safe_dump(programme, allow_unicode=True))
    monkeypatch.setenv("CF_PROGRAMME", str(path))
    with pytest.raises(ConfigurationError, match=message):
        load_programme()
