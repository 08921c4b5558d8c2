"""What the form server may ask of the warehouse: six functions, each for the one thing that a signed link names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg.rows import AsyncRowFactory, class_row, tuple_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from cf_operators.errors import WarehouseUnavailable
from cf_operators.hooks.sql_text import sql_text
from cf_operators.web.form_batch import Batches

Status = Literal["open", "answered", "expired", "closed"]
Outcome = Literal["accepted", "answered", "expired", "closed", "unknown", "other_version"]

Row = TypeVar("Row")

Params = Sequence[object] | Mapping[str, object]

_SUBMIT = sql_text("form/submit.sql").encode()

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
        self._batches = Batches(self._submit_all)

    async def start(self) -> None:
        """Begin to connect; a warehouse that is not up yet is waited for in the background."""
        await self._pool.open(wait=False)

    async def stop(self) -> None:
        """Close all connections."""
        await self._pool.close(timeout=WAIT)

    async def open(self, invitation_id: UUID) -> InvitedForm | None:
        """The form of an invitation; None when there is no such invitation. Writes nothing."""
        statement: LiteralString = "select * from cf_ledger.form_open(%s)"
        rows = await self._rows(statement, (invitation_id,), class_row(InvitedForm))
        return rows[0] if rows else None

    async def submit(self, submission: FormSubmission) -> Outcome:
        """Keep one submission, unless the invitation takes none any more; the same one twice is kept once.

        Those that come at the same time share a round trip and a commit.
        """
        result = await self._batches.add(submission)
        if isinstance(result, psycopg.Error):
            raise result
        return result

    async def _submit_all(self, batch: Sequence[FormSubmission]) -> Sequence[Outcome | psycopg.Error]:
        try:
            rows = await self._rows(_SUBMIT, {"submissions": _as_json(batch)}, tuple_row)
        except psycopg.Error as error:
            # One that cannot be kept does not cost the others theirs.
            return [error] if len(batch) == 1 else [(await self._submit_all([one]))[0] for one in batch]
        outcomes: dict[int, Outcome] = dict(rows)
        return [outcomes[number] for number in range(len(batch))]

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
        rows = await self._rows(statement, values, tuple_row)
        return rows[0][0] if rows else None

    async def _rows(
        self, statement: LiteralString | bytes, values: Params, factory: AsyncRowFactory[Row]
    ) -> list[Row]:
        """The rows of a statement. All that is asked here may be asked twice, so a lost connection is made anew."""
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
        self, statement: LiteralString | bytes, values: Params, factory: AsyncRowFactory[Row]
    ) -> list[Row]:
        async with self._pool.connection() as connection:
            try:
                cursor = connection.cursor(row_factory=factory)
                await cursor.execute(statement, values)
                return await cursor.fetchall()
            except psycopg.OperationalError as error:
                if connection.closed:
                    raise _ConnectionLost(str(error)) from error
                raise


def _as_json(batch: Sequence[FormSubmission]) -> str:
    """Numbered, and in the order of the invitations: two servers that both have some of them do not deadlock."""
    numbered = sorted(enumerate(batch), key=lambda item: item[1].invitation_id)
    return json.dumps(
        [vars(one) | {"number": number, "invitation_id": str(one.invitation_id)} for number, one in numbered],
        ensure_ascii=False,
    )


class _ConnectionLost(Exception):
    """The connection was gone, as after a restart of the warehouse."""
