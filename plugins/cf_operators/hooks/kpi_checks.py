"""What a measurement checks of itself before it is published, in the transaction that would publish it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from random import Random
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain.definition import Definition
from cf_operators.errors import PublicationStopped
from cf_operators.hooks.sql_text import sql_text

ADDED_UP: Final[Mapping[str, tuple[str, ...]]] = {
    "nps": ("promoters", "passives", "detractors"),
    "proportion": ("numerator", "denominator"),
    "mean": ("answer_count", "total"),
    "rate": ("event_count", "exposure"),
    "duration": ("case_count",),
}
"""The daily statistics of each family of which the slices of a dimension add up to the total."""

REMEDY: Final = (
    "nothing was published, and what was published before stays. If facts were edited by hand or a trigger was off, "
    "trigger cf_measure with rebuild; else report it"
)


class KpiChecks:
    """Checks one run. Each method raises, or adds to :attr:`passed`.

    :param connection: the transaction of the measurement.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.passed = 0

    def slices_equal_total(self, definition: Definition, days: Sequence[date] | None) -> None:
        """The slices of each dimension add up to the total, day by day.

        :param days: the days that the run has touched; None: all.
        :raises PublicationStopped: they do not.
        """
        if days is not None and not days:
            return
        family = definition.kpi.family
        text = sql_text("checks/slices_equal_total.sql", family=family, columns=ADDED_UP[family])
        rows = self._rows(text, _key(definition) | {"days": None if days is None else sorted(set(days))})
        self._none("the slices do not add up to the total", definition, rows)

    def only_touched_values_changed(
        self, definition: Definition, slices: Sequence[str], days: Sequence[date], now: datetime
    ) -> None:
        """Every new revision of this run has a cause: a case of its period and slice that changed.

        :param slices, days: in one order, the slices and days whose cases have changed.
        :raises PublicationStopped: one has none.
        """
        parameters = _key(definition) | {"slices": list(slices), "days": list(days), "now": now}
        rows = self._rows(sql_text("checks/unexplained_revisions.sql"), parameters)
        self._none("a value changed without a cause", definition, rows)

    def draw(self, definition: Definition, seed: str, settled_before: date) -> dict[str, Any] | None:
        """A random settled week that is published, to be recomputed from the facts; None when there is none.

        :param seed: the same seed draws the same value from the same rows.
        """
        random = Random(seed)
        family = definition.kpi.family
        (known,) = self._rows(sql_text("checks/random_slice.sql", family=family), _key(definition))
        if not known["slices"]:
            return None
        reach = max((known["last"] - known["first"]).days, 1)
        chosen = {
            "slice": random.choice(known["slices"]),
            "day": date.fromordinal(known["first"].toordinal() + random.randrange(reach)),
            "settled_before": settled_before,
        }
        rows = self._rows(sql_text("checks/random_value.sql"), _key(definition) | chosen)
        return rows[0] if rows else None

    def same(
        self, definition: Definition, published: Mapping[str, Any], recomputed: Mapping[str, Any]
    ) -> None:
        """A published value equals what the facts give now.

        :param published, recomputed: ``n``, ``numerator`` and ``denominator`` of both.
        :raises PublicationStopped: they differ.
        """
        names = ("n", "numerator", "denominator")
        differs = [name for name in names if published[name] != recomputed[name]]
        rows = [{**published, "recomputed": {name: recomputed[name] for name in differs}}] if differs else []
        self._none("a published week is not what the facts give", definition, rows)

    def _none(self, what: str, definition: Definition, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            shown = "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows[:3])
            raise PublicationStopped(f'KPI "{definition.kpi.id}": {what}: {shown}; {REMEDY}')
        self.passed += 1

    def _rows(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(text, parameters).fetchall()


def _key(definition: Definition) -> dict[str, Any]:
    return {"kpi": definition.kpi.id, "definition_version": definition.version}
