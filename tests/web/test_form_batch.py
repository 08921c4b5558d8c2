"""Submissions that come together share a batch, and each gets its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from cf_operators.domain.survey import version_of
from cf_operators.web.form_batch import LARGEST, Batches
from cf_operators.web.form_store import FormStore, FormSubmission, Outcome
from tests.conftest import Warehouse
from tests.web.running_form import Invitation, definition_of, invite


class Taker:
    """Takes batches and keeps what they held; waits for ``gate`` when there is one."""

    def __init__(self, gate: asyncio.Event | None = None) -> None:
        self.batches: list[list[int]] = []
        self._gate = gate

    async def take(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(items))
        if self._gate is not None:
            await self._gate.wait()
        if 13 in items:
            raise ValueError("thirteen")
        return [item * 10 for item in items]


def test_who_comes_while_a_batch_is_on_its_way_shares_the_next() -> None:
    async def scene() -> tuple[list[list[int]], list[int]]:
        gate = asyncio.Event()
        taker = Taker(gate)
        batches = Batches(taker.take)
        first = asyncio.create_task(batches.add(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        rest = [asyncio.create_task(batches.add(number)) for number in (2, 3, 4)]
        await asyncio.sleep(0)
        gate.set()
        return taker.batches, [await each for each in (first, *rest)]

    assert asyncio.run(scene()) == ([[1], [2, 3, 4]], [10, 20, 30, 40])


def test_no_batch_is_larger_than_the_largest() -> None:
    async def scene() -> list[int]:
        taker = Taker()
        batches = Batches(taker.take)
        count = 2 * LARGEST + 20
        assert await asyncio.gather(*map(batches.add, range(20, 20 + count))) == [
            10 * number for number in range(20, 20 + count)
        ]
        return [len(batch) for batch in taker.batches]

    assert asyncio.run(scene()) == [LARGEST, LARGEST, 20]


def test_a_failure_reaches_those_of_its_batch_and_the_next_goes_on() -> None:
    async def scene() -> list[Any]:
        batches = Batches(Taker().take)
        failed = await asyncio.gather(*map(batches.add, (12, 13)), return_exceptions=True)
        return [*(type(each) for each in failed), await batches.add(14)]

    assert asyncio.run(scene()) == [ValueError, ValueError, 140]


def test_who_has_left_costs_nobody_else_the_result() -> None:
    async def scene() -> int:
        gate = asyncio.Event()
        batches = Batches(Taker(gate).take)
        left, stayed = (asyncio.create_task(batches.add(number)) for number in (1, 2))
        await asyncio.sleep(0)
        left.cancel()
        gate.set()
        return await stayed

    assert asyncio.run(scene()) == 20


def submission(invitation: Invitation, **changes: Any) -> FormSubmission:
    values: dict[str, Any] = {
        "invitation_id": invitation.invitation_id, "survey_version": version_of(definition_of("annual")),
        "answers": {"nps": 9, "csat": 4}, "language": "en", "is_complete": True,
    }  # fmt: skip
    return FormSubmission(**(values | changes))


def submit_together(warehouse: Warehouse, batch: Sequence[FormSubmission]) -> list[Outcome | BaseException]:
    async def scene() -> list[Outcome | BaseException]:
        store = FormStore(warehouse.form_uri)
        await store.start()
        try:
            return await asyncio.gather(*map(store.submit, batch), return_exceptions=True)
        finally:
            await store.stop()

    return asyncio.run(scene())


def test_each_submission_of_a_batch_has_its_own_outcome(warehouse: Warehouse) -> None:
    definition = definition_of("annual")
    open_, late, twice = (
        invite(warehouse, definition, state=state) for state in ("accepted", "expired", "claimed")
    )
    gone = Invitation(open_.contact_key, open_.contact_key, open_.expires_at)
    outcomes = submit_together(
        warehouse,
        [
            submission(late),
            submission(twice),
            submission(gone),
            submission(open_, survey_version="another"),
            submission(open_),
            submission(twice),
        ],
    )
    assert outcomes == ["expired", "accepted", "unknown", "other_version", "accepted", "answered"]
    assert warehouse.rows("select count(*) from cf_landing.form_submission") == [{"count": 2}]


def test_one_that_cannot_be_kept_does_not_cost_the_others_theirs(warehouse: Warehouse) -> None:
    first, broken, last = (invite(warehouse, definition_of("annual")) for _ in range(3))
    outcomes = submit_together(
        warehouse, [submission(first), submission(broken, language=None), submission(last)]
    )
    assert (outcomes[0], outcomes[2]) == ("accepted", "accepted")
    with pytest.raises(psycopg.errors.NotNullViolation):
        raise outcomes[1]  # type: ignore[misc]
