"""What the form server may ask of the warehouse: three functions, each for the one invitation of a signed link."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from cf_operators.errors import WarehouseUnavailable

Status = Literal["open", "answered", "expired", "closed"]
Outcome = Literal["accepted", "answered", "expired", "closed", "unknown"]

WAIT = 3.0  # seconds for a connection; a page that takes longer is no use to anybody


@dataclass(frozen=True)
class InvitedForm:
    """The questionnaire of one invitation and how it stands."""

    invitation_id: UUID
    campaign_id: str
    survey_id: str
    survey_version: str
    definition: Mapping[str, Any]
    language: str
    occasion: str
    status: Status
    partial: Mapping[str, Any] | None


class FormStore:
    """A pool of connections as the role ``cf_form``. Every call raises ``WarehouseUnavailable`` when it fails."""

    def __init__(self, database: str) -> None:
        self._pool = AsyncConnectionPool(
            database,
            kwargs={
                "autocommit": True,
                "options": "-c timezone=UTC -c statement_timeout=5s",
                "connect_timeout": 5,
            },
            min_size=1,
            max_size=10,
            timeout=WAIT,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )

    async def start(self) -> None:
        """Begin to connect; a warehouse that is not up yet is waited for in the background."""
        await self._pool.open(wait=False)

    async def stop(self) -> None:
        """Close all connections."""
        await self._pool.close(timeout=WAIT)

    async def open(self, invitation_id: UUID) -> InvitedForm | None:
        """The form of an invitation; None when there is no such invitation. Writes nothing."""
        async with self._connection() as connection:
            cursor = connection.cursor(row_factory=class_row(InvitedForm))
            await cursor.execute("select * from cf_ledger.form_open(%s)", [invitation_id])
            return await cursor.fetchone()

    async def submit(
        self, invitation_id: UUID, answers: Mapping[str, Any], language: str, *, is_complete: bool
    ) -> Outcome:
        """Keep one submission, unless the invitation takes none any more."""
        async with self._connection() as connection:
            cursor = await connection.execute(
                "select cf_ledger.form_submit(%s, %s, %s, %s, %s)",
                [invitation_id, is_complete, Jsonb(answers), language, "web"],
            )
            row = await cursor.fetchone()
            return row[0] if row else "unknown"

    async def unsubscribe(self, invitation_id: UUID) -> bool:
        """Note that the person of an invitation wants no more surveys; False when nobody is known by it."""
        async with self._connection() as connection:
            cursor = await connection.execute("select cf_ledger.form_unsubscribe(%s)", [invitation_id])
            row = await cursor.fetchone()
            return bool(row and row[0])

    async def check(self) -> None:
        """Return when the warehouse answers."""
        async with self._connection() as connection:
            await connection.execute("select 1")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise WarehouseUnavailable(
                f"the form server cannot reach the warehouse (CF_FORM_DATABASE): {error}; is it running?"
            ) from error
