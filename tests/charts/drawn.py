"""Frames as the tables give them, and what a chart made of them looks like from outside."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import vl_convert

from cf_operators.charts.subject import Origin, Subject

ORIGIN = Origin("cf_kpi.v_kpi_latest", datetime(2025, 4, 20, 6, 5, tzinfo=UTC))
NPS = Subject("Net Promoter Score", "Would customers recommend us?", "points", "up", 20.0)
ON_TIME = Subject("On-time delivery", "Which share of the orders due came on time?", "share", "up", 0.85)
PLAIN = Subject("Lead time", "How long does an order take?", "days", "down", None, "region=North")


def months(count: int = 15, first: str = "2024-01-01") -> pd.DataFrame:
    """Months of a KPI in points: the third is withheld, the fifth has no cases, the sixth few."""
    random = np.random.default_rng(5)
    value = 30 + 4 * random.standard_normal(count)
    rows = pd.DataFrame(
        {
            "kpi": "nps",
            "period_start": pd.date_range(first, periods=count, freq="MS").date,
            "value": value,
            "low": value - 6,
            "high": value + 6,
            "n": random.integers(60, 400, count).astype(float),
            "is_suppressed": False,
            "is_reliable": True,
        }
    )
    rows.loc[[2, 4], ["value", "low", "high"]] = np.nan
    rows.loc[2, ["n", "is_suppressed"]] = [np.nan, True]
    rows.loc[4, "n"] = 0
    rows.loc[5, ["n", "is_reliable"]] = [12, False]
    return rows


def control_points(count: int = 15, *, second_phase: int | None = None) -> pd.DataFrame:
    """The same months with limits; the last but one is a signal for the worse, the last one for the better."""
    rows = months(count).drop(columns=["low", "high", "is_reliable"])
    rows["chart"], rows["centre"], rows["lower_limit"], rows["upper_limit"] = "xmr", 30.0, 18.0, 42.0
    rows["phase"] = 1 if second_phase is None else np.where(np.arange(count) < second_phase, 1, 2)
    rows["direction"], rows["assurance"] = None, "hit_or_miss"
    rows["direction"] = rows["direction"].astype(object)
    for place, value, direction in ((count - 2, 12.0, "worse"), (count - 1, 46.0, "better")):
        rows.loc[place, "value"] = value
        rows.loc[place, "direction"] = direction
    rows["signals"] = [["beyond_limits"] if place >= count - 2 else [] for place in range(count)]
    return rows


def score_rows() -> pd.DataFrame:
    """Three rows of the scorecard: one met, one missed in a share with a withheld history, one without a target."""
    shared = {
        "slice": "all", "period_start": pd.Timestamp("2025-03-01").date(), "is_suppressed": False, "is_reliable": True,
        "signal_direction": None, "assurance": None, "verdict": None, "change_from_previous": None,
        "change_from_previous_q": None, "change_from_year_ago": None, "change_from_year_ago_q": None, "target": None,
    }  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"kpi": "nps", "title": NPS.title, "question": NPS.question, "unit": "points", "direction": "up",
         "target": 20.0, "value": 31.4, "low": 27.0, "high": 36.0, "n": 412, "verdict": "met", "assurance": "will_pass",
         "change_from_previous": 1.25, "change_from_previous_q": 0.41, "change_from_year_ago": 9.0,
         "change_from_year_ago_q": 0.004},
        {"kpi": "on_time", "title": ON_TIME.title, "question": ON_TIME.question, "unit": "share", "direction": "up",
         "target": 0.85, "value": 0.768, "low": 0.71, "high": 0.82, "n": 19, "verdict": "missed", "is_reliable": False,
         "signal_direction": "worse", "change_from_previous": -0.11, "change_from_previous_q": 0.0002},
        {"kpi": "lead_time", "title": PLAIN.title, "question": PLAIN.question, "unit": "days", "direction": "down",
         "value": None, "low": None, "high": None, "n": None, "is_suppressed": True, "is_reliable": None},
    ]  # fmt: skip
    return pd.DataFrame([shared | row for row in rows])


def drivers() -> pd.DataFrame:
    """Five attributes of one year, one of which is to be improved first."""
    names = ["delivery", "product_quality", "service", "ordering", "value"]
    importance, performance = [0.21, 0.15, 0.09, 0.045, 0.085], [0.62, 0.83, 0.71, 0.85, 0.725]
    quadrants = ["improve_first", "keep_up", "low_priority", "possible_overkill", "low_priority"]
    rows = pd.DataFrame(
        {"attribute": names, "importance": importance, "performance": performance, "quadrant": quadrants}
    )
    return rows.assign(
        importance_low=rows.importance - 0.03,
        importance_high=rows.importance + 0.04,
        n=1243,
        period_start=pd.Timestamp("2024-01-01").date(),
    )


def svg(chart: alt.VConcatChart) -> str:
    """The chart as the renderer draws it."""
    return str(vl_convert.vegalite_to_svg(chart.to_json(validate=True)))


def words(chart: alt.VConcatChart) -> list[str]:
    """All that can be read in the drawn chart, line by line in the order of drawing."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", svg(chart), re.DOTALL)
    lines = [line for text in texts for line in text.split("</tspan>")]
    return [word for word in (re.sub(r"<[^>]+>", "", line) for line in lines) if word]


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, read from the header of the file."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


def layers(chart: alt.VConcatChart) -> list[dict[str, Any]]:
    """Every layer of every drawing of a chart, as Vega-Lite."""
    found: list[dict[str, Any]] = []

    def collect(node: dict[str, Any]) -> None:
        for name in ("vconcat", "hconcat", "layer"):
            for child in node.get(name, []):
                collect(child)
        if "mark" in node:
            found.append(node)

    collect(chart.to_dict(validate=True))
    return found
