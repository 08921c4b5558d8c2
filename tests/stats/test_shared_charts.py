"""The published control charts of the shared oracle file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cf_operators.stats.control_chart import control_chart
from cf_operators.stats.control_limits import individuals, mean_moving_range
from cf_operators.stats.control_rules import signals

FAMILIES = ("spc_xmr", "spc_p")
KNOWN_CASES = 2
"""Cases of these families when the file was read last: fewer means that it was not read."""

Numbers = dict[str, Any]


def _xmr(given: Numbers) -> Numbers:
    """The published example has ten values, fewer than a chart takes as baseline: its formulas alone."""
    values = np.array(given["values"])
    found = individuals(values, np.ones(len(values)))
    reach = 3 * found.sigma(np.ones(1))[0]
    return {
        "mean": found.centre,
        "mean_moving_range": mean_moving_range(values),
        "upper": found.centre + reach,
        "lower": found.centre - reach,
    }


def _p(given: Numbers) -> Numbers:
    points = pd.DataFrame({"count": given["x"], "size": given["n_each"]})
    chart = control_chart("p", points, baseline=len(points))
    newest = chart.iloc[-1]
    outside = np.flatnonzero(signals(chart).beyond_limits) + 1
    return {
        "centre": newest.centre,
        "upper": newest.upper,
        "lower": newest.lower,
        "out_of_control_samples": outside.tolist(),
    }


COMPUTE = {"spc_xmr": _xmr, "spc_p": _p}


@pytest.mark.shared
def test_published_cases(shared: Path) -> None:
    cases = json.loads((shared / "oracles" / "statistics.json").read_text(encoding="utf-8"))["cases"]
    mine = [case for case in cases if case["family"] in FAMILIES]
    assert len(mine) >= KNOWN_CASES
    for case in mine:
        found = COMPUTE[case["family"]](case["input"])
        for name, expected in case["expected"].items():
            assert found[name] == pytest.approx(expected, abs=case["tolerance"]), (case["id"], name)
