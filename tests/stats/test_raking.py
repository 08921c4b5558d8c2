"""Raking: margins are met, and nothing else of the answers is changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.raking import rake
from cf_operators.stats.weighting import post_stratify

FULL = [(segment, region) for segment in "xy" for region in "pqr"]
"""One respondent of every crossing, so that any margins can be met."""

ANSWERS = st.lists(st.sampled_from(FULL), max_size=40).map(lambda more: FULL + more)
SHARE = st.integers(1, 100)
MARGINS = st.fixed_dictionaries(
    {
        "segment": st.fixed_dictionaries(dict.fromkeys("xy", SHARE)),
        "region": st.fixed_dictionaries(dict.fromkeys("pqr", SHARE)),
    }
)


def frame(rows: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["segment", "region"])


def rounds_by_hand(
    rows: list[tuple[str, str]], margins: dict[str, dict[str, int]], rounds: int = 2000
) -> list[float]:
    """Iterative proportional fitting, respondent by respondent."""
    weights = [1.0] * len(rows)
    for _ in range(rounds):
        for at, margin in enumerate(margins.values()):
            sums = dict.fromkeys(margin, 0.0)
            for row, weight in zip(rows, weights, strict=True):
                sums[row[at]] += weight
            total = sum(margin.values())
            weights = [
                weight * margin[row[at]] / total * len(rows) / sums[row[at]]
                for row, weight in zip(rows, weights, strict=True)
            ]
    return weights


def test_one_margin_is_post_stratification() -> None:
    answers = frame([*FULL, ("x", "p"), ("x", "q")])
    raked = rake(answers, {"segment": {"x": 1, "y": 3}})
    np.testing.assert_allclose(raked.weights, post_stratify(answers.segment, {"x": 1, "y": 3}).weights)


def test_by_hand() -> None:
    rows = [*FULL, ("x", "p"), ("x", "p"), ("y", "r")]
    margins = {"segment": {"x": 30, "y": 70}, "region": {"p": 50, "q": 30, "r": 20}}
    wanted = np.array(rounds_by_hand(rows, margins))
    np.testing.assert_allclose(rake(frame(rows), margins).weights, wanted, rtol=1e-6)


def test_independent_margins_have_a_closed_form() -> None:
    """One of each crossing: every weight is the product of what its levels lack."""
    found = rake(frame(FULL), {"segment": {"x": 1, "y": 3}, "region": {"p": 2, "q": 1, "r": 1}})
    assert found.weights.tolist() == pytest.approx([0.75, 0.375, 0.375, 2.25, 1.125, 1.125])


def test_a_level_without_respondents_is_merged_and_reported() -> None:
    found = rake(frame(FULL), {"segment": {"x": 1, "y": 3, "z": 9}, "region": {"p": 2, "q": 1, "r": 1}})
    assert found.merged == (("segment", "z"),)
    assert found.weights.iloc[0] == pytest.approx(0.75)


def test_design_weights_are_where_it_begins() -> None:
    answers = frame([*FULL, ("x", "p")])
    margins = {"segment": {"x": 1, "y": 1}, "region": {"p": 1, "q": 1, "r": 1}}
    weights = rake(answers, margins, [1] * 6 + [3]).weights
    assert weights.iloc[6] == pytest.approx(3 * weights.iloc[0])


def test_margins_that_no_weights_can_meet_are_refused() -> None:
    """All of x are in p, and there are more of x than of p."""
    with pytest.raises(ValueError, match=r"no weights meet all margins: segment stays .*% away"):
        rake(frame([("x", "p"), ("y", "q")]), {"segment": {"x": 3, "y": 1}, "region": {"p": 1, "q": 1}})


def test_unknown_levels_and_no_margins_are_refused() -> None:
    with pytest.raises(ValueError, match="1 respondents are in the level of segment 'y'"):
        rake(frame([("x", "p"), ("y", "p")]), {"segment": {"x": 1}, "region": {"p": 1}})
    with pytest.raises(ValueError, match="at least one margin"):
        rake(frame(FULL), {})


def test_nobody_and_one() -> None:
    nobody = rake(frame([]), {"segment": {"x": 1}})
    assert (nobody.weights.size, nobody.merged) == (0, (("segment", "x"),))
    assert rake(frame([("x", "p")]), {"segment": {"x": 5}, "region": {"p": 2}}).weights.tolist() == [1]


@settings(deadline=None)
@given(ANSWERS, MARGINS)
def test_margins_are_met_and_odds_ratios_are_kept(
    rows: list[tuple[str, str]], margins: dict[str, dict[str, int]]
) -> None:
    """Both together have one solution only."""
    answers = frame(rows)
    weights = rake(answers, margins).weights
    assert weights.mean() == pytest.approx(1)
    for name, margin in margins.items():
        shares = weights.groupby(answers[name]).sum() / len(rows)
        wanted = {level: people / sum(margin.values()) for level, people in margin.items()}
        assert shares.to_dict() == pytest.approx(wanted, rel=2e-6)
    of = {row: weights.iloc[rows.index(row)] for row in FULL}
    for region in "qr":
        ratio = of["x", "p"] * of["y", region] / (of["x", region] * of["y", "p"])
        assert ratio == pytest.approx(1), "a weight is a product of one factor by margin"


@settings(deadline=None)
@given(ANSWERS, MARGINS)
def test_the_order_of_respondents_and_margins_does_not_matter(
    rows: list[tuple[str, str]], margins: dict[str, dict[str, int]]
) -> None:
    answers = frame(rows)
    there = rake(answers, margins).weights
    back = rake(answers.iloc[::-1], {name: margins[name] for name in reversed(margins)}).weights
    np.testing.assert_allclose(there.sort_index(), back.sort_index(), rtol=1e-5)
