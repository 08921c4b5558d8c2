"""Every chart validates against Vega-Lite and becomes a picture of a size to show."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import pandas as pd
import pytest
import vl_convert

from cf_operators.charts.complaint_pareto import complaint_pareto
from cf_operators.charts.control_chart import control_chart
from cf_operators.charts.driver_chart import driver_chart
from cf_operators.charts.month_chart import month_chart
from cf_operators.charts.rows import NothingToDraw
from cf_operators.charts.scorecard import scorecard
from tests.charts.drawn import (
    NPS,
    ORIGIN,
    PLAIN,
    control_points,
    drivers,
    months,
    png_size,
    score_rows,
    words,
)

COUNTS = pd.DataFrame({"category": ["late", "damaged", "invoice"], "complaint_count": [60, 30, 10]})

CHARTS: dict[str, Callable[[], alt.VConcatChart]] = {
    "control": lambda: control_chart(control_points(), NPS, ORIGIN),
    "months": lambda: month_chart(months(), NPS, ORIGIN),
    "scorecard": lambda: scorecard(score_rows(), months(), ORIGIN),
    "drivers": lambda: driver_chart(drivers(), "Net Promoter Score", ORIGIN),
    "pareto": lambda: complaint_pareto(COUNTS, "first quarter of 2025", ORIGIN),
}
EMPTY: dict[str, Callable[[], alt.VConcatChart]] = {
    "control": lambda: control_chart(control_points().iloc[:0], NPS, ORIGIN),
    "months": lambda: month_chart(months().assign(value=float("nan")), NPS, ORIGIN),
    "scorecard": lambda: scorecard(score_rows().iloc[:0], months(), ORIGIN),
    "drivers": lambda: driver_chart(drivers().assign(importance=float("nan")), "NPS", ORIGIN),
    "pareto": lambda: complaint_pareto(COUNTS.iloc[:0], "first quarter of 2025", ORIGIN),
}


@pytest.mark.parametrize("name", CHARTS)
def test_picture_is_as_large_as_its_words_need(name: str) -> None:
    chart = CHARTS[name]()
    width, height = png_size(vl_convert.vegalite_to_png(chart.to_json(validate=True), scale=2))
    assert 1500 < width < 3200
    assert 500 < height < 2400


@pytest.mark.parametrize("name", CHARTS)
def test_source_and_age_of_the_data_stand_below(name: str) -> None:
    read = " ".join(words(CHARTS[name]()))
    assert "Source: cf_kpi.v_kpi_latest. Data as of 20 April 2025, 06:05 UTC." in read
    assert "nan" not in read.lower().replace("finance", "")
    assert "undefined" not in read


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_to_draw_says_so(name: str) -> None:
    with pytest.raises(NothingToDraw, match=r"no (rows|value|importance)"):
        EMPTY[name]()


def test_missing_column_is_named() -> None:
    with pytest.raises(
        ValueError, match=r"chart of Net Promoter Score by month: no column low; there are kpi"
    ):
        month_chart(months().drop(columns="low"), NPS, ORIGIN)


def test_slice_without_target_says_both() -> None:
    read = " ".join(words(month_chart(months(), PLAIN, ORIGIN)))
    assert "There is no target." in read
    assert "Target" not in read
