"""One measurement of all KPIs, in one transaction: the steps from changed facts to published values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING, Any

import psycopg

from cf_operators.domain.comparison import affected_by
from cf_operators.domain.programme import Programme
from cf_operators.domain.verdict import VERDICTS
from cf_operators.hooks.data_end import read_data_end
from cf_operators.hooks.kpi_checks import KpiChecks
from cf_operators.hooks.kpi_sql import definition_of
from cf_operators.hooks.kpi_store import KpiStore, MeasuringRun
from cf_operators.hooks.rollup import Rollup
from cf_operators.operators.comparing import changes, contributions, needed
from cf_operators.operators.kpi_control import control_points
from cf_operators.operators.kpi_values import measured
from cf_operators.operators.publication import Publication, Published

if TYPE_CHECKING:
    from cf_operators.domain.calendar import Period
    from cf_operators.domain.data_end import DataEnd
    from cf_operators.domain.definition import Definition
    from cf_operators.hooks.rollup import Touched

COMPARED = ("changes", "control_points", "contributions")


class Measurement:
    """Begins the transaction on ``connection``, which the caller commits after :meth:`finish`.

    :param now: the moment that the run stands for; nothing later is looked at.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], programme: Programme, run_id: str, now: datetime
    ) -> None:
        self.programme, self.measuring = programme, programme.measuring
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
        if self._store.settings() != self.settings:
            self._judged_anew |= {definition.kpi.id for definition in self.definitions}

    @property
    def settings(self) -> dict[str, Any]:
        """What all published values depend on, beside definitions and targets: other settings, other values."""
        names = {"privacy_min", "reliability_min", "control"}
        return self.measuring.model_dump(mode="json", include=names)

    def measure(self, definition: Definition, *, is_anew: bool = False) -> Counter[str]:
        """Compute and publish what has changed of one KPI.

        :param is_anew: count everything from the facts, whether it has changed or not.
        :returns: counts by name: ``values``, ``new_revisions``, ``suppressed``, ``changes``, ``control_points``,
            ``contributions``, and the verdicts.
        :raises ConfigurationError: its SQL does not give what its family needs.
        :raises PublicationStopped: a check failed.
        """
        end = self._ends[definition.kpi.feed]
        touched = self._rollup.update(definition, end, anew=is_anew)
        scope = None if definition.kpi.id in self._judged_anew else touched
        counts: Counter[str] = Counter()
        if scope is None or not scope.is_empty:
            publication = Publication(definition, self._rollup, self._store, self.measuring, end)
            published = publication.publish(scope, self.programme.target_of(definition.kpi.id), self.run)
            counts += published.counts
            self._compare(definition, end, published, counts)
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
        self._store.note(self.run, noted, self._ends["all"].on, self.settings)

    def summary(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """What the task reports."""
        names = ("values", "new_revisions", "suppressed", *VERDICTS, *COMPARED)
        return (
            {"kpis": len(self.definitions)}
            | {name: counts.get(name, 0) for name in names}
            | {"checks": self._checks.passed, "data_as_of": self.run.data_as_of.isoformat()}
        )

    def _compare(
        self, definition: Definition, end: DataEnd, published: Published, counts: Counter[str]
    ) -> None:
        """Bring changes, contributions and control charts up to date with the published values."""
        store, now, hidden = self._store, self.run.now, published.hidden
        affected = affected_by(published.periods)
        if affected:
            frames = list(self._rollup.sums_of(definition, end, needed(affected)))
            rows = changes(definition, frames, affected, hidden)
            counts["changes"] += store.replace(definition, "kpi_change", rows, affected, now)
            rows = contributions(definition, frames, affected, hidden)
            counts["contributions"] += store.replace(definition, "kpi_contribution", rows, affected, now)
        if published.month_slices:
            months = [month for month in store.months(definition) if is_settled(month, definition, end)]
            slices = sorted(published.month_slices)
            target = self.programme.target_of(definition.kpi.id)
            frames = list(self._rollup.sums_of(definition, end, months, slices))
            rows = control_points(definition, frames, self.measuring.control, target, hidden)
            counts["control_points"] += store.replace(definition, "control_point", rows, slices, now)

    def _check(self, definition: Definition, touched: Touched | None) -> None:
        if touched is None:
            self._checks.slices_equal_total(definition, None)
        elif not touched.is_empty:
            self._checks.slices_equal_total(definition, touched.days)
            self._checks.only_touched_values_changed(definition, touched.slices, touched.days, self.run.now)

    def _recount(self) -> None:
        """Recompute a published week from the facts."""
        import pandas as pd

        definition = Random(self.run.run_id).choice(self.definitions)
        end = self._ends[definition.kpi.feed]
        drawn = self._checks.draw(definition, self.run.run_id, end.counted_until(definition.kpi))
        if drawn is None:
            return
        members = dict(self._store.members()[drawn["slice"]])
        counted = self._rollup.recount(definition, end, members, drawn["period_start"], drawn["period_end"])
        keys = {name: drawn[name] for name in ("grain", "period_start", "period_end", "slice")}
        value = measured(definition, pd.DataFrame([keys | counted]), self.measuring.reliability_min)
        self._checks.same(definition, drawn, dict(value.iloc[0]))


def is_settled(period: Period, definition: Definition, end: DataEnd) -> bool:
    """Whether all days of a period are over and counted: only late answers can still change it."""
    return period.end is not None and period.end < end.on and period.end <= end.counted_until(definition.kpi)
