"""In how many passes the daily sums of a KPI are counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.rollup_plan import Pass, SliceSet, passes
from cf_operators.domain.slice import DIMENSIONS, Combination

DECLARED: tuple[Combination, ...] = (
    *((), ("segment",), ("product",), ("region",), ("channel",)),
    ("segment", "region"),
)
MEMBERS = {"segment": 5, "product": 20, "region": 10, "channel": 1}


def test_few_cases_are_counted_in_one_pass() -> None:
    (only,) = passes(DECLARED, MEMBERS, rows=1_000)
    assert only.dimensions == ("segment", "product", "region", "channel")
    assert {kind.dimensions for kind in only.sets} == set(DECLARED)


def test_what_would_leave_many_cells_is_counted_by_itself() -> None:
    """5 segments in 10 regions on 1,000 days: 50,000 cells. With 20 products a million, too many for 10,000,000."""
    first, second = passes(DECLARED, MEMBERS, rows=10_000_000)
    assert first.dimensions == ("segment", "region", "channel")
    assert second == Pass(("product",), (SliceSet(("product",), 0),))


def test_masks_are_those_of_grouping() -> None:
    """``grouping(segment, region, channel)``: 4, 2 and 1, for each that is summed over."""
    first, _ = passes(DECLARED, MEMBERS, rows=10_000_000)
    masks = {kind.name: kind.mask for kind in first.sets}
    assert masks == {"all": 7, "segment": 3, "region": 5, "channel": 6, "segment, region": 1}


COMBINATION = st.lists(st.sampled_from(DIMENSIONS), unique=True, max_size=2).map(tuple)


@given(
    st.lists(COMBINATION, unique_by=frozenset, max_size=9),
    st.dictionaries(st.sampled_from(DIMENSIONS), st.floats(0, 1e6)),
    st.floats(0, 1e9),
)
def test_every_kind_is_counted_once(
    combinations: list[Combination], cardinality: dict[str, float], rows: float
) -> None:
    found = passes(combinations, cardinality, rows)
    kinds = [kind.dimensions for each in found for kind in each.sets]
    assert sorted(kinds) == sorted(combinations)
    for each in found:
        assert all(set(kind.dimensions) <= set(each.dimensions) for kind in each.sets)
