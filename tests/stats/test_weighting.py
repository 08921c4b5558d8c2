"""Weights: published figures, edges, and what holds for any answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.weighting import (
    design_weights,
    n_effective,
    normalised,
    post_stratify,
    thousandths,
    trim,
)

WEIGHTS = st.lists(st.floats(0.01, 100), min_size=1, max_size=50)
CELLS = st.lists(st.sampled_from("abc"), min_size=1, max_size=60)
POPULATION = st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(1, 10_000)))


def cells(names: str) -> pd.Series:
    return pd.Series(list(names), dtype=object)


def test_who_was_asked_with_a_chance_of_a_fifth_stands_for_five() -> None:
    assert design_weights([0.2, 1, 0.5]).tolist() == [5, 1, 2]
    assert design_weights([]).size == 0


@pytest.mark.parametrize("chance", [0, -0.1, 1.1, math.nan])
def test_a_probability_that_cannot_be_is_refused(chance: float) -> None:
    with pytest.raises(ValueError, match="row 1: an inclusion probability of"):
        design_weights([0.5, chance])


def test_half_as_many_answers_as_people_weigh_double() -> None:
    """gp-patient.co.uk: a tenth of the people, a twentieth of the answers, weight 2."""
    found = post_stratify(cells("a" * 5 + "b" * 95), {"a": 10, "b": 90})
    assert found.weights.iloc[0] == pytest.approx(2)
    assert found.weights.iloc[-1] == pytest.approx(0.9 / 0.95)
    assert found.merged == ()


def test_design_weights_keep_their_proportions_within_a_cell() -> None:
    found = post_stratify(cells("aab"), {"a": 1, "b": 1}, design_weights([1, 0.5, 1]))
    assert found.weights.tolist() == pytest.approx([0.5, 1, 1.5])


def test_a_cell_without_respondents_is_merged_into_the_rest_and_reported() -> None:
    found = post_stratify(cells("aab"), {"a": 1, "b": 3, "c": 40, "d": 0})
    assert found.merged == ("c",)
    assert found.weights.tolist() == pytest.approx(
        post_stratify(cells("aab"), {"a": 1, "b": 3}).weights.tolist()
    )


@pytest.mark.parametrize("population", [{"a": 1}, {"a": 1, "b": 0}])
def test_respondents_of_a_cell_without_people_are_refused(population: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="2 respondents are in the cell 'b', which has nobody"):
        post_stratify(cells("abb"), population)


def test_respondents_of_no_cell_are_refused() -> None:
    with pytest.raises(ValueError, match="1 respondents are in the cell nan"):
        post_stratify(pd.Series(["a", None]), {"a": 1})


def test_a_negative_population_is_refused() -> None:
    with pytest.raises(ValueError, match="cell 'b' has a population of -1"):
        post_stratify(cells("a"), {"a": 1, "b": -1})


def test_nobody_and_one() -> None:
    nobody = post_stratify(cells(""), {"a": 1})
    assert (nobody.weights.size, nobody.merged) == (0, ("a",))
    assert post_stratify(cells("a"), {"a": 7}, [3]).weights.tolist() == [1]


def test_the_index_of_the_respondents_is_kept() -> None:
    found = post_stratify(pd.Series(["b", "a"], index=[7, 3]), {"a": 1, "b": 3})
    assert found.weights.to_dict() == pytest.approx({7: 1.5, 3: 0.5})


def test_trimmed_at_a_multiple_of_the_median_or_the_mean() -> None:
    """Median 1, mean 4: 16 is cut to 5 and to 8; then all are scaled to the sum of before."""
    weights = [1.0, 1, 1, 1, 16]
    assert trim(weights, 5).tolist() == pytest.approx([20 / 9] * 4 + [100 / 9])
    assert trim(weights, 2, of="mean").tolist() == pytest.approx([20 / 12] * 4 + [160 / 12])
    assert trim(weights, 100).tolist() == weights
    assert trim([]).size == 0


def test_a_cut_below_the_median_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cannot be cut at 0\.5 times their median"):
        trim([1, 2], 0.5)


def test_whole_thousandths() -> None:
    assert thousandths([1, 1 / 3, 0.0001, 0, 2.0006]).tolist() == [1000, 333, 1, 0, 2001]
    assert thousandths([]).dtype == np.int64


@pytest.mark.parametrize("wrong", [0, -1, math.nan, math.inf])
def test_a_weight_that_cannot_be_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="row 1: a weight of"):
        normalised([1, wrong])


@pytest.mark.parametrize(
    ("weights", "n"),
    [([], math.nan), ([3], 1), ([1, 1, 1, 1], 4), ([0.5, 0.5], 2), ([1, 3], 1.6), ([0, 0], math.nan)],
)
def test_effective_n(weights: list[float], n: float) -> None:
    assert n_effective(weights) == pytest.approx(n, nan_ok=True)


@settings(deadline=None)
@given(WEIGHTS, st.floats(0.1, 10))
def test_effective_n_lies_between_1_and_n_whatever_the_unit(weights: list[float], unit: float) -> None:
    found = n_effective(weights)
    assert 1 - 1e-9 <= found <= len(weights) + 1e-9
    assert n_effective([weight * unit for weight in weights]) == pytest.approx(found)


@settings(deadline=None)
@given(CELLS, POPULATION, st.data())
def test_cells_stand_in_the_proportions_of_the_population(
    names: list[str], population: dict[str, int], data: st.DataObject
) -> None:
    base = data.draw(st.lists(st.floats(0.1, 10), min_size=len(names), max_size=len(names)))
    cell = pd.Series(names)
    found = post_stratify(cell, population, base)
    answered = sorted(set(names))
    assert found.weights.mean() == pytest.approx(1)
    assert set(found.merged) == set(population) - set(answered)
    shares = found.weights.groupby(cell).sum() / len(names)
    people = sum(population[name] for name in answered)
    assert shares.to_dict() == pytest.approx({name: population[name] / people for name in answered})


@settings(deadline=None)
@given(WEIGHTS, st.floats(1, 10), st.sampled_from(["median", "mean"]))
def test_trimming_keeps_the_sum_and_the_order_and_brings_weights_together(
    weights: list[float], most: float, of: str
) -> None:
    found = trim(weights, most, of)  # type: ignore[arg-type]
    assert found.sum() == pytest.approx(sum(weights))
    order = np.argsort(weights, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()
    assert n_effective(found) >= n_effective(weights) - 1e-9


@settings(deadline=None)
@given(WEIGHTS)
def test_thousandths_are_close_and_their_sum_is_the_same_in_any_order(weights: list[float]) -> None:
    found = thousandths(weights)
    assert np.abs(found / 1000 - weights).max() <= 0.0005 + 1e-12
    assert sum(found.tolist()) == found[::-1].sum()
    assert (found > 0).all()
