"""Lets submissions that come at the same time share a round trip and a commit.

While one batch is on its way, those that arrive gather for the next. Who comes alone waits for nobody. The more
come, the more share, so that the warehouse commits some hundred times a second however many people answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST = 100


class Batches(Generic[Item, Result]):
    """Hands items to ``take`` in batches, one batch after the other.

    :param take: gets some items and gives their results in the same order; when it fails, all of them fail alike.
    """

    def __init__(self, take: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        self._take = take
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Result:
        """The result of one item; what ``take`` raises is raised here."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
                await self._settle(batch)
        finally:
            self._worker = None

    async def _settle(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._take([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever waits for a result gets the error
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():  # its client may be gone
                future.set_result(result)
