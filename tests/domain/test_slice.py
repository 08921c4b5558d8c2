"""Names of slices, and which of the declared ones a KPI can have."""

from __future__ import annotations

import pytest

from cf_operators.domain.slice import Combination, dimensions_name, slice_name, usable


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({}, "all"),
        ({"region": "North"}, "region=North"),
        ({"segment": "home", "region": "North"}, "segment=home & region=North"),
        ({"region": ""}, "region="),
        ({"product": "a & region=b"}, "product=a & region=b"),
    ],
)
def test_name_of_a_slice(members: dict[str, str], name: str) -> None:
    assert slice_name(members) == name


def test_name_of_a_kind_of_slice() -> None:
    assert [dimensions_name(()), dimensions_name(("segment", "region"))] == ["all", "segment, region"]


def test_a_kpi_has_the_slices_whose_dimensions_its_cases_have() -> None:
    declared: tuple[Combination, ...] = (
        ("region",),
        ("campaign",),
        ("segment", "region"),
        ("region", "language"),
    )
    assert usable(declared, ["segment", "region"]) == ((), ("region",), ("segment", "region"))
    assert usable(declared, []) == ((),)
