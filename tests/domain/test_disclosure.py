"""Which cells are withheld: worked cases, and what is shown where nothing has to be hidden."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from cf_operators.domain.calendar import WHOLE, Calendar, Period
from cf_operators.domain.disclosure import GRAINS, withheld
from cf_operators.domain.disclosure_group import Slice, groups
from tests.domain.kpi_table import count, random_cases

MONDAY = date(2026, 6, 1)
WEEK = Period("week", MONDAY, MONDAY + timedelta(6))
A, B, C, D = ((("segment", name),) for name in "abcd")
SHOP = {
    "product": [f"p{number}" for number in range(5)],
    "region": ["north", "east", "south", "west"],
    "segment": ["home", "office", "public"],
}


def all_with(places: set[int], cells: Iterable[Slice]) -> dict[Slice, set[int]]:
    """The same places withheld in all cells."""
    return dict.fromkeys(cells, places)


def days(number: int) -> list[Period]:
    """The days from Monday on."""
    starts = [MONDAY + timedelta(day) for day in range(number)]
    return [Period("day", start, start) for start in starts]


def test_a_hidden_member_takes_the_one_of_its_size_with_it() -> None:
    counts = {(): [74], A: [4], B: [10], C: [30], D: [30]}
    assert withheld([WEEK], counts, 5) == {A: {0}, B: {0}}


def test_a_hidden_day_of_a_shown_week_takes_the_last_day_with_it() -> None:
    counts: dict[Slice, list[int]] = {(): [59, 10, 4, 9, 9, 9, 9, 9]}
    assert withheld([WEEK, *days(7)], counts, 5) == {(): {2, 7}}
    assert withheld([*days(7), WEEK], {(): [*counts[()][1:], 59]}, 5) == {(): {1, 6}}


def test_two_hidden_days_of_a_week_hide_each_other() -> None:
    counts: dict[Slice, list[int]] = {(): [53, 10, 4, 9, 9, 9, 3, 9]}
    assert withheld([WEEK, *days(7)], counts, 5) == {(): {2, 6}}


def test_weeks_and_the_month_around_them_do_not_tell_its_last_days() -> None:
    """June 2026 is four weeks from Monday on, the 29th and the 30th."""
    weeks = [Period("week", MONDAY + timedelta(7 * at), MONDAY + timedelta(7 * at + 6)) for at in range(4)]
    periods = [Period("month", MONDAY, date(2026, 6, 30)), *weeks, *days(30)]
    ns = [10] * 28 + [10, 2]
    assert withheld(periods, {(): [292, 70, 70, 70, 70, *ns]}, 5) == {(): {33, 34}}


def test_a_hidden_cell_of_two_dimensions_is_hidden_in_its_row_and_in_its_column() -> None:
    rows = {"home": [3, 20, 20, 20], "office": [30] * 4, "public": [40] * 4, "school": [50] * 4}
    products = ["p", "q", "r", "s"]
    counts: dict[Slice, list[int]] = {(): [543]}
    for name, ns in rows.items():
        counts[(("segment", name),)] = [sum(ns)]
        counts |= {(("product", one), ("segment", name)): [n] for one, n in zip(products, ns, strict=True)}
    for at, one in enumerate(products):
        counts[(("product", one),)] = [sum(ns[at] for ns in rows.values())]
    block = {(("product", one), ("segment", name)) for one in ("p", "q") for name in ("home", "office")}
    assert withheld([WEEK], counts, 5) == all_with({0}, block)


def test_cells_that_are_not_given_count_as_empty_and_are_withheld_by_name() -> None:
    """Members that are only given crossed with others are known too, but not named."""
    shoes, socks, home, office = (
        ("product", "shoes"),
        ("product", "socks"),
        ("segment", "home"),
        ("segment", "office"),
    )
    cells: dict[Slice, list[int]] = {(shoes, home): [18], (shoes, office): [2], (socks, office): [13]}
    members: dict[Slice, list[int]] = {(home,): [18], (office,): [15], (shoes,): [20], (socks,): [13]}
    expected = all_with({0}, [*cells, (socks, home)])
    cells[()] = [33]
    assert withheld([WEEK], cells | members, 5) == expected
    assert withheld([WEEK], cells | members | {(socks, home): [0]}, 5) == expected
    assert withheld([WEEK], cells, 5) == expected


def test_the_only_member_of_a_dimension_shows_what_everything_shows() -> None:
    ns = [59, 10, 4, 9, 9, 9, 9, 9]
    alone = {(): ns, A: ns, B: [0] * 8}
    assert withheld([WEEK, *days(7)], alone, 5) == all_with({2, 7}, alone)


def test_everything_small_hides_everything() -> None:
    counts = {(): [4], A: [2], B: [1], C: [1]}
    assert withheld([WEEK], counts, 5) == all_with({0}, counts)


def test_nothing_is_withheld_without_a_small_number() -> None:
    counts = {(): [15, 5, 10], A: [10, 5, 5], B: [5, 0, 5], C: [0, 0, 0]}
    assert withheld([WEEK, *days(2)], counts, 5) == {}


def periods_of(first: date, number: int) -> list[Period]:
    """All periods of so many days, those included that the days fill only in part."""
    return list(Calendar(fiscal_month=4).between(first, first + timedelta(number - 1)))


@pytest.mark.parametrize("k", [0, 1])
def test_a_threshold_of_one_answer_withholds_nothing(k: int) -> None:
    assert withheld([WEEK], {(): [4], A: [1], B: [3]}, k) == {}


def test_a_zero_is_hidden_where_it_would_leave_the_partner_over() -> None:
    """If b were shown to have none in the first week, a's small Monday would be what everything has without c."""
    second = Period("week", MONDAY + timedelta(7), MONDAY + timedelta(13))
    c, d = [30, 30, *[5] * 6, 0, *[5] * 6, 0], [30, 30, *[5] * 6, 0, *[5] * 6, 0]
    a, b = [12, 10, 2, 10, *[0] * 6, 10, *[0] * 5], [0, 15, *[0] * 8, 8, 7, *[0] * 5]
    counts: dict[Slice, list[int]] = {A: a[:16], B: b[:16], C: c, D: d}
    counts[()] = [sum(ns) for ns in zip(*counts.values(), strict=True)]
    hidden = withheld([WEEK, second, *days(14)], counts, 5)
    assert (0 in hidden[A], 0 in hidden[B]) == (True, True)
    assert (1 in hidden[A], 1 in hidden[B]) == (False, False)
    assert hidden.keys() == {A, B}


def test_a_campaign_that_runs_alone_shows_what_everything_shows() -> None:
    second = Period("week", MONDAY + timedelta(7), MONDAY + timedelta(13))
    first_days, second_days = [20, 10, 4, 3, 9, 0, 0], [10, 5, 5, 5, 3, 2, 0]
    counts: dict[Slice, list[int]] = {
        (): [46, 30, *first_days, *second_days],
        A: [46, 0, *first_days, *[0] * 7],
        B: [0, 30, *[0] * 7, *second_days],
    }
    small = {4, 5, 13, 14}
    assert withheld([WEEK, second, *days(14)], counts, 5) == all_with(small, counts)


def test_a_day_that_is_seen_to_be_empty_is_shown_and_hides_nothing() -> None:
    counts: dict[Slice, list[int]] = {(): [47, 2, 9, 9, 9, 9, 9, 0]}
    assert withheld([WEEK, *days(7)], counts, 5) == {(): {1, 6}}


def test_what_everything_tells_of_a_campaign_that_runs_alone_is_known() -> None:
    """The five days from Saturday on hold three of a, which are everything of the first week without five days.

    So they are all that a has then, if a is seen to have none in the second week.
    """
    five = Period("rolling_28", MONDAY + timedelta(5), MONDAY + timedelta(9))
    second = Period("week", MONDAY + timedelta(7), MONDAY + timedelta(13))
    ns = [9, 9, 9, 9, 9, 1, 2, 5, 5, 5, 9, 9, 9, 9]
    counts: dict[Slice, list[int]] = {
        (): [18, 48, 51, *ns],
        A: [3, 48, 0, *ns[:7], *[0] * 7],
        B: [15, 0, 51, *[0] * 7, *ns[7:]],
    }
    hidden = withheld([five, WEEK, second, *days(14)], counts, 5)
    assert hidden == {(): {8, 9}} | all_with({0, 2, 8, 9, 12}, (A, B))


def test_nothing_hides_beyond_the_days_of_the_data() -> None:
    """The data begin on 3 June: the month and its weeks are only as long as the days in them."""
    month, all_days = Period("month", MONDAY, date(2026, 6, 30)), days(12)[2:]
    weeks = [WEEK, Period("week", MONDAY + timedelta(7), MONDAY + timedelta(13))]
    ns = [9, 9, 9, 9, 2, 9, 9, 9, 9, 9]
    hidden = withheld([WHOLE, month, *weeks, *all_days], {(): [83, 83, 38, 45, *ns]}, 5)
    assert hidden == {(): {7, 8}}
    assert withheld([month, *all_days], {(): [83, *ns]}, 5) == {(): {5, 10}}


def test_members_go_together_by_size_and_the_odd_one_joins_the_largest() -> None:
    totals = {"none": 0, "a": 50, "b": 250, "c": 130, "d": 70, "e": 500}
    assert groups(1000, totals) == [("a", "d"), ("b", "c", "e"), ("none",)]
    assert groups(10, {"a": 10}) == [("a",)]
    assert groups(0, {"b": 0, "a": 0}) == [("b",), ("a",)]
    assert groups(3, {"c": 1, "b": 1, "a": 1}) == [("a", "b", "c")]
    assert groups(0, {}) == []


def test_a_group_stays_while_one_member_overtakes_another() -> None:
    before = groups(1000, {"a": 120, "b": 110, "c": 100, "d": 95, "e": 575})
    after = groups(1100, {"a": 105, "b": 110, "c": 130, "d": 125, "e": 630})
    assert before == after == [("a", "b"), ("c", "d", "e")]


def test_the_order_in_which_cells_come_is_of_no_account() -> None:
    periods = periods_of(date(2026, 1, 1), 120)
    cases = random_cases(3, date(2026, 1, 1), 120, 6, SHOP)
    counts = count(cases, SHOP, [("product", "segment")], periods)
    expected = {(cell, periods[at]) for cell, hidden in withheld(periods, counts, 5).items() for at in hidden}
    shuffle = random.Random(1)
    places = list(range(len(periods)))
    shuffle.shuffle(places)
    cells = list(counts)
    shuffle.shuffle(cells)
    mixed = [periods[at] for at in places]
    found = withheld(mixed, {cell: [counts[cell][at] for at in places] for cell in cells}, 5)
    assert {(cell, mixed[at]) for cell, hidden in found.items() for at in hidden} == expected


def test_plenty_of_answers_are_all_shown() -> None:
    periods = periods_of(date(2024, 1, 1), 731)
    names = {"product": [f"p{number}" for number in range(20)], "segment": list("abcde")}
    cases = random_cases(1, date(2024, 1, 1), 731, 200, {"segment": ["a"]})
    one = count(cases, {"segment": ["a"]}, [], periods)[()]
    counts: dict[Slice, list[int]] = {(): [100 * n for n in one]}
    counts |= {(("segment", name),): [20 * n for n in one] for name in names["segment"]}
    counts |= {(("product", name),): [5 * n for n in one] for name in names["product"]}
    counts |= {(*a, *b): one for a in list(counts)[6:] for b in list(counts)[1:6]}
    assert (len(counts), len(periods) > 1000) == (126, True)
    assert withheld(periods, counts, 5) == {}


def test_most_of_the_long_periods_of_a_small_shop_are_shown() -> None:
    first = date(2024, 1, 1)
    periods = periods_of(first, 731)
    counts = count(random_cases(1, first, 731, 2, SHOP), SHOP, [("product", "segment")], periods)
    hidden = withheld(periods, counts, 5)

    def share(grain: str, dimensions: int) -> float:
        places = {at for at, period in enumerate(periods) if period.grain == grain}
        cells = [cell for cell in counts if len(cell) == dimensions]
        return sum(len(places & hidden.get(cell, set())) for cell in cells) / (len(places) * len(cells))

    of_everything, of_members, of_pairs = (
        {grain: share(grain, size) for grain in GRAINS} for size in (0, 1, 2)
    )
    assert max(of_everything[grain] for grain in ("all", "year", "fiscal_year", "quarter", "month")) == 0
    assert of_everything["rolling_90"] < 0.1
    assert of_everything["rolling_28"] < 0.3
    assert max(of_members[grain] for grain in ("all", "year", "fiscal_year")) == 0
    assert of_members["quarter"] < 0.1
    assert of_members["rolling_90"] < 0.2
    assert of_members["month"] < 0.3
    assert max(of_pairs[grain] for grain in ("all", "year")) < 0.1


@pytest.mark.parametrize(
    ("periods", "counts", "k", "message"),
    [
        ([WEEK], {(): [4]}, -1, "-1 is negative"),
        ([WEEK, Period("day", date(2026, 7, 1), date(2026, 7, 1))], {(): [4, 4]}, 5, "has none of the days"),
        ([WEEK], {A: [4]}, 5, "everything is missing"),
        ([WEEK], {(): [4], (("a", "x"), ("b", "y"), ("c", "z")): [4]}, 5, "at most two dimensions"),
        ([WEEK], {(): [4], (("a", "x"), ("a", "y")): [4]}, 5, "each once"),
        ([WEEK], {(): [4], A: []}, 5, "0 counts for 1 periods"),
        ([WEEK], {(): [4], A: [-4]}, 5, "a count of -4"),
    ],
)
def test_what_is_no_table(
    periods: list[Period], counts: dict[Slice, list[int]], k: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        withheld(periods, counts, k)
