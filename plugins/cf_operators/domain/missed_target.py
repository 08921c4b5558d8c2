"""When a missed target calls for an improvement task."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from cf_operators.domain.kpi import Target
from cf_operators.domain.period import settled_months
from cf_operators.domain.slice import slice_parts
from cf_operators.domain.verdict import Verdict

RULE = "target_missed"


@dataclass(frozen=True, slots=True)
class JudgedValue:
    """The newest revision of one monthly KPI value, with the verdict on it and the target it was judged by."""

    kpi: str
    definition_version: str
    period_start: date
    slice: str
    revision: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    numerator: float
    denominator: float
    target: float
    verdict: Verdict


@dataclass(frozen=True)
class MissedTarget:
    """A target missed in a watched slice for as many settled months in a row as it asks for; newest month first."""

    target: Target
    slice: str
    months: tuple[JudgedValue, ...]

    @property
    def newest(self) -> JudgedValue:
        """The value of the newest settled month."""
        return self.months[0]


@dataclass(frozen=True)
class KnownTask:
    """A task there is, open or closed, for a KPI, slice, rule and newest month of evidence."""

    kpi: str
    slice: str
    rule: str
    period_start: date
    is_open: bool


def missed_targets(
    targets: Iterable[Target], values: Iterable[JudgedValue], as_of: date
) -> list[MissedTarget]:
    """The targets that are missed now, in the order of the targets and then of the slices.

    Only the newest settled months count: a miss of long ago, followed by a month that was met, unclear or had too few
    answers, is history. A value judged by another target than the one in force counts for nothing until it is judged
    anew.

    :param values: monthly values of at least the settled months that the targets ask for.
    :param as_of: local day of the newest event in the data; decides which months are settled.
    """
    by_key = {(value.kpi, value.slice, value.period_start): value for value in values}
    found = []
    for target in targets:
        months = settled_months(as_of, target.months)
        slices = sorted({slice_name for kpi, slice_name, _ in by_key if kpi == target.kpi})
        for slice_name in slices:
            if slice_parts(slice_name)[0] not in target.watch:
                continue
            run = [by_key.get((target.kpi, slice_name, month)) for month in months]
            missed = tuple(value for value in run if value is not None and _is_missed(value, target))
            if len(missed) == len(months):
                found.append(MissedTarget(target, slice_name, missed))
    return found


def _is_missed(value: JudgedValue, target: Target) -> bool:
    return value.verdict == "missed" and value.target == target.value


def needs_task(missed: MissedTarget, known: Collection[KnownTask]) -> bool:
    """Whether a task has to be opened: none is open for the KPI, slice and rule, and none had the same evidence.

    A task of the same newest month that was closed is not opened again: somebody has dealt with that month.
    """
    key = (missed.target.kpi, missed.slice, RULE)
    return not any(
        task.is_open or task.period_start == missed.newest.period_start
        for task in known
        if (task.kpi, task.slice, task.rule) == key
    )
