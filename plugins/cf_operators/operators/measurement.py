"""One measurement of all KPIs, in one transaction: the steps from changed facts to published values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import psycopg

from cf_operators.domain.calendar import Calendar, Period
from cf_operators.domain.comparison import affected_by
from cf_operators.domain.programme import Programme
from cf_operators.domain.verdict import VERDICTS
from cf_operators.hooks.data_end import read_data_end
from cf_operators.hooks.kpi_checks import KpiChecks
from cf_operators.hooks.kpi_sql import definition_of
from cf_operators.hooks.kpi_store import KpiStore, MeasuringRun
from cf_operators.hooks.rollup import Rollup
from cf_operators.operators.kpi_changes import changes, contributions, needed
from cf_operators.operators.kpi_control import control_points
from cf_operators.operators.kpi_values import judged, measured, withhold

if TYPE_CHECKING:
    from cf_operators.domain.data_end import DataEnd
    from cf_operators.domain.definition import Definition
    from cf_operators.hooks.rollup import Touched


class Measurement:
    """Begins the transaction on ``connection``, which the caller commits after :meth:`finish`.

    :param now: the moment that the run stands for; nothing later is looked at.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], programme: Programme, run_id: str, now: datetime
    ) -> None:
        self.programme, self.measuring = programme, programme.measuring
        self._connection = connection
        self._store = KpiStore(connection)
        self._store.lock()
        self._checks = KpiChecks(connection)
        self.definitions = [definition_of(kpi) for kpi in programme.kpis]
        self._rollup = Rollup(connection, self.measuring)
        self._rollup.keep_only(self.definitions)
        self._rollup.take_changes()
        zone = programme.organisation.time_zone
        self._ends = {feed: read_data_end(connection, now, zone, feed) for feed in ("all", "orders")}
        self.run = MeasuringRun(run_id, now, self._ends["all"].as_of)
        self._store.write_definitions(self.definitions, now)
        owned = [(target, programme.owner(target.owner)) for target in programme.targets]
        self._judged_anew = self._store.write_targets(owned, now)

    @cached_property
    def calendar(self) -> Calendar:
        """The periods of the organisation."""
        return Calendar(self.measuring.fiscal_month)

    def measure(self, definition: Definition, *, is_anew: bool = False) -> Counter[str]:
        """Compute and publish what has changed of one KPI.

        :param is_anew: count everything from the facts, whether it has changed or not.
        :returns: counts by name: ``values``, ``new_revisions``, ``suppressed``, ``changes``, ``control_points``,
            ``contributions``, and the verdicts.
        """
        end = self._ends[definition.kpi.feed]
        touched = self._rollup.update(definition, end, anew=is_anew)
        scope = None if definition.kpi.id in self._judged_anew else touched
        counts: Counter[str] = Counter()
        if scope is None or not scope.is_empty:
            periods, hidden = self._publish(definition, end, scope, counts)
            self._compare(definition, end, periods, hidden, counts)
        self._check(definition, touched)
        self._rollup.settle(definition, end)
        return counts

    def finish(self, counts: Mapping[str, int]) -> None:
        """Recompute a random value, and write down that all this is published now.

        :raises PublicationStopped: the value is not what the facts give.
        """
        self._recount()
        self._store.widen([definition.kpi.id for definition in self.definitions])
        noted = {
            "kpi_count": len(self.definitions),
            "value_count": counts.get("values", 0),
            "revision_count": counts.get("new_revisions", 0),
            "check_count": self._checks.passed,
        }
        self._store.note(self.run, noted, self._ends["all"].on)

    def summary(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """What the task reports."""
        names = (
            "values",
            "new_revisions",
            "suppressed",
            *VERDICTS,
            "changes",
            "control_points",
            "contributions",
        )
        return (
            {"kpis": len(self.definitions)}
            | {name: counts.get(name, 0) for name in names}
            | {"checks": self._checks.passed, "data_as_of": self.run.data_as_of.isoformat()}
        )

    # ------------------------------------------------------------------------------------------------- values

    def _publish(
        self, definition: Definition, end: DataEnd, scope: Touched | None, counts: Counter[str]
    ) -> tuple[set[Period], Hidden]:
        """Publish the values in scope; gives their periods, and the cells that are withheld now."""
        periods: set[Period] = set()
        hidden: Hidden = frozenset()
        target = self.programme.target_of(definition.kpi.id)
        for values in self._values(definition, end, scope):
            if definition.kpi.is_private:
                values, hidden = self._protected(definition, end, scope, values)
            judged(values, target)
            periods |= periods_of(values)
            counts["values"] += len(values)
            counts["new_revisions"] += self._store.append(definition, values, self.run)
            counts["suppressed"] += int(values["is_suppressed"].sum())
            counts.update(values["verdict"].dropna())
        return periods, hidden

    def _values(self, definition: Definition, end: DataEnd, scope: Touched | None) -> Iterator[pd.DataFrame]:
        """The values in scope, nothing withheld; a private KPI in one piece, since its cells are seen together."""
        frames: Iterable[pd.DataFrame] = self._rollup.sums(definition, end, scope)
        if definition.kpi.is_private:
            frames = [pd.concat(list(frames), ignore_index=True)]
        known = self._store.known_keys(definition) if scope is None else set()
        for sums in frames:
            values = measured(definition, sums, self.measuring.reliability_min)
            known -= set(zip(values["grain"], values["period_start"], values["slice"], strict=True))
            yield values
        if known:
            # Counted once, and now there is not one case any more: that is a value too, the value of nothing.
            yield measured(
                definition, self._rollup.nothing(definition, known), self.measuring.reliability_min
            )

    def _protected(
        self, definition: Definition, end: DataEnd, scope: Touched | None, values: pd.DataFrame
    ) -> tuple[pd.DataFrame, Hidden]:
        """The values with small cells withheld, and those that would give them away; see ``domain/disclosure.py``.

        What has to be withheld depends on all cells: when any is small, or was withheld before, all are looked at.
        """
        least = self.measuring.privacy_min
        is_small = (values["n"] > 0) & (values["n"] < least)
        if not is_small.any() and not self._store.hides(definition):
            return values, frozenset()
        if scope is not None:
            (values,) = self._values(definition, end, None)
        hidden = withheld_cells(values, least)
        return withhold(values, hidden), hidden

    # --------------------------------------------------------------------------------------------- comparisons

    def _compare(
        self,
        definition: Definition,
        end: DataEnd,
        periods: Iterable[Period],
        hidden: Hidden,
        counts: Counter[str],
    ) -> None:
        """Bring changes, contributions and control charts up to date with the values of these periods."""
        affected = affected_by(periods)
        if not affected:
            return
        sums = self._rollup.sums_of(definition, end, needed(affected))
        store, now = self._store, self.run.now
        rows = changes(definition, sums, affected, hidden)
        counts["changes"] += store.replace(definition, "kpi_change", rows, now)
        rows = contributions(definition, sums, affected, hidden)
        counts["contributions"] += store.replace(definition, "kpi_contribution", rows, now)
        if any(period.grain == "month" for period in periods):
            months = [each for each in store.months(definition) if each.end and each.end < end.on]
            series = self._rollup.sums_of(definition, end, months)
            target = self.programme.target_of(definition.kpi.id)
            rows = control_points(definition, series, self.measuring.control, target, hidden)
            counts["control_points"] += store.replace(definition, "control_point", rows, now)

    # -------------------------------------------------------------------------------------------------- checks

    def _check(self, definition: Definition, touched: Touched | None) -> None:
        if touched is None:
            self._checks.slices_equal_total(definition, None)
        elif not touched.is_empty:
            self._checks.slices_equal_total(definition, touched.days)
            self._checks.only_touched_values_changed(definition, touched.slices, touched.days, self.run.now)

    def _recount(self) -> None:
        definition = Random(self.run.run_id).choice(self.definitions)
        end = self._ends[definition.kpi.feed]
        drawn = self._checks.draw(definition, self.run.run_id, end.counted_until(definition.kpi))
        if drawn is not None:
            counted = self._rollup.recount(
                definition, end, drawn["slice"], drawn["period_start"], drawn["period_end"]
            )
            sums = pd.DataFrame(
                [{**dict.fromkeys(("grain", "period_start", "period_end", "slice")), **counted}]
            )
            value = measured(definition, sums, self.measuring.reliability_min).iloc[0]
            self._checks.same(definition, drawn, value.to_dict())
