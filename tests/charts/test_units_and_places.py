"""Numbers in the words of people, and labels that do not cover each other."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.charts.label_places import CHARACTER, LINE, places
from cf_operators.charts.line_labels import spread
from cf_operators.charts.subject import Subject, scope
from cf_operators.charts.unit import MINUS, Unit
from cf_operators.charts.value_domain import value_domain


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("share", 0.8342, "83.4 percent"),
        ("share", 1.0, "100 percent"),
        ("share", 0.0, "0 percent"),
        ("points", -3.456, f"{MINUS}3.46 points"),
        ("points", 12.0, "12 points"),
        ("hours", 1234.5, "1,234 hours"),
        ("per 1,000 orders", 99.96, "100 per 1,000 orders"),
        ("points", -0.001, "0.00 points"),
    ],
)
def test_values_with_their_unit(unit: str, value: float, text: str) -> None:
    assert Unit.of(unit).text(value) == text


@pytest.mark.parametrize(
    ("unit", "change", "text"),
    [
        ("share", 0.021, "+2.10"),
        ("share", -0.15, f"{MINUS}15"),
        ("hours", 0.0, "±0"),
        ("points", 0.0004, "±0.00"),
    ],
)
def test_changes_with_their_sign(unit: str, change: float, text: str) -> None:
    assert Unit.of(unit).change_number(change) == text


def test_nothing_is_no_number() -> None:
    with pytest.raises(ValueError, match=r"nan cannot be shown as a number"):
        Unit.of("points").text(float("nan"))


def test_slices_in_words() -> None:
    assert scope("all") == "all customers"
    assert scope("segment=home & region=North") == "segment home and region North"


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_are_apart_and_in_order(wanted: list[float]) -> None:
    placed = spread(wanted, 15.0)
    ordered = [placed[i] for i in sorted(range(len(wanted)), key=lambda i: (wanted[i], i))]
    assert all(after - before >= 15.0 - 1e-6 for before, after in pairwise(ordered))
    assert sum(placed) == pytest.approx(sum(wanted), abs=1e-6)  # moved apart around where they should be


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([10.0, 80.0, 40.0], 15.0) == [10.0, 80.0, 40.0]


def test_names_cover_neither_each_other_nor_points() -> None:
    points = [(100.0, 100.0), (112.0, 101.0), (104.0, 104.0), (590.0, 50.0)]
    names = ["Delivery", "Service", "Ordering", "Product quality"]
    placed = places(points, names, (600.0, 400.0))
    boxes = [
        (p.x, p.y - LINE / 2, p.x + len(n) * CHARACTER, p.y + LINE / 2)
        for p, n in zip(placed, names, strict=True)
    ]
    for i, box in enumerate(boxes):
        assert box[0] >= 0
        assert box[2] <= 600
        assert not any(
            box[0] < x + 7 and x - 7 < box[2] and box[1] < y + 7 and y - 7 < box[3] for x, y in points
        )
        for other in boxes[i + 1 :]:
            assert box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]


def test_axis_keeps_to_what_can_be() -> None:
    share = Subject("", "", "share", "up")
    assert value_domain([95.0, 99.9, float("nan")], share)[1] <= 102.0
    assert value_domain([0.5, 60.0], Subject("", "", "hours", "down"))[0] == 0.0
    low, high = value_domain([5.0, 5.0], Subject("", "", "points", "up"))
    assert low < 5.0 < high


def test_names_keep_clear_of_bars_and_lines() -> None:
    points, line = [(100.0, 100.0)], (112.0, 0.0, 114.0, 400.0)
    (beside,) = places(points, ["Value"], (600.0, 400.0))
    assert beside.x > 100, "right of its point, where nothing stands"
    (moved,) = places(points, ["Value"], (600.0, 400.0), [line])
    assert moved.x < 100
    assert moved.y == beside.y
