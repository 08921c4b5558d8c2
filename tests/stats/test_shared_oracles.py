"""Every published case of the shared oracle file for the families there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from cf_operators.stats.duration import median_duration
from cf_operators.stats.nps import nps, score_variance
from cf_operators.stats.order_statistic import median_ranks
from cf_operators.stats.proportion import proportion
from cf_operators.stats.rate import rate

FAMILIES = ("nps", "proportion", "rate", "duration")
KNOWN_CASES = 13
"""Cases of these families when the file was read last: fewer means that it was not read."""

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
    curve = SurvfuncRight(given["time"], given["closed"])
    survival = {
        f"{time:g}": float(level) for time, level in zip(curve.surv_times, curve.surv_prob, strict=True)
    }
    return {"median": median_duration([given["time"]], [given["closed"]]).value[0], "survival": survival}


COMPUTE = {"nps": _nps, "proportion": _proportion, "rate": _rate, "duration": _duration}


@pytest.mark.shared
def test_published_cases(shared: Path) -> None:
    cases = json.loads((shared / "oracles" / "statistics.json").read_text(encoding="utf-8"))["cases"]
    mine = [case for case in cases if case["family"] in FAMILIES]
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
