"""Relative importance: a published example, brute force over all orders, and what holds for any answers."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.correlation import FEWEST_ANSWERS
from cf_operators.stats.relative_importance import relative_importance
from tests.stats.published_swiss import LMG, R_SQUARED, SWISS

OVERALL, ATTRIBUTES = SWISS["Fertility"], SWISS.drop(columns="Fertility")
FRAMES = st.tuples(st.integers(0, 10_000), st.integers(1, 4), st.integers(FEWEST_ANSWERS, 60))


def answers(seed: int, attributes: int, n: int) -> tuple[pd.Series, pd.DataFrame]:
    """Answers from 1 to 5, some of which go along with the overall score."""
    random = np.random.default_rng(seed)
    given = pd.DataFrame(random.integers(1, 6, (n, attributes)).astype(np.float64)).add_prefix("a")
    scores = given.to_numpy() @ random.integers(0, 3, attributes) + random.integers(0, 4, n)
    return pd.Series(scores, dtype=np.float64), given


def r_squared(overall: pd.Series, attributes: pd.DataFrame) -> float:
    """By least squares with the answers themselves."""
    x = np.column_stack([np.ones(len(overall)), attributes.to_numpy(dtype=np.float64)])
    y = overall.to_numpy(dtype=np.float64)
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(1 - rest @ rest / ((y - y.mean()) ** 2).sum())


def over_all_orders(overall: pd.Series, attributes: pd.DataFrame) -> dict[str, float]:
    names = [str(name) for name in attributes]
    added = dict.fromkeys(names, 0.0)
    orders = list(permutations(names))
    for order in orders:
        for at, name in enumerate(order):
            without, including = list(order[:at]), list(order[: at + 1])
            added[name] += r_squared(overall, attributes[including]) - r_squared(overall, attributes[without])
    return {name: total / len(orders) for name, total in added.items()}


def test_published() -> None:
    found = relative_importance(OVERALL, ATTRIBUTES, seed=1, resamples=50)
    assert found.value.to_dict() == pytest.approx(LMG, abs=5e-9)
    assert found.value.sum() == pytest.approx(R_SQUARED, abs=5e-5)
    assert set(found.n) == {47}


def test_one_attribute_is_the_square_of_its_correlation() -> None:
    found = relative_importance(OVERALL, ATTRIBUTES[["Education"]], seed=1, resamples=10)
    assert found.value.iloc[0] == pytest.approx(np.corrcoef(OVERALL, ATTRIBUTES.Education)[0, 1] ** 2)


def test_the_interval_is_that_of_a_bootstrap_written_out() -> None:
    attributes = ATTRIBUTES[["Education", "Catholic"]]
    found = relative_importance(OVERALL, attributes, seed=7, resamples=60)
    random, again = np.random.default_rng(7), []
    for _ in range(60):
        rows = random.integers(47, size=47)
        again.append(over_all_orders(OVERALL.iloc[rows], attributes.iloc[rows]))
    low, high = pd.DataFrame(again).quantile(0.025), pd.DataFrame(again).quantile(0.975)
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)


def test_the_seed_makes_it_repeatable() -> None:
    one, same, other = (
        relative_importance(OVERALL, ATTRIBUTES, seed=seed, resamples=40) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, same)
    assert (one.value == other.value).all()
    assert (one.low != other.low).all()


def test_twins_share_what_one_of_them_explains() -> None:
    twins = pd.DataFrame({"a": ATTRIBUTES.Education, "b": 2 * ATTRIBUTES.Education + 1})
    alone = relative_importance(OVERALL, twins[["a"]], seed=1, resamples=20)
    found = relative_importance(OVERALL, twins, seed=1, resamples=20)
    assert found.value.tolist() == pytest.approx([alone.value.iloc[0] / 2] * 2)


def test_an_attribute_that_is_always_the_same_gets_no_number_and_changes_no_other() -> None:
    found = relative_importance(OVERALL, ATTRIBUTES.assign(same=3, nobody=np.nan), seed=1, resamples=20)
    assert found.loc[["same", "nobody"], ["value", "low", "high"]].isna().all(axis=None)
    assert found.value.drop(["same", "nobody"]).to_dict() == pytest.approx(LMG, abs=5e-9)


def test_only_complete_rows_count() -> None:
    holes = ATTRIBUTES.copy()
    holes.iloc[:5, 0] = np.nan
    overall = OVERALL.where(OVERALL.index != 46)
    found = relative_importance(overall, holes, seed=1, resamples=20)
    whole = relative_importance(OVERALL.iloc[5:46], ATTRIBUTES.iloc[5:46], seed=1, resamples=20)
    pd.testing.assert_frame_equal(found, whole)
    assert set(found.n) == {41}


@pytest.mark.parametrize("n", [0, 1, FEWEST_ANSWERS - 1])
def test_few_answers_have_no_result(n: int) -> None:
    found = relative_importance(OVERALL.iloc[:n], ATTRIBUTES.iloc[:n], seed=1)
    assert found[["value", "low", "high"]].isna().all(axis=None)


def test_an_overall_score_that_is_always_the_same_has_no_drivers() -> None:
    found = relative_importance(OVERALL * 0 + 5, ATTRIBUTES, seed=1)
    assert found[["value", "low", "high"]].isna().all(axis=None)


def test_a_rare_answer_that_resamples_miss_is_no_crash() -> None:
    rare = pd.DataFrame({"rare": [1.0] + [0.0] * 46, "other": ATTRIBUTES.Education})
    found = relative_importance(OVERALL, rare, seed=1, resamples=50)
    assert found.notna().all(axis=None)


def test_too_many_attributes_and_no_resamples_are_refused() -> None:
    with pytest.raises(ValueError, match="9 attributes are too many"):
        relative_importance(OVERALL, pd.DataFrame(np.ones((47, 9))), seed=1)
    with pytest.raises(ValueError, match="0 resamples"):
        relative_importance(OVERALL, ATTRIBUTES, seed=1, resamples=0)


@given(FRAMES)
@settings(max_examples=40, deadline=None)
def test_by_brute_force_and_together_they_are_r_squared(shape: tuple[int, int, int]) -> None:
    overall, attributes = answers(*shape)
    found = relative_importance(overall, attributes, seed=3, resamples=5)
    assert found.value.to_dict() == pytest.approx(over_all_orders(overall, attributes), abs=1e-9)
    assert found.value.sum() == pytest.approx(r_squared(overall, attributes))
    assert ((found.low <= found.value) & (found.value <= found.high)).all()
    assert (found.value >= -1e-9).all()


@given(FRAMES)
@settings(max_examples=40, deadline=None)
def test_the_order_of_attributes_and_their_scales_change_nothing(shape: tuple[int, int, int]) -> None:
    overall, attributes = answers(*shape)
    there = relative_importance(overall, attributes, seed=3, resamples=20)
    back = relative_importance(
        10 * overall + 3, attributes[attributes.columns[::-1]] * 7 - 1, seed=3, resamples=20
    )
    pd.testing.assert_frame_equal(there, back.loc[there.index], atol=1e-9)
