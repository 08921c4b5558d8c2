"""The control chart: limits, phases, signals by shape and colour, gaps, and what it says in words."""

from __future__ import annotations

from datetime import date

import pytest

from cf_operators.charts.control_chart import STATES, control_chart
from cf_operators.charts.style import BETTER, WORSE
from tests.charts.drawn import NPS, ON_TIME, ORIGIN, control_points, layers, svg, words


def test_value_of_newest_month_its_signal_and_the_meaning_of_the_target_in_words() -> None:
    read = words(control_chart(control_points(), NPS, ORIGIN))
    assert "Would customers recommend us?" in read
    assert "Net Promoter Score: 46 points in March 2025, better than usual" in read
    assert "March 2025 is a signal: beyond the control limits." in read
    assert "Before this signal it was chance which months met the target of at least 20 points." in read


@pytest.mark.parametrize(
    ("assurance", "words_of_it"), [("will_pass", "every month will"), ("will_fail", "no month will")]
)
def test_assurance(assurance: str, words_of_it: str) -> None:
    points = control_points().assign(assurance=assurance)
    read = " ".join(words(control_chart(points.assign(direction=None), NPS, ORIGIN)))
    assert f"As the process runs, {words_of_it} meet the target of at least 20 points" in read
    read = " ".join(words(control_chart(points, NPS, ORIGIN)))
    assert (
        f"Before this signal {words_of_it.replace('will', 'would')} meet the target of at least 20 points"
        in read
    )
    assert "As the process runs" not in read


def test_signals_have_colour_and_shape() -> None:
    chart = control_chart(control_points(), NPS, ORIGIN)
    points = next(layer for layer in layers(chart) if layer["encoding"].get("shape"))
    assert points["encoding"]["color"]["scale"]["domain"] == STATES
    assert points["encoding"]["color"]["scale"]["range"][1:] == [BETTER, WORSE]
    assert points["encoding"]["shape"]["scale"]["range"] == ["circle", "square", "diamond"]
    drawn = svg(chart)
    assert drawn.count(f'fill="{BETTER}"') == 2  # the point, and its sign in the legend
    assert drawn.count(f'fill="{WORSE}"') == 2


def test_lines_are_named_with_their_values() -> None:
    read = words(control_chart(control_points(), NPS, ORIGIN))
    assert {"Upper limit 42.0", "Mean 30.0", "Lower limit 18.0", "Target 20"} <= set(read)


def test_withheld_months_and_months_without_cases_are_gaps_with_a_word() -> None:
    chart = control_chart(control_points(), NPS, ORIGIN)
    read = words(chart)
    assert read.count("withheld") == 2  # twice drawn: the second time as the ground it stands on
    assert read.count("no cases") == 2
    line = next(layer for layer in layers(chart) if layer["encoding"].get("detail", {}).get("field") == "run")
    runs = {row["run"] for row in chart.to_dict()["datasets"][line["data"]["name"]]}
    assert len(runs) == 3  # before, between and after the gaps


def test_new_phase_is_named_by_its_cause() -> None:
    points = control_points(second_phase=8)
    causes = {
        date(2024, 3, 1): "another form",
        date(2024, 9, 12): "second carrier",
        date(2024, 12, 1): "later",
    }
    assert "New limits: second carrier" in words(control_chart(points, NPS, ORIGIN, causes))
    assert "New limits" in words(control_chart(points, NPS, ORIGIN))
    assert not any("New limits" in word for word in words(control_chart(control_points(), NPS, ORIGIN)))


def test_first_months_have_no_limits_yet() -> None:
    points = control_points(9).assign(
        centre=None, lower_limit=None, upper_limit=None, assurance=None, direction=None
    )
    read = " ".join(words(control_chart(points, NPS, ORIGIN)))
    assert "too few months yet to tell what is usual" in read
    assert "Upper limit" not in read


def test_months_that_do_not_vary_have_no_limits() -> None:
    points = control_points(13).assign(lower_limit=None, upper_limit=None, direction=None, assurance=None)
    read = " ".join(words(control_chart(points, NPS, ORIGIN)))
    assert "without limits: its first months do not vary" in read
    assert "within what is usual" not in read
    assert "with the limits" not in read


def test_shares_are_percent() -> None:
    points = control_points()
    columns = ["value", "centre", "lower_limit", "upper_limit"]
    points[columns] = points[columns] / 50
    read = words(control_chart(points.assign(chart="p_prime"), ON_TIME, ORIGIN))
    assert "percent" in read
    assert "On-time delivery: 92 percent in March 2025, better than usual" in read
    assert {"Mean 60.0", "Target 85"} <= set(read)


@pytest.mark.parametrize(("count", "labelled"), [(26, 26), (40, 14)])
def test_years_stand_under_january_and_the_first_month(count: int, labelled: int) -> None:
    read = words(control_chart(control_points(count), NPS, ORIGIN))
    names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
    shown = [word for word in read if word[:3] in names and len(word) in (3, 7)]
    assert len(shown) == labelled
