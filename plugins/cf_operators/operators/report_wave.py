"""Puts into words what became of a wave."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.operators.run_time import run_time

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.hooks.wave_reports import WaveReports

DEFAULT_CONNECTION = "cf_warehouse"
COLLECTED_AFTER = timedelta(days=1)
"""A wave is reported on so long after its end, when the last answers are surely collected."""
NAMED = 5
"""Waves that a message names when somebody asks for one that is not there."""


class ReportWaveOperator(BaseOperator):
    """Writes the report on a wave: who was left out and why, what became of the rest, response rate, margin of error.

    With a campaign, reports on each of its waves that ended and is not reported on yet, and keeps the text in
    ``cf_kpi.wave_report_text``. Without one, reports on the wave that the param ``wave_id`` of the run names, as it
    stands now, and keeps nothing.

    :param campaign_id: campaign whose ended waves are reported on; None: the wave of the param.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{wave id: report in Markdown}``: counts only, nobody is named.
    :raises ConfigurationError: there is no such wave.
    """

    def __init__(
        self,
        *,
        campaign_id: str | None = None,
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_id = campaign_id
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, str]:
        """Read the numbers, put them into words, keep those of waves that ended."""
        # Imported here: a DAG file that names this operator is parsed often and must not load the libraries.
        from cf_operators.hooks.warehouse import WarehouseHook
        from cf_operators.hooks.wave_reports import WaveReports
        from cf_operators.programme import load_programme

        now, time_zone = run_time(context), load_programme().organisation.time_zone
        texts: dict[str, str] = {}
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            reports = WaveReports(connection)
            if self.campaign_id is None:
                wanted = [str(context["params"].get("wave_id") or "").strip()]
            else:
                wanted = reports.ended(self.campaign_id, now - COLLECTED_AFTER)
            for wave in wanted:
                texts[wave] = _report(reports, wave, now, time_zone)
                if self.campaign_id is not None:
                    reports.keep(wave, self.campaign_id, texts[wave], now)
        for text in texts.values():
            self.log.info("\n%s", text)
        if not texts:
            self.log.info("No wave of %s has ended since the last report", self.campaign_id)
        return texts


def _report(reports: WaveReports, wave: str, now: datetime, time_zone: str) -> str:
    from cf_operators.errors import ConfigurationError
    from cf_operators.hooks.report_text import render_report
    from cf_operators.stats.margin import margin_of_error

    counts = reports.counts(wave)
    if counts is None:
        known = ", ".join(reports.newest(NAMED)) or "none yet"
        raise ConfigurationError(
            f'parameter wave_id: there is no wave "{wave}"; the newest are: {known}; the ids of all of them are in '
            "cf_kpi.v_wave_report"
        )
    facts = {
        "wave": counts,
        "time_zone": time_zone,
        "is_over": counts.is_over(now),
        # Answers are taken until a midnight; the day that people mean is the one before it.
        "last_day": counts.answer_until - timedelta(seconds=1),
        "rate": _rate(counts.responded, counts.asked),
        "margin": margin_of_error(counts.responded, counts.population),
        "excluded": _most_first(counts.excluded),
        "cancelled": _most_first(counts.cancelled),
        "languages": [
            {
                "language": each.language,
                "asked": each.asked,
                "responded": each.responded,
                "rate": _rate(each.responded, each.asked),
            }
            for each in reports.languages(wave)
        ],
    }
    return render_report("wave", facts)


def _rate(responded: int, asked: int) -> dict[str, float | None]:
    from cf_operators.stats.proportion import proportion

    if not asked:
        return {"value": None, "low": None, "high": None}
    found = proportion([responded], [asked])
    return {"value": float(found.value[0]), "low": float(found.low[0]), "high": float(found.high[0])}


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
