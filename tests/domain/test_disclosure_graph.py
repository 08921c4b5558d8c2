"""Boundaries are joined as long as the ends of no hidden period meet, however long the chain."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.disclosure_graph import Boundaries, Edge

EDGE = st.tuples(st.integers(0, 11), st.integers(1, 6)).map(lambda given: (given[0], given[0] + given[1]))
EDGES = st.lists(EDGE, max_size=30)


def reach(edges: list[Edge], start: int) -> set[int]:
    """What is connected with a boundary, by looking at everything again until nothing is new."""
    found = {start}
    while True:
        more = {end for edge in edges if found.intersection(edge) for end in edge} - found
        if not more:
            return found
        found |= more


@given(hidden=EDGES, edges=EDGES)
def test_an_edge_is_refused_exactly_when_it_would_connect_the_ends_of_a_hidden_one(
    hidden: list[Edge], edges: list[Edge]
) -> None:
    graph = Boundaries(hidden)
    joined: list[Edge] = []
    for edge in edges:
        meets = any(end in reach([*joined, edge], start) for start, end in hidden)
        assert graph.join(*edge) is not meets
        if not meets:
            joined.append(edge)


def test_the_last_part_of_a_year_is_refused() -> None:
    graph = Boundaries([(31, 59)])
    assert [graph.join(*edge) for edge in [(0, 365), (0, 31), (59, 90), (90, 365), (59, 365)]] == [
        True,
        True,
        True,
        False,
        False,
    ]
