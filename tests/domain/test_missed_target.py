"""When a task is opened, by named cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cf_operators.domain.kpi import Target
from cf_operators.domain.missed_target import RULE, JudgedValue, KnownTask, missed_targets, needs_task
from cf_operators.domain.verdict import Verdict

AS_OF = date(2025, 4, 10)
JANUARY, FEBRUARY, MARCH, APRIL = (date(2025, month, 1) for month in (1, 2, 3, 4))


def judged(month: date, verdict: Verdict = "missed", slice_name: str = "all", **changes: Any) -> JudgedValue:
    value = JudgedValue(
        kpi="on_time_delivery",
        definition_version="abc",
        period_start=month,
        slice=slice_name,
        revision=1,
        value=0.6,
        low=0.5,
        high=0.7,
        n=100,
        numerator=60,
        denominator=100,
        target=0.85,
        verdict=verdict,
    )
    return replace(value, **changes)


def target(months: int = 2, watch: tuple[str, ...] = ("all",), **changes: Any) -> Target:
    entry: dict[str, Any] = {"kpi": "on_time_delivery", "at_least": 0.85, "min_n": 15, "owner": "logistics"}
    return Target.model_validate(entry | {"due_days": 45, "watch": watch, "months": months} | changes)


@pytest.mark.parametrize(
    ("case", "months", "values", "is_missed"),
    [
        ("both months", 2, [judged(FEBRUARY), judged(MARCH)], True),
        ("only the newest", 2, [judged(FEBRUARY, "met"), judged(MARCH)], False),
        ("only the newest, and one is enough", 1, [judged(FEBRUARY, "met"), judged(MARCH)], True),
        ("the newest was met", 2, [judged(JANUARY), judged(FEBRUARY), judged(MARCH, "met")], False),
        ("the newest is unclear", 2, [judged(FEBRUARY), judged(MARCH, "unclear")], False),
        ("the newest has too few answers", 2, [judged(FEBRUARY), judged(MARCH, "too_few_answers")], False),
        ("a gap", 2, [judged(JANUARY), judged(MARCH)], False),
        ("nothing of the newest month", 2, [judged(JANUARY), judged(FEBRUARY)], False),
        ("the running month does not count", 2, [judged(MARCH), judged(APRIL)], False),
        ("nor does it help", 1, [judged(MARCH), judged(APRIL, "met")], True),
        ("judged by an older target", 1, [judged(MARCH, target=0.9)], False),
        ("another KPI", 1, [judged(MARCH, kpi="csat")], False),
        ("no values", 1, [], False),
    ],
)
def test_which_months_have_to_be_missed(
    case: str, months: int, values: list[JudgedValue], is_missed: bool
) -> None:
    found = missed_targets([target(months)], values, AS_OF)
    assert [miss.slice for miss in found] == (["all"] if is_missed else []), case
    for miss in found:
        assert [value.period_start for value in miss.months] == [MARCH, FEBRUARY][:months], "newest first"


@pytest.mark.parametrize(
    ("watch", "slices"),
    [
        (("all",), ["all"]),
        (("region",), ["region=North", "region=a=b"]),
        (("all", "product"), ["all", "product=Sofa"]),
        (("segment",), []),
    ],
)
def test_which_slices_are_watched(watch: tuple[str, ...], slices: list[str]) -> None:
    names = ("all", "region=North", "region=a=b", "product=Sofa")
    values = [judged(MARCH, slice_name=name) for name in names] + [judged(MARCH, "met", "region=South")]
    assert [miss.slice for miss in missed_targets([target(1, watch)], values, AS_OF)] == slices


def test_slices_need_their_own_months_in_a_row() -> None:
    values = [judged(FEBRUARY, slice_name="region=North"), judged(MARCH, slice_name="region=South")]
    assert missed_targets([target(2, ("region",))], values, AS_OF) == []


def test_each_target_is_looked_at() -> None:
    other = target(1, kpi="csat", at_least=0.7)
    values = [judged(MARCH), judged(MARCH, kpi="csat", target=0.7)]
    assert [miss.target.kpi for miss in missed_targets([other, target(1)], values, AS_OF)] == [
        "csat",
        "on_time_delivery",
    ]


@pytest.mark.parametrize(
    ("case", "known", "is_needed"),
    [
        ("no task", [], True),
        ("one is open", [("all", RULE, FEBRUARY, True)], False),
        ("one of the same month is open", [("all", RULE, MARCH, True)], False),
        ("one of the same month was closed", [("all", RULE, MARCH, False)], False),
        ("one of an older month was closed", [("all", RULE, FEBRUARY, False)], True),
        (
            "one was closed, another is open",
            [("all", RULE, JANUARY, False), ("all", RULE, FEBRUARY, True)],
            False,
        ),
        ("another slice has one", [("region=North", RULE, MARCH, True)], True),
        ("another rule has one", [("all", "special_cause", MARCH, True)], True),
    ],
)
def test_when_a_task_is_needed(case: str, known: list[tuple[str, str, date, bool]], is_needed: bool) -> None:
    (miss,) = missed_targets([target(1)], [judged(MARCH)], AS_OF)
    tasks = [KnownTask("on_time_delivery", *rest) for rest in known]
    assert needs_task(miss, tasks) is is_needed, case


def test_a_task_of_another_kpi_does_not_count() -> None:
    (miss,) = missed_targets([target(1)], [judged(MARCH)], AS_OF)
    assert needs_task(miss, [KnownTask("csat", "all", RULE, MARCH, is_open=True)])
