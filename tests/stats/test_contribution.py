"""Which slices moved a total: by hand, edges, and that the parts add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.stats.contribution import CONTRIBUTION_COLUMNS, contribution

EFFECTS = ["within", "mix", "contribution"]
SUMS = st.tuples(st.integers(-500, 500), st.integers(1, 500))
PERIOD = st.dictionaries(st.sampled_from("abcdef"), SUMS, min_size=1)


def period(sums: dict[str, tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(sums, orient="index", columns=["numerator", "denominator"])


def total(sums: dict[str, tuple[float, float]], per: float = 1) -> float:
    return per * sum(top for top, _ in sums.values()) / sum(bottom for _, bottom in sums.values())


def effects(found: pd.DataFrame, slice_name: str) -> list[float]:
    return list(found.loc[[slice_name], EFFECTS].to_numpy()[0])


def test_by_hand() -> None:
    """From 0.5 to 0.45: a fell from 0.8 to 0.6 at weights 0.5 and 0.5; b stayed at 0.2, c came at 0.4."""
    before = {"a": (40.0, 50.0), "b": (10.0, 50.0)}
    after = {"a": (60.0, 100.0), "b": (10.0, 50.0), "c": (20.0, 50.0)}
    found = contribution(period(before), period(after))
    assert effects(found, "a") == pytest.approx([-0.1, 0, -0.1])
    assert effects(found, "b") == pytest.approx([0, (0.2 - 0.475) * -0.25, 0.06875])
    assert effects(found, "c") == pytest.approx([0, (0.4 - 0.475) * 0.25, -0.01875])
    assert found.index.tolist() == ["a", "b", "c"]
    assert found["contribution"].sum() == pytest.approx(-0.05)
    assert pd.isna(found.value_before["c"])


def test_the_total_can_fall_while_every_slice_rises() -> None:
    """Simpson's paradox: all of it is the mix."""
    before = {"easy": (81.0, 90.0), "hard": (1.0, 10.0)}
    after = {"easy": (9.5, 10.0), "hard": (18.0, 90.0)}
    found = contribution(period(before), period(after))
    assert (found.within > 0).all()
    assert found.mix.sum() < 0
    assert found["contribution"].sum() == pytest.approx(total(after) - total(before)) == pytest.approx(-0.545)


def test_of_a_period_without_cases_nothing_is_said() -> None:
    some, none = period({"a": (1, 2)}), period({"a": (0, 0)})
    for before, after in ((some, none), (none, some), (none, none), (period({}), some)):
        found = contribution(before, after)
        assert found[EFFECTS].isna().all(axis=None)
    assert tuple(contribution(period({}), period({})).columns) == CONTRIBUTION_COLUMNS


def test_one_slice_is_the_whole_change() -> None:
    found = contribution(period({"a": (1, 4)}), period({"a": (3, 4)}), per=100)
    assert effects(found, "a") == [50, 0, 50]


def test_what_stays_the_same_moves_nothing() -> None:
    sums = {"a": (1.0, 3.0), "b": (5.0, 7.0), "empty": (0.0, 0.0)}
    doubled = {name: (2 * top, 2 * bottom) for name, (top, bottom) in sums.items()}
    moved = contribution(period(sums), period(doubled))[EFFECTS].to_numpy()
    assert np.abs(moved).max() < 1e-15


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="slice 'b' has a denominator of -1"):
        contribution(period({"a": (1, 1)}), period({"b": (1, -1)}))
    twice = pd.concat([period({"a": (1, 1)})] * 2)
    with pytest.raises(ValueError, match="slice 'a' comes twice"):
        contribution(twice, period({"a": (1, 1)}))


@settings(deadline=None)
@given(PERIOD, PERIOD, st.sampled_from([1, 100, 1000]))
def test_the_parts_add_up_to_the_change_and_back(
    before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]], per: float
) -> None:
    found = contribution(period(before), period(after), per)
    assert set(found.index) == set(before) | set(after)
    change = total(after, per) - total(before, per)
    assert found["contribution"].sum() == pytest.approx(change, abs=1e-9 * per * 500)
    assert (found.within + found.mix - found["contribution"]).abs().max() == 0
    back = contribution(period(after), period(before), per).reindex(found.index)
    for effect in EFFECTS:
        assert back[effect].tolist() == pytest.approx((-found[effect]).tolist(), abs=1e-9 * per * 500)


def test_events_without_exposure_make_no_rate_of_their_slice() -> None:
    before = pd.DataFrame({"numerator": [5.0, 2.0], "denominator": [100.0, 0.0]}, index=["North", "unknown"])
    after = pd.DataFrame({"numerator": [10.0, 3.0], "denominator": [100.0, 0.0]}, index=["North", "unknown"])
    with np.errstate(all="raise", divide="ignore", invalid="ignore"):
        found = contribution(before, after)
    assert found.loc["unknown", "contribution"] == 0
    assert found.loc["North", "contribution"] == pytest.approx(0.05)
