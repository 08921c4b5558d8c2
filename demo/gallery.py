"""Which charts are drawn of the results of a programme."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import altair as alt
import pandas as pd

from cf_operators.charts.complaint_pareto import complaint_pareto, quarter_in_words
from cf_operators.charts.control_chart import control_chart
from cf_operators.charts.driver_chart import driver_chart
from cf_operators.charts.month_chart import month_chart
from cf_operators.charts.scorecard import scorecard
from cf_operators.charts.subject import Origin, Subject
from cf_operators.domain.driver_model import OVERALL
from cf_operators.domain.programme import Programme
from cf_operators.domain.slice import ALL
from cf_operators.hooks.chart_data import ChartData, Newest

MONTHS = 24
"""Newest months of a chart over months."""


@dataclass(frozen=True)
class Picture:
    """A chart that is drawn when it is asked for, which raises `NothingToDraw` if there is nothing to be seen yet."""

    name: str
    draw: Callable[[], alt.VConcatChart]


def gallery(
    data: ChartData, programme: Programme, newest: Newest, *, all_kpis: bool = False
) -> Iterator[Picture]:
    """The scorecards, the charts of each KPI that has a target (or of all), drivers, and complaints by category.

    Of the slices that a target watches, those are drawn whose newest month is a signal.
    """
    everything = [kpi.id for kpi in programme.kpis]
    watched = [kpi for kpi in everything if programme.target_of(kpi)]
    moment = newest.data_as_of.astimezone(ZoneInfo(programme.organisation.time_zone))
    history = data.months(everything)
    for name, kpis in (("scorecard", watched), ("scorecard_all", everything)):
        yield Picture(
            name, partial(scorecard, data.scorecard(kpis), history, Origin("cf_kpi.v_scorecard", moment))
        )
    points, subjects = data.control_points(everything), data.subjects(everything)
    for kpi in everything if all_kpis else watched:
        if kpi not in subjects:
            continue
        subject, causes = subjects[kpi], _causes(programme, kpi)
        origin = Origin("cf_kpi.control_point", moment)
        yield Picture(f"control_{kpi}", partial(control_chart, _newest(points, kpi), subject, origin, causes))
        origin = Origin("cf_kpi.v_kpi_latest", moment)
        yield Picture(f"months_{kpi}", partial(month_chart, _newest(history, kpi), subject, origin))
    for kpi in watched:
        if kpi in subjects:
            yield from _signals(data, programme, kpi, subjects[kpi], moment)
    for overall in OVERALL:
        called = subjects[overall].title if overall in subjects else overall
        origin = Origin("cf_kpi.kpi_driver", moment)
        yield Picture(f"drivers_{overall}", partial(driver_chart, data.drivers(overall), called, origin))
    complaints = data.complaints(newest.as_of_on)
    period = quarter_in_words(complaints.period_start.iloc[0]) if len(complaints) else "no quarter"
    origin = Origin("cf_kpi.v_complaint_pareto", moment)
    yield Picture("complaint_pareto", partial(complaint_pareto, complaints, period, origin))


def _signals(
    data: ChartData, programme: Programme, kpi: str, subject: Subject, moment: datetime
) -> Iterator[Picture]:
    """The control charts of the watched slices in which something has happened."""
    target = programme.target_of(kpi)
    dimensions = [name for name in target.watch if name != ALL] if target else []
    origin = Origin("cf_kpi.control_point", moment)
    for name in data.slices_with_signals(kpi, dimensions):
        points = _newest(data.control_points([kpi], name), kpi)
        causes = _causes(programme, kpi, name)
        picture = partial(control_chart, points, replace(subject, slice=name), origin, causes)
        yield Picture(f"control_{kpi}_{_file_name(name)}", picture)


def _file_name(slice_name: str) -> str:
    """`region=North` as a part of a file's name: letters of any language, digits and underscores."""
    return re.sub(r"\W+", "_", slice_name).strip("_")


def _newest(rows: pd.DataFrame, kpi: str) -> pd.DataFrame:
    return rows[rows.kpi == kpi].tail(MONTHS)


def _causes(programme: Programme, kpi: str, slice_name: str = ALL) -> dict[date, str]:
    """What is known to have changed the process of a KPI in a slice, or as a whole."""
    known = programme.measuring.control.causes
    return {cause.on: cause.cause for cause in known if cause.kpi == kpi and cause.slice in (slice_name, ALL)}
