"""Weighs the responses of each wave, so that those who answered stand for those who were asked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from airflow.sdk import BaseOperator

from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.run_time import run_time
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.measuring import Weights
    from cf_operators.hooks.wave_weights import WaveWeightStore


class WeighResponsesOperator(BaseOperator):
    """Brings ``cf_core.response_weight`` up to date: design weights, raked to the asked, trimmed, of mean 1 per wave.

    A wave is weighed again when the asked, its answers or the rules have changed; while answers come in, when they
    have become a tenth more or fewer, or on another day. A second run writes nothing.

    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"waves", "written", "deleted"}``: waves weighed, weights written and deleted.
    """

    def __init__(self, *, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, int]:
        """Weigh every wave that has changed."""
        from cf_operators.hooks.wave_weights import WaveWeightStore

        programme, now = load_programme(), run_time(context)
        rules, zone = programme.measuring.weights, programme.organisation.time_zone
        total = {"waves": 0, "written": 0, "deleted": 0}
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            store = WaveWeightStore(connection, rules.model_dump_json(), zone)
            for wave, fingerprint in store.to_weigh(now.astimezone(ZoneInfo(zone)).date()).items():
                written, deleted = self._weigh(store, rules, wave, fingerprint, now)
                total["waves"] += 1
                total["written"] += written
                total["deleted"] += deleted
        return total

    def _weigh(
        self, store: WaveWeightStore, rules: Weights, wave: str, fingerprint: Decimal, now: datetime
    ) -> tuple[int, int]:
        from cf_operators.stats.wave_weights import wave_weights

        asked, answers = store.asked(wave), store.answered(wave)
        margins: dict[str, dict[Any, float]] = {
            name: asked.groupby(name)["people"].sum().to_dict() for name in rules.by
        }
        weights = wave_weights(answers, margins, rules.trim)
        frame = answers[["source", "response_id"]].assign(
            design_weight=weights.design, weight_milli=weights.thousandths
        )
        written, deleted = store.keep(wave, frame)
        result = {
            "response_count": len(answers),
            "effective_n": weights.effective_n,
            "margins": ", ".join(weights.margins),
        }
        store.note(wave, fingerprint, now, result)
        self.log.info("%s: %s, %d weights written, %d deleted", wave, result, written, deleted)
        if not answers.empty and weights.margins != rules.by:
            self.log.warning(
                "%s: no weights meet %s together: nobody answered where they cross; fitted to: %s",
                wave, ", ".join(rules.by), result["margins"],
            )  # fmt: skip
        return written, deleted
