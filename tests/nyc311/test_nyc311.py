"""A city's service requests as complaints: times to closure by borough, against a library's Kaplan-Meier."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_times

from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.measure_kpis import MeasureKpisOperator
from tests.conftest import ROOT, Warehouse

pytestmark = pytest.mark.shared

FILE = "nyc311_animals_short.csv"
ZONE = "America/New_York"


@pytest.fixture
def requests(shared: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """The requests of the file, read by pandas; the example's programme and connection lead to it."""
    folder = shared / "data" / "complaints"
    monkeypatch.setenv("CF_PROGRAMME", str(ROOT / "examples" / "nyc311" / "programme.yml"))
    connection = {"conn_type": "fs", "extra": {"path": str(folder)}}
    monkeypatch.setenv("AIRFLOW_CONN_CF_NYC311", json.dumps(connection))
    read = pd.read_csv(folder / FILE, usecols=["Created Date", "Closed Date", "Borough"])
    times = {
        name: pd.to_datetime(read[f"{name} Date"], format="%m/%d/%Y %H:%M").dt.tz_localize(ZONE)
        for name in ("Created", "Closed")
    }
    end = max(times["Created"].max(), times["Closed"].max())
    lasted = (times["Closed"].fillna(end) - times["Created"]).dt.total_seconds() / 3600
    return pd.DataFrame(
        {
            "borough": read["Borough"].str.title(),
            "month": times["Created"].dt.strftime("%Y-%m-01"),
            "hours": lasted,
            "is_closed": times["Closed"].notna(),
        }
    )


def measured(warehouse: Warehouse, run_context: Callable[..., Any]) -> pd.DataFrame:
    """Collect, build the model, measure: the newest values of all KPIs."""
    context = run_context()
    landed = CollectSourceOperator(task_id="collect", source_id="nyc311", stream="complaints").execute(
        context
    )
    assert landed["quarantined"] == 0
    for stream in ("orders", "complaints"):  # people are modelled with orders
        BuildModelOperator(task_id=f"model_{stream}", stream=stream).execute(context)
    MeasureKpisOperator(task_id="measure").execute(context)
    rows = warehouse.rows("select * from cf_kpi.v_kpi_latest where grain in ('all', 'month')")
    return pd.DataFrame(rows)


def test_times_to_closure_by_borough_are_those_of_a_librarys_kaplan_meier(
    requests: pd.DataFrame, warehouse: Warehouse, run_context: Callable[..., Any]
) -> None:
    values = measured(warehouse, run_context)
    compared = 0
    for row in values.to_dict("records"):
        kpi, grain, start, name = (row[key] for key in ("kpi", "grain", "period_start", "slice"))
        cases = requests
        if grain == "month":
            cases = cases[cases["month"] == start.isoformat()]
        if name != "all":
            cases = cases[cases["borough"] == name.removeprefix("region=")]
        assert row["n"] == len(cases), (kpi, start, name)
        curve = KaplanMeierFitter().fit(cases["hours"], cases["is_closed"])
        if kpi == "closed_within_day":
            wanted = 1 - float(curve.predict(24.0))
        else:
            wanted = float(
                qth_survival_times(0.5 if kpi == "time_to_closure" else 0.1, curve.survival_function_)
            )
        found = np.inf if row["value"] is None or np.isnan(row["value"]) else row["value"]
        assert found == pytest.approx(wanted, abs=1e-6), (kpi, start, name)
        compared += 1
    assert compared == values.shape[0] > 60
    assert set(values["region"].dropna()) >= {"Brooklyn", "Queens", "Manhattan", "Bronx", "Staten Island"}


def test_open_requests_make_a_difference(requests: pd.DataFrame) -> None:
    """Were they left out, half of the requests would seem to be closed sooner."""
    closed = requests.loc[requests["is_closed"], "hours"].median()
    curve = KaplanMeierFitter().fit(requests["hours"], requests["is_closed"])
    assert curve.median_survival_time_ > closed
