"""The ad hoc requests whose waves may still ask, as the ledger keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from pydantic import ValidationError

from cf_operators.domain.ad_hoc_request import TriggeredRequest
from cf_operators.errors import DataError
from cf_operators.hooks.sql_text import sql_text


def open_requests(
    connection: psycopg.Connection[Any], campaign_id: str, now: datetime
) -> dict[str, TriggeredRequest]:
    """The requests of the waves that are not stopped and not over, by wave id, the oldest first.

    :raises DataError: what a wave keeps is not a request; names the fields, not what they hold.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        statement = sql_text("ledger/plan_requests.sql").encode()
        rows = cursor.execute(statement, {"campaign_id": campaign_id, "now": now}).fetchall()
    return {wave_id: _read(wave_id, kept) for wave_id, kept in rows}


def _read(wave_id: str, kept: object) -> TriggeredRequest:
    try:
        return TriggeredRequest.model_validate(kept)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) or "all" for each in error.errors())
        raise DataError(
            f"wave {wave_id}: the request kept with it in cf_ledger.wave cannot be read: {fields}; correct it, or "
            "set the column request to null, and nobody else is asked in this wave"
        ) from None
