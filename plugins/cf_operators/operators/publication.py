"""The values of one KPI that are published in a run: those that something has changed in, and what they reveal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from cf_operators.domain.calendar import Period
from cf_operators.operators.kpi_values import KEYS, empty_sums, judged, measured, withhold
from cf_operators.operators.withholding import NOTHING, Cell, Hidden, withheld_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cf_operators.domain.data_end import DataEnd
    from cf_operators.domain.definition import Definition
    from cf_operators.domain.kpi import Target
    from cf_operators.domain.measuring import Measuring
    from cf_operators.hooks.kpi_store import KpiStore, MeasuringRun
    from cf_operators.hooks.rollup import Rollup, Touched


@dataclass
class Published:
    """What a run has published of one KPI.

    :ivar periods: periods in which a value was looked at.
    :ivar month_slices: the slices of which a month was.
    :ivar hidden: all cells that are withheld now.
    :ivar counts: ``values``, ``new_revisions``, ``suppressed``, and the verdicts.
    """

    hidden: Hidden = field(default_factory=lambda: NOTHING)
    periods: set[Period] = field(default_factory=set)
    month_slices: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, values: pd.DataFrame, revisions: int) -> None:
        """Count in some values."""
        keys = values[["grain", "period_start", "period_end"]].drop_duplicates()
        self.periods |= {Period(*key) for key in keys.itertuples(index=False, name=None)}
        self.month_slices |= set(values.loc[values["grain"] == "month", "slice"])
        self.counts["values"] += len(values)
        self.counts["new_revisions"] += revisions
        self.counts["suppressed"] += int(values["is_suppressed"].sum())
        self.counts.update(values["verdict"].dropna())


class Publication:
    """Publishes one KPI in the transaction of the stores, which the caller commits.

    :param end: how far its data reach.
    """

    def __init__(
        self,
        definition: Definition,
        rollup: Rollup,
        store: KpiStore,
        measuring: Measuring,
        end: DataEnd,
    ) -> None:
        self._definition, self._end = definition, end
        self._rollup, self._store, self._measuring = rollup, store, measuring

    def publish(self, scope: Touched | None, target: Target | None, run: MeasuringRun) -> Published:
        """Append a revision of each value that differs from the published one, and write the verdicts.

        :param scope: where a case has changed; None: everywhere, as far as anything is known.
        :raises ConfigurationError: the statistics cannot be; see :func:`measured`.
        """
        found = Published()
        frames: Iterable[pd.DataFrame] = self._sums(scope)
        if self._definition.kpi.is_private:
            frames, found.hidden = self._with_cells_to_hide(list(frames), is_all=scope is None)
        for sums in frames:
            values = measured(self._definition, sums, self._measuring.reliability_min)
            values = judged(withhold(values, found.hidden.keys()), target)
            found.add(values, self._store.append(self._definition, values, run))
        return found

    def _sums(self, scope: Touched | None) -> Iterator[pd.DataFrame]:
        """The sums in scope; of everything, also those of which nothing is left."""
        known = self._store.known_keys(self._definition) if scope is None else {}
        for sums in self._rollup.sums(self._definition, self._end, scope):
            for key in zip(sums["grain"], sums["period_start"], sums["slice"], strict=True):
                known.pop(key, None)
            yield sums
        if known:
            yield empty_sums(self._definition, _keys(known))

    def _with_cells_to_hide(
        self, frames: list[pd.DataFrame], *, is_all: bool
    ) -> tuple[list[pd.DataFrame], Hidden]:
        """The sums in scope, and of those cells that have to be withheld or shown for the first time; what is withheld.

        What has to be withheld depends on all cells: when any is small, or was withheld before, all are looked at.
        """
        least = self._measuring.privacy_min
        hidden_before = self._store.hidden_cells(self._definition)
        if not hidden_before and not any(self._n(sums).between(1, least - 1).any() for sums in frames):
            return frames, NOTHING
        whole = frames if is_all else list(self._rollup.sums(self._definition, self._end, None))
        counts = pd.concat([sums[list(KEYS)].assign(n=self._n(sums)) for sums in whole], ignore_index=True)
        members = self._store.members()
        hidden, cells = withheld_cells(counts[counts["n"] > 0], members, least)
        turned = {
            cell: hidden.get(cell) or hidden_before[cell] for cell in hidden.keys() ^ hidden_before.keys()
        }
        for sums in frames:
            for key in zip(sums["grain"], sums["period_start"], sums["slice"], strict=True):
                turned.pop(key, None)
        if turned:
            self._store.name_slices(cell for name, cell in cells.items() if name not in members)
            frames += self._rest(whole, turned)
        return frames, hidden

    def _rest(self, whole: list[pd.DataFrame], cells: Mapping[Cell, Period]) -> list[pd.DataFrame]:
        """The sums of these cells."""
        found, left = [], dict(cells)
        for sums in whole:
            keys = list(zip(sums["grain"], sums["period_start"], sums["slice"], strict=True))
            chosen = sums[[key in left for key in keys]]
            if len(chosen):
                found.append(chosen.reset_index(drop=True))
            for key in keys:
                left.pop(key, None)
        return [*found, empty_sums(self._definition, _keys(left))] if left else found

    def _n(self, sums: pd.DataFrame) -> pd.Series:
        from cf_operators.stats.estimate import case_count

        return case_count(self._definition.kpi.family, sums)


def _keys(cells: Mapping[Cell, Period]) -> pd.DataFrame:
    rows = [(period.grain, period.start, period.end, name) for (_, _, name), period in cells.items()]
    return pd.DataFrame(rows, columns=list(KEYS)).astype(object)
