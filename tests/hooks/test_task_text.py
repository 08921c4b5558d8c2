"""Titles and descriptions of tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cf_operators.domain.effect import effect_criterion
from cf_operators.domain.evidence import CategoryCount, evidence
from cf_operators.domain.missed_target import MissedTarget
from cf_operators.hooks.task_text import month_label, number, render_description, render_title, slice_label
from tests.domain.test_evidence import kpi, miss
from tests.domain.test_missed_target import JANUARY, MARCH, judged, target


def facts(missed: MissedTarget, category: str = "late") -> dict[str, Any]:
    values = [
        judged(MARCH, numerator=360, denominator=400, n=400),
        judged(JANUARY, "met"),
        judged(MARCH, slice_name="product=Sofa", value=0.5),
    ]
    found = evidence(missed, kpi(), values, [CategoryCount(category, 3, 1)], "2025-04-10T12:00:00+00:00")
    effect = effect_criterion(missed, kpi(), date(2025, 5, 25))
    return found | {
        "slice": missed.slice,
        "effect": effect,
        "owner": "Logistics",
        "due_on": date(2025, 5, 25),
    }


@pytest.mark.parametrize(
    ("slice_name", "title"),
    [
        ("region=North", "On-time delivery, region North: 60.0% in March 2025, target at least 85.0%"),
        ("all", "On-time delivery: 60.0% in March 2025, target at least 85.0%"),
    ],
)
def test_title(slice_name: str, title: str) -> None:
    assert render_title("target_missed", facts(miss(slice_name))) == title


def test_title_of_a_median_that_is_not_reached_yet() -> None:
    value = judged(MARCH, value=None, low=500.0, high=None)
    missed = MissedTarget(target(1, at_least=None, at_most=96), "all", (value,))
    found = evidence(missed, kpi("duration"), [], [], "") | {"slice": "all"}
    assert render_title("target_missed", found) == (
        "On-time delivery: more than 500.0 hours in March 2025, target at most 96.0 hours"
    )


def test_description() -> None:
    text = render_description("target_missed", facts(miss()))
    for line in (
        "In time? The target is at least 85.0%.",
        "It was missed in region North in 2 months in a row, each time with the whole 95% interval on the wrong side.",
        "| March 2025 | 60.0% | 50.0% to 70.0% | 100 |",
        "| February 2025 | 60.0% | 50.0% to 70.0% | 100 |",
        "For comparison, all others (March 2025): 100.0%, n = 300.",
        "| product Sofa | 50.0% | 50.0% to 70.0% | 100 |",
        "3 complaints in these months in region North; compared with 1 of all others in the same months.",
        "| late | 3 | 100.0% | 100.0% |",
    ):
        assert line in text.splitlines()
    assert (
        "Logistics is to find the cause and remove it by 2025-05-25. The effect is checked on 2025-08-01"
        in text
    )
    assert "\n\n\n" not in text


def test_description_of_the_whole_for_one_month() -> None:
    missed = MissedTarget(target(1), "all", (judged(MARCH),))
    text = render_description("target_missed", facts(missed))
    assert "It was missed overall in March 2025: the whole 95% interval lies on the wrong side." in text
    assert "1 full month after closing" in text


def test_values_from_outside_cannot_become_markup() -> None:
    hostile = "<script>alert(1)</script> | [x](http://evil.example) \n# `head` *b* _i_ ~s~ ![p](q) \\"
    text = render_description("target_missed", facts(miss(f"region={hostile}"), category=hostile))
    lines = [line for line in text.splitlines() if "script" in line]
    assert len(lines) == 3, "in the sentence, in the count of complaints, in the row of the category"
    for line in lines:
        for sign in ("<", "[x", "](", "`", "*b", "_i", "~s", "!"):
            at = line.find(sign)
            assert at > 0
            assert line[at - 1] == "\\", (sign, line)
        assert "\n" not in line
    assert "\n" not in render_title("target_missed", facts(miss(f"region={hostile}")))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.6123, "share", "61.2%"),
        (-12.345, "points", "-12.3 points"),
        (1234.5, "per 1,000 orders", "1,234.5 per 1,000 orders"),
        (96, "hours", "96.0 hours"),
        (None, "share", "–"),
    ],
)
def test_number(value: float | None, unit: str, text: str) -> None:
    assert number(value, unit) == text


def test_labels() -> None:
    assert (slice_label("all"), slice_label("region=a=b"), month_label("2025-12-01")) == (
        "overall",
        "region a=b",
        "December 2025",
    )
