"""What the form server may ask of the warehouse: six functions, each for the one thing that a signed link names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg.rows import AsyncRowFactory, class_row, tuple_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from cf_operators.errors import WarehouseUnavailable

Status = Literal["open", "answered", "expired", "closed"]
Outcome = Literal["accepted", "answered", "expired", "closed", "unknown", "other_version"]

Row = TypeVar("Row")

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


@dataclass(frozen=True)
class FormSubmission:
    """Answers that fit a version of a questionnaire, from the customer or through an interviewer."""

    invitation_id: UUID
    survey_version: str
    answers: Mapping[str, Any]
    language: str
    is_complete: bool
    interviewer: str | None = None


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
        statement: LiteralString = "select * from cf_ledger.form_open(%s)"
        return await self._row(statement, (invitation_id,), class_row(InvitedForm))

    async def submit(self, submission: FormSubmission) -> Outcome:
        """Keep one submission, unless the invitation takes none any more; the same one twice is kept once."""
        value = await self._value(
            "select cf_ledger.form_submit(%s, %s, %s, %s, %s, %s)",
            submission.invitation_id,
            submission.survey_version,
            submission.is_complete,
            Jsonb(submission.answers),
            submission.language,
            submission.interviewer,
        )
        return cast("Outcome", value)

    async def preview(self, survey_id: str, version: str) -> Mapping[str, Any] | None:
        """The definition of a version of a questionnaire; None when it was never registered."""
        return cast(
            "Mapping[str, Any] | None",
            await self._value("select cf_ledger.form_preview(%s, %s)", survey_id, version),
        )

    async def preferences(self, invitation_id: UUID) -> Mapping[str, bool] | None:
        """What the person of an invitation has said, by purpose; None when nobody is known by it."""
        return cast(
            "Mapping[str, bool] | None",
            await self._value("select cf_ledger.form_preferences(%s)", invitation_id),
        )

    async def prefer(self, invitation_id: UUID, words: Mapping[str, bool]) -> bool:
        """Record what the person of an invitation says now; False when nobody is known by it."""
        return bool(await self._value("select cf_ledger.form_prefer(%s, %s)", invitation_id, Jsonb(words)))

    async def unsubscribe(self, invitation_id: UUID) -> bool:
        """Note that the person of an invitation wants no more surveys; False when nobody is known by it."""
        return bool(await self._value("select cf_ledger.form_unsubscribe(%s)", invitation_id))

    async def check(self) -> None:
        """Return when the warehouse answers."""
        await self._value("select 1")

    async def _value(self, statement: LiteralString, *values: object) -> Any:
        row = await self._row(statement, values, tuple_row)
        return row[0] if row else None

    async def _row(
        self, statement: LiteralString, values: Sequence[object], factory: AsyncRowFactory[Row]
    ) -> Row | None:
        """The first row. All that is asked here may be asked twice, so a lost connection is made anew."""
        try:
            try:
                return await self._once(statement, values, factory)
            except _ConnectionLost:
                await self._pool.check()
                return await self._once(statement, values, factory)
        except (psycopg.OperationalError, psycopg.InterfaceError, _ConnectionLost) as error:
            raise WarehouseUnavailable(
                f"the form server cannot reach the warehouse (CF_FORM_DATABASE): {error}; is it running?"
            ) from error

    async def _once(
        self, statement: LiteralString, values: Sequence[object], factory: AsyncRowFactory[Row]
    ) -> Row | None:
        async with self._pool.connection() as connection:
            try:
                cursor = connection.cursor(row_factory=factory)
                await cursor.execute(statement, values)
                return await cursor.fetchone()
            except psycopg.OperationalError as error:
                if connection.closed:
                    raise _ConnectionLost(str(error)) from error
                raise


class _ConnectionLost(Exception):
    """The connection was gone, as after a restart of the warehouse."""
