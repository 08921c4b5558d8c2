"""The scorecard: values with their intervals, verdicts, changes, and what is not sure."""

from __future__ import annotations

import pandas as pd
import pytest

from cf_operators.charts.score import scores
from cf_operators.charts.scorecard import scorecard
from tests.charts.drawn import ORIGIN, months, score_rows, words


def test_value_interval_n_and_verdict() -> None:
    read = words(scorecard(score_rows(), months(), ORIGIN))
    assert {"31.4 points", "95%: 27 to 36", "March 2025, n 412", "Target met", "at least 20 points"} <= set(
        read
    )
    assert {"76.8 percent", "95%: 71 to 82", "Target missed", "at least 85 percent"} <= set(read)
    assert "as it runs: will pass" in read


def test_small_n_withheld_values_and_missing_targets_are_said() -> None:
    read = words(scorecard(score_rows(), months(), ORIGIN))
    assert read.count("few cases: not reliable") == 1
    assert read.count("withheld") == 1
    assert read.count("no target") == 1


def test_verdicts_are_counted_above() -> None:
    read = " ".join(words(scorecard(score_rows(), months(), ORIGIN)))
    assert "1 of 2 targets surely met, 1 surely missed, 0 not clear yet" in read


def test_without_verdicts_none_is_counted() -> None:
    read = " ".join(words(scorecard(score_rows().assign(verdict=None), months(), ORIGIN)))
    assert "No target was judged" in read


def test_changes_are_sure_or_may_be_chance() -> None:
    read = words(scorecard(score_rows(), months(), ORIGIN))
    assert {
        "+1.25",
        "q 0.410",
        "may be chance",
        "+9",
        "better",
        "q 0.004",
        "\u221211",
        "q below 0.001",
    } <= set(read)


def test_less_is_better_when_the_kpi_says_so() -> None:
    rows = score_rows().iloc[:1].assign(direction="down", target=40.0)
    read = words(scorecard(rows, months(), ORIGIN))
    assert "worse" in read  # the change of +9
    (score,) = scores(rows, months())
    assert score.beyond_target(31.4) > 0 > score.beyond_target(41.0)
    assert score.target_in_words == "at most 40 points"


def test_line_has_thirteen_months_with_gaps() -> None:
    score = next(iter(scores(score_rows(), months())))
    assert len(score.line) == 13
    wanted = months().value.iloc[2:]
    assert [value is None for value in score.line] == wanted.isna().tolist()
    assert score.line[-1] == pytest.approx(wanted.iloc[-1])


def test_own_scale_reaches_from_edge_to_edge() -> None:
    score = next(iter(scores(score_rows(), months())))
    ends = [score.beyond_target(value) for value in (*[v for v in score.line if v is not None], 27.0, 36.0)]
    assert max(map(abs, ends)) == pytest.approx(1 / 1.05)


def test_history_without_a_column_is_refused() -> None:
    with pytest.raises(ValueError, match=r"scorecard: the history has no column value"):
        scorecard(score_rows(), pd.DataFrame({"kpi": [], "period_start": []}), ORIGIN)
