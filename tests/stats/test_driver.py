"""Importance against performance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cf_operators.stats.correlation import correlations
from cf_operators.stats.driver import drivers, importance_performance, performance
from cf_operators.stats.relative_importance import relative_importance

NAN = float("nan")


def survey(n: int = 200) -> tuple[pd.Series, pd.DataFrame]:
    """Delivery matters and is bad, price matters and is good, colour is neither, music is good and does not matter."""
    random = np.random.default_rng(5)
    attributes = pd.DataFrame(
        {
            "delivery": random.integers(1, 4, n),
            "price": random.integers(3, 6, n),
            "colour": random.integers(1, 4, n),
            "music": random.integers(3, 6, n),
        }
    )
    return attributes.delivery + attributes.price + random.normal(0, 0.3, n), attributes


def test_every_quadrant() -> None:
    overall, attributes = survey()
    found = drivers(overall, attributes, seed=1, resamples=50)
    assert found.quadrant.to_dict() == {
        "delivery": "concentrate here",
        "price": "keep up the good work",
        "colour": "low priority",
        "music": "possible overkill",
    }
    assert (found.importance_low > 0.2)[["delivery", "price"]].all()
    assert (found.importance_high < 0.1)[["colour", "music"]].all()


def test_the_parts_are_those_of_their_own_functions() -> None:
    overall, attributes = survey(60)
    found = drivers(overall, attributes, seed=9, resamples=30, top_box=4)
    along, share = (
        correlations(overall, attributes),
        relative_importance(overall, attributes, seed=9, resamples=30),
    )
    for name in ("low", "high", "n"):
        assert found[f"correlation_{name}"].tolist() == along[name].tolist()
        assert found[f"importance_{name}"].tolist() == share[name].tolist()
    assert found.correlation.tolist() == along.value.tolist()
    assert found.importance.tolist() == share.value.tolist()
    assert found.performance.to_dict() == pytest.approx((attributes >= 4).mean().to_dict())


def test_few_answers_and_a_constant_attribute_have_a_performance_and_no_quadrant() -> None:
    overall, attributes = survey(29)
    few = drivers(overall, attributes, seed=1)
    assert few.quadrant.isna().all()
    assert few.performance.notna().all()
    overall, attributes = survey(50)
    same = drivers(overall, attributes.assign(price=5), seed=1, resamples=20)
    assert same.quadrant.isna().to_dict() == {
        "delivery": False,
        "price": True,
        "colour": False,
        "music": False,
    }
    assert same.performance["price"] == 5


def test_performance_is_of_the_answers_there_are() -> None:
    attributes = pd.DataFrame({"a": [5, 4, 1, NAN], "b": [NAN] * 4})
    assert performance(attributes).tolist() == pytest.approx([10 / 3, NAN], nan_ok=True)
    assert performance(attributes, top_box=4).tolist() == pytest.approx([2 / 3, NAN], nan_ok=True)


@pytest.mark.parametrize("values", [[0.1] * 3, [1 / 3] * 7, [0.0, 0.0]])
def test_on_the_lines_counts_as_above_them(values: list[float]) -> None:
    """All the same: the mean of three times 0.1 is not 0.1."""
    found = importance_performance(pd.Series(values), pd.Series(values))
    assert set(found.quadrant) == {"keep up the good work"}


def test_the_lines_are_means_of_those_with_both() -> None:
    importance = pd.Series({"a": 1.0, "b": 3.0, "c": NAN, "d": 1000.0})
    found = importance_performance(importance, pd.Series({"a": 5.0, "b": 1.0, "c": -1000.0, "d": NAN}))
    assert found.quadrant.fillna("none").to_dict() == {
        "a": "possible overkill",
        "b": "concentrate here",
        "c": "none",
        "d": "none",
    }


def test_no_attributes() -> None:
    assert len(importance_performance(pd.Series(dtype=float), pd.Series(dtype=float))) == 0
