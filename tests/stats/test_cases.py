"""Sums within rows, however the rows are cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cf_operators.stats import cases
from cf_operators.stats.cases import Cases, left_in_row, running_sums

ROWS = st.lists(st.lists(st.floats(-100, 100), max_size=12), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.integers(1, 40))
def test_running_sums_are_those_of_each_row_alone(
    monkeypatch: pytest.MonkeyPatch, rows: list[list[float]], cells: int
) -> None:
    monkeypatch.setattr(cases, "BLOCK_CELLS", cells)
    row = np.repeat(np.arange(len(rows)), [len(part) for part in rows])
    found = running_sums(row, np.array([step for part in rows for step in part]))
    wanted = [total for part in rows for total in np.cumsum(part)]
    np.testing.assert_array_equal(found, wanted)


@given(ROWS)
def test_what_is_left_in_the_row(rows: list[list[float]]) -> None:
    counts = [[int(abs(step)) for step in part] for part in rows]
    row = np.repeat(np.arange(len(counts)), [len(part) for part in counts])
    found = left_in_row(row, np.array([count for part in counts for count in part], dtype=np.int64))
    assert found.tolist() == [sum(part[index:]) for part in counts for index in range(len(part))]


def test_equal_times_of_a_row_are_one_element_and_a_count_of_0_is_none() -> None:
    found = Cases.of([[3, 1, 3], [], [3, 2]], [[1, 0, 0], [], [1, 1]], [[2, 5, 1], [], [4, 0]])
    assert (found.rows, found.row.tolist(), found.time.tolist()) == (3, [0, 0, 2], [1, 3, 3])
    assert (found.ended.tolist(), found.count.tolist(), found.at_risk.tolist()) == (
        [0, 2, 4],
        [5, 3, 4],
        [8, 3, 4],
    )
    assert found.total(found.count).tolist() == [8, 0, 4]


def test_no_rows_at_all() -> None:
    found = Cases.of([], [])
    assert (found.rows, len(found.time), found.total(found.count).tolist()) == (0, 0, [])
