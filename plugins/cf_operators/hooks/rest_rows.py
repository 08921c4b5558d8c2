"""Rows of a REST source: each lands, is gone, is refused, or lies outside the period that is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cf_operators.domain.collecting import Row, TimeRange
from cf_operators.domain.json_path import value_at
from cf_operators.domain.rest_source import RestObject
from cf_operators.domain.source_row import DeletedRow, RefusedRow, SourceRow, judge, key_of
from cf_operators.hooks.rest_json import DEEPEST, is_too_deep


@dataclass(frozen=True, slots=True)
class RestRows:
    """Judges the rows of one object.

    :ivar period: rows that were last changed outside are left out; None: all are in.
    """

    declared: RestObject
    zone: str
    period: TimeRange | None

    def judged(self, item: Any) -> Row | None:
        """What becomes of a row; None when it is outside the period."""
        if problem := _unfit(item):
            return self._refused(item, problem)
        if not self._is_in_period(item):
            return None
        deleted = self.declared.deleted
        if (
            deleted is not None
            and deleted.steps
            and _is_one_of(value_at(item, deleted.steps), deleted.values)
        ):
            return self.deleted(item)
        verdict = judge(item, self.declared)
        return verdict if isinstance(verdict, SourceRow) else self._refused(item, verdict)

    def deleted(self, item: Any) -> Row:
        """The row of a record that is gone; refused when it does not say which."""
        if problem := _unfit(item):
            return self._refused(item, problem)
        key = key_of(item, self.declared.key)
        if key is None:
            return self._refused(item, f"key ({', '.join(self.declared.key)}) is empty; a value is required")
        return DeletedRow(key)

    def _is_in_period(self, item: Mapping[str, Any]) -> bool:
        changed = self.declared.changed
        if self.period is None or changed is None or not changed.steps:
            return True
        at = changed.changed_at(item, self.zone)
        return at is None or self.period.since <= at < self.period.until

    def _refused(self, item: Any, reason: str) -> RefusedRow:
        raw = f"nested deeper than {DEEPEST}" if is_too_deep(item) else json.dumps(item)
        return RefusedRow.of(self.declared.read, None, reason, raw)


def _unfit(item: Any) -> str | None:
    """What keeps a row from being looked at, or None."""
    if not isinstance(item, Mapping):
        return "is not an object"
    if is_too_deep(item):
        return f"is nested deeper than {DEEPEST} levels, as no record is"
    return None


def _is_one_of(value: Any, values: tuple[Any, ...]) -> bool:
    """Equal, and of the same type: 1 is not true."""
    return any(type(value) is type(wanted) and value == wanted for wanted in values)
