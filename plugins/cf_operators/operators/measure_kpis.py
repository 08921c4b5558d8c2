"""Measures every KPI of the programme and judges it against its target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.operators.run_time import run_time

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.definition import Definition
    from cf_operators.domain.kpi import Target
    from cf_operators.domain.kpi_value import KpiValue
    from cf_operators.hooks.kpi_store import PeriodSlice

DEFAULT_CONNECTION = "cf_warehouse"


class MeasureKpisOperator(BaseOperator):
    """Computes all KPI values, appends those that changed, and writes the verdicts; one transaction.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"kpis", "values", "new_revisions", "met", "missed", "unclear", "too_few_answers",
        "data_as_of"}``: counts over all periods and slices, and the time of the newest event in ISO 8601.
    :raises ConfigurationError: the programme is wrong, or the SQL of a KPI does not give what its family needs.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Read the facts, compute and judge, write what changed."""
        # Imported here: a DAG file that names this operator is parsed often and must not load the libraries.
        from cf_operators.domain.definition import Definition
        from cf_operators.domain.period import local_day
        from cf_operators.hooks.kpi_facts import read_data_as_of, read_statistics
        from cf_operators.hooks.kpi_store import KpiStore
        from cf_operators.hooks.sql_text import sql_text
        from cf_operators.hooks.warehouse import WarehouseHook
        from cf_operators.programme import load_programme
        from cf_operators.stats.estimate import FAMILIES

        programme = load_programme()
        time_zone = programme.organisation.time_zone
        now = run_time(context)
        values: list[KpiValue] = []
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            store = KpiStore(connection)
            store.lock()
            definitions = [Definition.of(kpi, sql_text(kpi.sql)) for kpi in programme.kpis]
            as_of = read_data_as_of(connection, now) or now
            for definition in definitions:
                parameters = definition.parameters(as_of, local_day(as_of, time_zone), time_zone)
                columns = FAMILIES[definition.kpi.family].columns
                rows = read_statistics(connection, definition, parameters, columns)
                known = store.known_keys(definition)
                values += _measured(definition, rows, known, programme.target_of(definition.kpi.id))
            store.write_definitions(definitions, now)
            store.write_targets(
                [(target, programme.owner(target.owner)) for target in programme.targets], now
            )
            added = store.append(values, data_as_of=as_of, run_id=context["run_id"], now=now)
        summary = _summary(len(definitions), values, added) | {"data_as_of": as_of.isoformat()}
        self.log.info("Measured: %s", summary)
        return summary


def _measured(
    definition: Definition, rows: list[dict[str, Any]], known: set[PeriodSlice], target: Target | None
) -> list[KpiValue]:
    """The values of one KPI with their verdicts. A row that was known and is gone is measured as nothing."""
    import pandas as pd

    from cf_operators.domain.kpi_value import KpiValue
    from cf_operators.errors import ConfigurationError
    from cf_operators.stats.estimate import empty_statistics, estimate

    kpi = definition.kpi
    found = {(row["grain"], row["period_start"], row["slice"]): row for row in rows}
    nothing = empty_statistics(kpi.family)
    statistics = found | dict.fromkeys(known - found.keys(), nothing)
    frame = pd.DataFrame(
        [{name: row[name] for name in nothing} for row in statistics.values()], columns=[*nothing]
    )
    try:
        estimates = estimate(kpi.family, frame, per=definition.per)
    except ValueError as error:
        raise ConfigurationError(f'KPI "{kpi.id}", {kpi.sql.name}: {error}; correct its SQL') from error
    numbers: list[dict[str, Any]] = estimates.astype(object).where(estimates.notna(), None).to_dict("records")  # type: ignore[assignment]  # columns are named by text
    return [
        _judged(KpiValue(kpi.id, definition.version, *key, **row), target)
        for key, row in zip(statistics, numbers, strict=True)
    ]


def _judged(value: KpiValue, target: Target | None) -> KpiValue:
    from cf_operators.domain.verdict import judge

    if target is None:
        return value
    verdict = judge(
        n=value.n,
        low=value.low,
        high=value.high,
        target=target.value,
        is_minimum=target.is_minimum,
        min_n=target.min_n,
    )
    return replace(value, target=target.value, verdict=verdict)


def _summary(kpis: int, values: list[KpiValue], added: int) -> dict[str, Any]:
    from cf_operators.domain.verdict import VERDICTS

    verdicts = [value.verdict for value in values]
    counts: dict[str, int] = {verdict: verdicts.count(verdict) for verdict in VERDICTS}
    return {"kpis": kpis, "values": len(values), "new_revisions": added} | counts
