"""The published weights of the shared oracle file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cf_operators.stats.weighting import n_effective, post_stratify

KNOWN_CASES = 2
"""Cases of this family when the file was read last: fewer means that it was not read."""

Numbers = dict[str, Any]


def _weighting(given: Numbers) -> Numbers:
    if "weights" in given:
        return {"n_effective": n_effective(given["weights"])}
    answers = round(1000 * given["response_share"])
    cell = pd.Series(["it"] * answers + ["others"] * (1000 - answers))
    people = given["population_share"]
    return {"weight": post_stratify(cell, {"it": people, "others": 1 - people}).weights.iloc[0]}


@pytest.mark.shared
def test_published_cases(shared: Path) -> None:
    cases = json.loads((shared / "oracles" / "statistics.json").read_text(encoding="utf-8"))["cases"]
    mine = [case for case in cases if case["family"] == "weighting"]
    assert len(mine) >= KNOWN_CASES
    for case in mine:
        found = _weighting(case["input"])
        for name, expected in case["expected"].items():
            assert found[name] == pytest.approx(expected, abs=case["tolerance"]), (case["id"], name)
