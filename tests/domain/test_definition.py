"""What makes a definition another one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cf_operators.domain.definition import VERSION_LENGTH, Definition
from cf_operators.domain.kpi import Kpi
from cf_operators.domain.slice import slice_parts

ENTRY: dict[str, Any] = {
    "id": "csat",
    "title": "Customer satisfaction",
    "question": "Are customers satisfied?",
    "sql": "/one/place/csat.sql",
    "family": "proportion",
    "unit": "share",
    "direction": "up",
    "construct": "csat",
    "scale": [1, 5],
    "top_from": 4,
}


def version(sql_text: str = "select 1", **changes: Any) -> str:
    return Definition.of(Kpi.model_validate(ENTRY | changes), sql_text).version


def test_the_same_definition_has_the_same_version_wherever_it_is_installed() -> None:
    assert version() == version(sql="/another/place/csat.sql")
    assert len(version()) == VERSION_LENGTH


@pytest.mark.parametrize(
    "changes", [{"top_from": 5}, {"scale": [1, 7]}, {"title": "CSAT"}, {"construct": "ces"}]
)
def test_another_entry_is_another_version(changes: dict[str, Any]) -> None:
    assert version(**changes) != version()


def test_other_sql_is_another_version() -> None:
    assert version("select 2") != version()


def test_what_is_left_at_its_default_makes_no_other_version() -> None:
    assert version(lag_days=0, feed="all", slices=None) == version()
    assert version(lag_days=1) != version()


def test_values_that_the_sql_may_bind() -> None:
    definition = Definition.of(Kpi.model_validate(ENTRY), "select 1")
    assert definition.parameters() == {"construct": "csat", "scale_min": 1, "scale_max": 5, "top_from": 4}


def test_what_estimates_are_scaled_by() -> None:
    plain = {"id": "k", "title": "K", "question": "?", "sql": Path("/k.sql"), "direction": "down"}
    cases: list[tuple[dict[str, Any], float]] = [
        ({"family": "duration", "unit": "hours"}, 1),
        ({"family": "duration", "unit": "days"}, 24),
        ({"family": "rate", "unit": "per 1,000 orders", "per": 1000}, 1000),
        ({"family": "duration", "unit": "share", "within_hours": 24}, 1),
        ({"family": "proportion", "unit": "share"}, 1),
    ]
    for kind, per in cases:
        assert Definition.of(Kpi.model_validate(plain | kind), "select 1").per == per


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("all", ("all", "all")),
        ("region=North", ("region", "North")),
        ("region=a=b", ("region", "a=b")),
        ("region=", ("region", "")),
        ("region=all", ("region", "all")),
    ],
)
def test_parts_of_a_slice(name: str, parts: tuple[str, str]) -> None:
    assert slice_parts(name) == parts


@pytest.mark.parametrize(
    "same",
    [
        "-- counts\nselect a, 'b' from t",
        "select a, -- the first\n    'b'\nfrom t\n",
        "/* of\nall */ select a, 'b' from t",
    ],
)
def test_comments_and_layout_are_no_part_of_the_definition(same: str) -> None:
    assert version(same) == version("select a, 'b' from t")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select '-- a' as x", "select '-- b' as x"),
        ("select 'a  b' as x", "select 'a b' as x"),
        ("select e'\\'--a' as x", "select e'\\'--b' as x"),
        ("select $$--a$$ as x", "select $$--b$$ as x"),
        ('select "--a" from t', 'select "--b" from t'),
        ("select 1 -- x\n+ 1", "select 1 -- x + 1"),
    ],
)
def test_what_only_looks_like_a_comment_counts(one: str, other: str) -> None:
    assert version(one) != version(other)
