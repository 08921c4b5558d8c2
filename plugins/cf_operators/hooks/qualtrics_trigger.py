"""Waits until Qualtrics has made its exports, without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import aiohttp
from airflow.sdk import BaseHook
from airflow.triggers.base import BaseTrigger, TriggerEvent

from cf_operators.errors import CfError, ConfigurationError, SourceUnavailable
from cf_operators.hooks import qualtrics_client
from cf_operators.hooks.qualtrics_client import api_address, api_token, refusal, too_large
from cf_operators.hooks.rest_json import parse_json
from cf_operators.hooks.rest_wait import retry_after

Ticket = Mapping[str, Any]


class QualtricsExportTrigger(BaseTrigger):
    """Asks how far exports are until all are made, one has failed, or their time is over.

    It only looks, so that it may run twice, and follows no redirect. The token is read from the connection where it
    runs; what is kept of the trigger names the connection.

    :param conn_id: Airflow connection.
    :param tickets: name of the object to ``{"survey", "progress_id", "give_up_at"}``.

    The event is ``{"status": "ready", "tickets"}``, each with its ``file_id``, or ``{"status": "failed", "is_fatal",
    "reason", "retry_after"}`` with the seconds that Qualtrics asks to wait.
    """

    SHORTEST: ClassVar[float] = 2.0
    LONGEST: ClassVar[float] = 30.0
    """Seconds between two looks: the first ones are soon."""

    def __init__(self, conn_id: str, tickets: Mapping[str, Ticket]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow's
        self.conn_id = conn_id
        self.tickets = {name: dict(ticket) for name, ticket in tickets.items()}

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What is kept while it waits."""
        return (
            "cf_operators.hooks.qualtrics_trigger.QualtricsExportTrigger",
            {"conn_id": self.conn_id, "tickets": self.tickets},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """One event, at the end."""
        try:
            await self._wait_for_all()
            yield _event({"status": "ready", "tickets": self.tickets})
        except CfError as error:
            wait = error.retry_after.total_seconds() if error.retry_after else None
            yield _event(
                {
                    "status": "failed",
                    "is_fatal": not error.is_retriable,
                    "reason": str(error),
                    "retry_after": wait,
                }
            )

    async def _wait_for_all(self) -> None:
        connection = await BaseHook.aget_connection(self.conn_id)
        base = api_address(connection, self.conn_id)
        headers = {"X-API-TOKEN": api_token(connection, self.conn_id)}
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            for name, ticket in self.tickets.items():
                where = f'connection "{self.conn_id}", export of survey {ticket["survey"]} (object "{name}")'
                ticket["file_id"] = await self._file_of(session, base, ticket, where)

    async def _file_of(self, session: aiohttp.ClientSession, base: str, ticket: Ticket, where: str) -> str:
        give_up_at = datetime.fromisoformat(ticket["give_up_at"])
        url = f"{base}/surveys/{ticket['survey']}/export-responses/{ticket['progress_id']}"
        pause = self.SHORTEST
        percent: Any = 0
        # Looked at least once: a trigger that starts again may come late, when all is made.
        while True:
            found, wait = await _look(session, url, where)
            percent = found.get("percentComplete", percent)
            if found.get("status") == "failed":
                raise SourceUnavailable(
                    f"{where}: Qualtrics could not make it; the next try starts a new one"
                )
            if found.get("status") == "complete" and found.get("fileId"):
                return str(found["fileId"])
            left = (give_up_at - datetime.now(UTC)).total_seconds()
            if left <= 0:
                break
            await asyncio.sleep(min(max(pause, wait.total_seconds() if wait else 0), left))
            pause = min(pause * 1.5, self.LONGEST)
        # Tried again at once it would take as long again, and what comes after the task would wait for it.
        raise ConfigurationError(
            f"{where}: not ready in time, {percent} percent were done; the next run starts a new one. Give it more "
            "time (patience of the object), or let it export less: collect more often, or shorten overlap"
        )


def _event(payload: dict[str, Any]) -> TriggerEvent:
    return TriggerEvent(payload)  # type: ignore[no-untyped-call]  # Airflow's


async def _look(
    session: aiohttp.ClientSession, url: str, where: str
) -> tuple[dict[str, Any], timedelta | None]:
    """How far an export is, and how long Qualtrics wants us to wait. What passes by itself is nothing."""
    try:
        # Another host would be sent the token.
        async with session.get(url, allow_redirects=False) as response:
            if response.status == 429 or response.status >= 500:
                return {}, retry_after(response.headers)
            if response.status == 404:
                raise SourceUnavailable(f"{where}: it is gone; the next try starts a new one")
            if response.status >= 300:
                raise refusal(where, response.status, response.headers, "")
            result = parse_json(await _body(response, where)).get("result")
            return (result if isinstance(result, dict) else {}), None
    except (aiohttp.ClientError, TimeoutError, ValueError, AttributeError):
        return {}, None


async def _body(response: aiohttp.ClientResponse, where: str) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > qualtrics_client.LARGEST_ANSWER:
            raise too_large(where, qualtrics_client.LARGEST_ANSWER)
    return bytes(content)


def raise_failure(event: Mapping[str, Any]) -> None:
    """Raise what a trigger has met, where the task goes on.

    :raises ConfigurationError: nobody but a person can mend it.
    :raises SourceUnavailable: the next try may do better.
    """
    if event.get("status") == "ready":
        return
    if event.get("is_fatal"):
        raise ConfigurationError(str(event.get("reason")))
    problem = SourceUnavailable(str(event.get("reason")))
    if event.get("retry_after"):
        problem.retry_after = timedelta(seconds=float(event["retry_after"]))
    raise problem
