"""Every published case of the shared oracle file for what a KPI is estimated by.

Those of the control charts are in ``test_shared_charts.py``, those of the weights in ``test_shared_weights.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cf_operators.stats.difference import proportion_difference
from cf_operators.stats.duration import median_duration, share_within
from cf_operators.stats.mean import mean
from cf_operators.stats.nps import nps, score_variance
from cf_operators.stats.order_statistic import median_ranks
from cf_operators.stats.proportion import proportion
from cf_operators.stats.rate import rate

KNOWN_CASES = 15
"""Cases of these families when the file was read last: fewer means that it was not read."""

ELSEWHERE = {"spc_xmr", "spc_p", "weighting"}

Numbers = dict[str, Any]


def _nps(given: Numbers) -> Numbers:
    scores = given.get("scores")
    up = given["promoters"] if scores is None else sum(score >= 9 for score in scores)
    middle = given["passives"] if scores is None else sum(7 <= score <= 8 for score in scores)
    down = given["detractors"] if scores is None else sum(score <= 6 for score in scores)
    found = nps([up], [middle], [down])
    variance, n = score_variance([up], [middle], [down])[0], up + middle + down
    return {
        "nps": None if np.isnan(found.value[0]) else found.value[0],
        "variance_per_answer": variance,
        "standard_error_points": 100 * np.sqrt(variance / n) if n else None,
        "adjusted_wald_centre": nps([up], [middle], [down], confidence=1e-12).low[
            0
        ],  # all that is left of it
        "adjusted_wald_low": found.low[0],
        "adjusted_wald_high_clipped": found.high[0],
    }


def _proportion(given: Numbers) -> Numbers:
    found = proportion([given["x"]], [given["n"]], given["confidence"])
    return {"low": found.low[0], "high": found.high[0]}


def _rate(given: Numbers) -> Numbers:
    found = rate([given["count"]], [given.get("exposure", 1)], given.get("per", 1), given["confidence"])
    return {"low": found.low[0], "high": found.high[0]}


def _duration(given: Numbers) -> Numbers:
    if "n" in given:
        ranks = median_ranks(given["n"])
        assert ranks is not None
        return {"order_statistics": [ranks.low, ranks.high], "coverage": ranks.coverage}
    cases = [given["time"]], [given["closed"]]
    survival = {
        f"{time:g}": 1 - share_within(*cases, limit=time).value[0] for time in sorted(set(given["time"]))
    }
    return {"median": median_duration(*cases).value[0], "survival": survival}


def _difference(given: Numbers) -> Numbers:
    found = proportion_difference(
        [given["x1"]], [given["n1"]], [given["x2"]], [given["n2"]], given["confidence"]
    )
    return {"low": found.low[0], "high": found.high[0]}


def _mean(given: Numbers) -> Numbers:
    counts, scores = np.array(given["counts_of_1_to_7"]), np.arange(1, 8)
    found = mean([counts.sum()], [counts @ scores], [counts @ scores**2], (1, 7))
    high = proportion([counts[scores >= 5].sum()], [counts.sum()])
    return {"mean": found.value[0], "share_5_to_7": high.value[0]}


COMPUTE = {
    "nps": _nps,
    "proportion": _proportion,
    "proportion_difference": _difference,
    "rate": _rate,
    "duration": _duration,
    "mean": _mean,
}


@pytest.mark.shared
def test_published_cases(shared: Path) -> None:
    cases = json.loads((shared / "oracles" / "statistics.json").read_text(encoding="utf-8"))["cases"]
    assert {case["family"] for case in cases} <= COMPUTE.keys() | ELSEWHERE, "a family has no test"
    mine = [case for case in cases if case["family"] in COMPUTE]
    assert len(mine) >= KNOWN_CASES
    for case in mine:
        found = COMPUTE[case["family"]](case["input"])
        for name, expected in case["expected"].items():
            if expected is None:
                assert found[name] is None, case["id"]
            else:
                assert found[name] == pytest.approx(expected, abs=max(case["tolerance"], 1e-9)), (
                    case["id"],
                    name,
                )
