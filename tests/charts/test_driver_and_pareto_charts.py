"""The driver chart and the Pareto of complaints: what they say and what they leave out."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cf_operators.charts.complaint_pareto import complaint_pareto, quarter_in_words
from cf_operators.charts.driver_chart import driver_chart
from cf_operators.charts.quadrants import QUADRANTS
from cf_operators.charts.style import WORSE
from tests.charts.drawn import ORIGIN, drivers, svg, words


def test_drivers_and_quadrants_are_named() -> None:
    chart = driver_chart(drivers(), "Net Promoter Score", ORIGIN)
    read = words(chart)
    assert {*QUADRANTS.values()} <= set(read)
    assert {"Delivery", "Product quality", "Service", "Ordering", "Value"} <= set(read)
    joined = " ".join(read)
    assert "What goes with \u201cNet Promoter Score\u201d, 2024: 1,243 complete responses." in joined
    assert "Delivery matters most among what is done less well" in joined
    assert "go with 58 percent of the differences" in joined
    assert svg(chart).count(f'fill="{WORSE}"') == 2  # the point of delivery, and the name of its quadrant


def test_nothing_to_improve_first() -> None:
    read = " ".join(words(driver_chart(drivers().assign(quadrant="keep_up"), "NPS", ORIGIN)))
    assert "Nothing that matters more than the mean is done worse than the mean" in read


def test_attribute_without_importance_is_left_out() -> None:
    rows = drivers()
    rows.loc[4, ["importance", "importance_low", "importance_high", "quadrant"]] = None
    assert "Value" not in words(driver_chart(rows, "NPS", ORIGIN))


def test_few_categories_that_make_most_complaints() -> None:
    counts = pd.DataFrame(
        {"category": ["invoice", "late_delivery", "damaged", "none"], "complaint_count": [10, 60, 30, 0]}
    )
    read = words(complaint_pareto(counts, quarter_in_words(date(2025, 1, 1)), ORIGIN))
    joined = " ".join(read)
    assert "In the first quarter of 2025: 100 complaints in 3 categories." in joined
    assert "Late delivery: 60 percent of all complaints" in read
    assert "2 categories make up 90 percent of all complaints." in joined
    assert [word for word in read if word in ("Late delivery", "Damaged", "Invoice")] == [
        "Late delivery",
        "Damaged",
        "Invoice",
    ]
    assert "None" not in read
    assert "60 (60 percent)" in joined


def test_many_small_categories_share_a_bar() -> None:
    counts = pd.DataFrame(
        {"category": [f"kind_{i:02}" for i in range(20)], "complaint_count": [100 - i for i in range(20)]}
    )
    read = words(complaint_pareto(counts, "2025", ORIGIN))
    assert "9 others" in read
    assert sum(word.startswith("Kind") for word in read) == 11


@pytest.mark.parametrize(
    ("day", "words_of_it"), [(date(2024, 4, 1), "second"), (date(2024, 10, 1), "fourth")]
)
def test_quarters(day: date, words_of_it: str) -> None:
    assert quarter_in_words(day) == f"{words_of_it} quarter of 2024"
