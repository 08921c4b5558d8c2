"""REST sources in the programme file: presets, short forms, and what is said when something is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cf_operators.domain.rest_source import RestSource
from cf_operators.errors import ConfigurationError
from cf_operators.programme import load_programme
from tests.conftest import ROOT

SHIPPED = ROOT / "include" / "config" / "programme.yml"
DESK: dict[str, Any] = {
    "id": "desk",
    "kind": "rest",
    "connection": "cf_desk",
    "time_zone": "Europe/Berlin",
    "auth": {"kind": "header", "name": "PRIVATE-TOKEN"},
    "objects": {
        "cases": {
            "stream": "complaints",
            "read": "/api/v4/projects/{project}/issues",
            "with": {"project": "42"},
            "params": {"order_by": "updated_at", "sort": "asc"},
            "paging": {"kind": "link_header", "size_parameter": "per_page", "size": 100},
            "changed": {
                "path": "updated_at",
                "since": "updated_after",
                "until": "updated_before",
                "ordered": True,
            },
            "key": ["id"],
            "map": {"shape": "complaint", "fields": {"received_at": "created_at", "closed_at": "closed_at"}},
        }
    },
}


def loaded(tmp_path: Path, source: dict[str, Any]) -> RestSource:
    """The source as it is read from a programme file."""
    data = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    data["sources"].append(source)
    for section, key in (
        ("sources", "staging"),
        ("surveys", "definition"),
        ("campaigns", "audience"),
        ("kpis", "sql"),
    ):
        for entry in data[section]:
            if key in entry:
                entry[key] = str((SHIPPED.parent / entry[key]).resolve())
    file = tmp_path / "programme.yml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    found = load_programme(file).source(source["id"])
    assert isinstance(found, RestSource)
    return found


def changed(**entry: Any) -> dict[str, Any]:
    """The desk with another entry for its cases."""
    cases = {key: value for key, value in (DESK["objects"]["cases"] | entry).items() if value != "gone"}
    return DESK | {"objects": {"cases": cases}}


def test_a_desk_is_described_in_the_programme(tmp_path: Path) -> None:
    source = loaded(tmp_path, DESK)
    assert source.auth.kind == "header"
    assert source.objects_of("complaints")["cases"].read == "/api/v4/projects/{project}/issues"


def test_a_preset_needs_little_more_than_its_name(tmp_path: Path) -> None:
    entry = {"id": "tf", "kind": "rest", "preset": "typeform", "connection": "cf_tf", "time_zone": "UTC"}
    source = loaded(
        tmp_path,
        entry | {"objects": {"nps": {"with": {"form_id": "u6nXL7"}}, "ces": {"with": {"form_id": "x"}}}},
    )
    assert source.auth.kind == "bearer"
    assert [item.stream for item in source.objects.values()] == ["responses", "responses"]
    with pytest.raises(
        ConfigurationError,
        match=r"sources\[\d+\]\.objects\.nps.*needs a value for \{form_id\}; give it under with",
    ):
        loaded(tmp_path, entry | {"objects": {"nps": {}}})
    with pytest.raises(ConfigurationError, match='"tyform" is not a preset; presets are: formbricks'):
        loaded(tmp_path, entry | {"preset": "tyform", "objects": {"nps": {}}})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (changed(read="api/issues"), 'is not a path such as "/api/tickets"'),
        (changed(read="//evil.example/x"), "is not a path such as"),
        (changed(read="/x?y=1"), "parameters belong in params"),
        (changed(**{"with": "gone"}), r"needs a value for \{project\}"),
        (changed(params={"q": "{wrong}"}), r"needs a value for \{wrong\}"),
        (changed(changed={"path": "updated_at"}), "nothing in the request says since when"),
        (changed(changed={"since": "s", "ordered": True}), "path does not say where"),
        (changed(changed={"since": "s", "format": "rfc"}), 'has the format "rfc"; formats are iso'),
        (changed(changed="gone", params={"q": "{since}"}), "but has no changed"),
        (changed(body={"q": 1}), "has a body, which a GET does not send"),
        (changed(deleted={}), "has neither path nor request"),
        (changed(records="items["), "is not a JMESPath expression"),
        (changed(paging="pages"), 'is not allowed; allowed are: none, page, offset'),
        (changed(paging={"kind": "cursor", "parameter": "after"}), "token.*is missing"),
        (DESK | {"auth": "digest"}, "is not allowed; allowed are: none, basic, bearer"),
        (DESK | {"auth": {"kind": "header"}}, "name.*is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, source: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as error:
        loaded(tmp_path, source)
    assert "has 1 problem:" in str(error.value), error.value
