"""Rows of drivers from scores: too few, too many attributes, and scores without any variation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cf_operators.operators.driver_rows import driver_rows


def answers(count: int, attributes: int, seed: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    mood = random.standard_normal(count)
    liked = {f"a{place}": mood + (1 + place) * random.standard_normal(count) for place in range(attributes)}
    return pd.DataFrame({"nps": mood + random.standard_normal(count)} | liked)


def test_too_few_give_no_rows() -> None:
    assert driver_rows(answers(29, 3), seed=1, fewest=30) == []
    assert driver_rows(answers(40, 3), seed=1, fewest=50) == []
    assert len(driver_rows(answers(30, 3), seed=1, fewest=30)) == 3


def test_beyond_eight_attributes_the_closest_compete() -> None:
    rows = driver_rows(answers(300, 10), seed=1, fewest=30)
    without = {row["attribute"] for row in rows if row["importance"] is None}
    weakest = sorted(rows, key=lambda row: abs(row["correlation"]))[:2]
    assert without == {row["attribute"] for row in weakest}
    assert all(row["quadrant"] is None for row in weakest)
    assert all(row["performance"] is not None and row["correlation_low"] is not None for row in rows)


def test_the_same_answers_give_the_same_rows_and_another_year_other_bounds() -> None:
    scores = answers(60, 3)
    first = driver_rows(scores, seed=2024, fewest=30)
    assert first == driver_rows(scores, seed=2024, fewest=30)
    other = driver_rows(scores, seed=2025, fewest=30)
    assert [row["importance"] for row in first] == [row["importance"] for row in other]
    assert [row["importance_low"] for row in first] != [row["importance_low"] for row in other]


def test_an_overall_score_that_never_varies_has_no_drivers() -> None:
    rows = driver_rows(answers(60, 3).assign(nps=0.5), seed=1, fewest=30)
    assert [(row["correlation"], row["importance"], row["quadrant"]) for row in rows] == [
        (None, None, None)
    ] * 3
    assert all(row["performance"] is not None for row in rows)
