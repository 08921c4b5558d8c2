"""Lands the rows of one source."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import BaseOperator

from cf_operators.domain.source import CollectedSource, SourceObject
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.collect_params import CollectParams, collect_params_in
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.collecting import Position, PreparedReader, SourceReader
    from cf_operators.hooks.landing import Landing

SPARE: Final = timedelta(minutes=10)
"""The trigger gives up by itself; when it could not, Airflow does so much later."""


class CollectSourceOperator(BaseOperator):
    """Reads every object of a source that belongs to one stream, and lands its rows.

    New rows and new versions of known rows are added, unchanged ones are not; malformed ones go to
    ``cf_landing.quarantine``; what the source has deleted is marked. Each page of the source lands with the position up
    to which it was read in one transaction: after a failure the next run goes on from there. When the entry of an
    object is changed in the programme it is read from the start: rows that were refused may be good now.

    :param source_id: the source of the programme.
    :param stream: ``orders``, ``complaints``, ``responses`` or ``feedback``.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"fetched", "new", "changed", "unchanged", "deleted", "quarantined", "positions"}``; positions are
        those before and after, by object.
    :raises ConfigurationError: the source has nothing of that stream, or its connection is wrong.
    :raises DataError: what the source gives cannot be used at all.
    :raises SourceUnavailable: the source cannot be reached.
    :raises SourceTaken: another run has begun to read the source.
    """

    def __init__(
        self, *, source_id: str, stream: str, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source_id = source_id
        self.stream = stream
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, Any]:
        """Land the rows, and say how many; what the source has to make first is waited for without a worker."""
        from cf_operators.domain.collecting import PreparedReader
        from cf_operators.hooks.source_reader import reader_of

        params = collect_params_in(context)
        source, objects = self._objects()
        reader = reader_of(source)
        if isinstance(reader, PreparedReader):
            self._wait_for(reader, source, objects, params)
        return self._land(context, source, objects, reader)

    def resume(self, context: Context, event: dict[str, Any]) -> dict[str, Any]:
        """Go on when the source has made what it was asked for."""
        from cf_operators.domain.collecting import PreparedReader
        from cf_operators.hooks.source_reader import reader_of

        source, objects = self._objects()
        reader = reader_of(source)
        assert isinstance(reader, PreparedReader), "only such a reader is waited for"
        reader.take(event)
        return self._land(context, source, objects, reader)

    def _wait_for(
        self,
        reader: PreparedReader,
        source: CollectedSource,
        objects: dict[str, SourceObject],
        params: CollectParams,
    ) -> None:
        from cf_operators.hooks.landing import position_before

        warehouse, tickets = WarehouseHook(self.warehouse_conn_id), {}
        for name, declared in objects.items():
            before = position_before(warehouse, source.id, name, _mark(declared))
            start = None if params.reload or params.period else before
            tickets[name] = reader.prepare(name, start, params.period)
        self.defer(trigger=reader.trigger(tickets), method_name="resume", timeout=reader.patience() + SPARE)

    def _land(
        self,
        context: Context,
        source: CollectedSource,
        objects: dict[str, SourceObject],
        reader: SourceReader,
    ) -> dict[str, Any]:
        from cf_operators.hooks.landing import Landing

        params = collect_params_in(context)
        landing = Landing(
            WarehouseHook(self.warehouse_conn_id), source.id, self.stream, str(context["run_id"])
        )
        positions = {
            name: self._collect(source, reader, landing, name, declared, params)
            for name, declared in objects.items()
        }
        summary: dict[str, Any] = landing.close().as_dict() | {"positions": positions}
        if landing.quarantined_at:
            self.log.warning(
                "%d rows are in quarantine; the first: %s. The reasons: select location, line, reason from "
                "cf_landing.quarantine where source = '%s'",
                summary["quarantined"], ", ".join(landing.quarantined_at), source.id,
            )  # fmt: skip
        return summary

    def _objects(self) -> tuple[CollectedSource, dict[str, SourceObject]]:
        source = load_programme().source(self.source_id)
        if not isinstance(source, CollectedSource):
            raise ConfigurationError(
                f'source "{source.id}": is built in and has nothing to read; submissions of the form are collected by '
                "CollectSubmissionsOperator, and feedback is written down by RecordFeedbackOperator"
            )
        objects = source.objects_of(self.stream)
        if not objects:
            raise ConfigurationError(
                f'source "{source.id}": has no object of stream "{self.stream}"; give one of its objects that stream'
            )
        return source, objects

    def _collect(
        self,
        source: CollectedSource,
        reader: SourceReader,
        landing: Landing,
        name: str,
        declared: SourceObject,
        params: CollectParams,
    ) -> dict[str, Position | None]:
        """Land one object page by page; the positions before and after."""
        from cf_operators.hooks.answered_asks import answered_statement

        before = after = landing.begin(name, _mark(declared))
        counts = landing.counts
        mark_answered = answered_statement(source, name)
        start = None if params.reload or params.period else before
        for page in reader.pages(name, start, params.period):
            after = (
                landing.land(name, page, keep_position=params.period is None, mark_answered=mark_answered)
                or after
            )
        landed = (landing.counts - counts).as_dict()
        self.log.info("%s.%s: %s; position %s -> %s", self.source_id, name, landed, before, after)
        return {"before": before, "after": after}


def _mark(declared: SourceObject) -> str:
    """What an entry that says the same again has the same; how long to wait for rows says nothing of them."""
    return hashlib.sha256(declared.model_dump_json(exclude={"patience"}).encode()).hexdigest()[:16]
