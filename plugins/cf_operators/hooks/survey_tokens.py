"""Which asks have a token on a survey platform, as the ledger knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import tuple_row

from cf_operators.hooks.sql_text import sql_text
from cf_operators.hooks.warehouse import WarehouseHook


@dataclass(frozen=True, slots=True)
class Ask:
    """A first ask that has no token yet."""

    invitation_id: UUID
    language: str
    answer_until: datetime


class SurveyTokens:
    """Each call is a transaction of its own: none is open while the platform is waited for."""

    def __init__(self, warehouse: WarehouseHook) -> None:
        self._warehouse = warehouse

    def wanted(
        self, campaign_ids: Sequence[str], survey_id: str, clock: datetime, soon: datetime, most: int
    ) -> list[Ask]:
        """Asks by a survey that may go before ``soon`` and have no token; ``most`` of them."""
        values = {
            "campaign_ids": list(campaign_ids),
            "survey_id": survey_id,
            "clock": clock,
            "soon": soon,
            "most": most,
        }
        with (
            self._warehouse.transaction() as connection,
            connection.cursor(row_factory=tuple_row) as cursor,
        ):
            return [Ask(*row) for row in cursor.execute(sql_text("tokens/wanted.sql").encode(), values)]

    def record(self, source_id: str, survey: str, tokens: Mapping[UUID, str], now: datetime) -> int:
        """Write down tokens that the platform knows. Returns how many were not written down before."""
        values = {
            "source": source_id,
            "survey": survey,
            "invitation_ids": list(tokens),
            "tokens": list(tokens.values()),
            "now": now,
        }
        with self._warehouse.transaction() as connection:
            return connection.execute(sql_text("tokens/record.sql").encode(), values).rowcount
