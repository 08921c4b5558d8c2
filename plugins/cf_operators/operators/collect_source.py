"""Lands the rows of one source."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import BaseOperator

from cf_operators.domain.source import CollectedSource, SourceObject
from cf_operators.errors import ConfigurationError, SourceChanged
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.collect_params import CollectParams, collect_params_in
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from cf_operators.domain.collecting import Position, PreparedReader, SourceReader
    from cf_operators.hooks.landing import Landing

SPARE: Final = timedelta(minutes=10)
"""The trigger gives up by itself; when it could not, Airflow does so much later."""


class CollectSourceOperator(BaseOperator):
    """Reads every object of a source that belongs to one stream, and lands its rows.

    New rows and new versions of known rows are added, unchanged ones are not; malformed ones go to
    ``cf_landing.quarantine``; what the source has deleted is marked. Each page of the source lands with the position up
    to which it was read in one transaction: after a failure the next run goes on from there. When what decides which
    rows are read is changed (the entry of an object, the settings of its source, the text of its query) the object is
    read from the start: rows that were left out or refused may be wanted now.

    :param source_id: the source of the programme.
    :param stream: ``orders``, ``complaints``, ``responses`` or ``feedback``.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"fetched", "new", "changed", "unchanged", "deleted", "quarantined", "positions"}``; positions are
        those before and after, by object.
    :raises ConfigurationError: the source has nothing of that stream, or its connection is wrong.
    :raises DataError: what the source gives cannot be used at all.
    :raises SourceUnavailable: the source cannot be reached.
    :raises SourceTaken: another run has begun to read the source.
    :raises SourceChanged: the entry was changed while the source made what it was asked for; the next try asks anew.
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

    def resume(
        self, context: Context, event: dict[str, Any], entries: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Go on when the source has made what it was asked for.

        :param entries: what the programme said of each object when it was asked for, in short.
        """
        from cf_operators.domain.collecting import PreparedReader
        from cf_operators.hooks.source_reader import reader_of

        source, objects = self._objects()
        self._check_entries(source, objects, entries or {})
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
        from cf_operators.hooks.source_mark import source_mark

        warehouse, tickets = WarehouseHook(self.warehouse_conn_id), {}
        for name, declared in objects.items():
            before = position_before(warehouse, source.id, name, source_mark(source, declared))
            start = None if params.reload or params.period else before
            tickets[name] = reader.prepare(name, start, params.period)
        self.defer(
            trigger=reader.trigger(tickets),
            method_name="resume",
            kwargs={"entries": self._entries(source, objects)},
            timeout=reader.patience() + SPARE,
        )

    def _entries(self, source: CollectedSource, objects: dict[str, SourceObject]) -> dict[str, str]:
        """What the programme says of each object, in short."""
        from cf_operators.hooks.source_mark import source_mark

        return {name: source_mark(source, declared) for name, declared in objects.items()}

    def _check_entries(
        self, source: CollectedSource, objects: dict[str, SourceObject], asked_for: Mapping[str, str]
    ) -> None:
        """What was asked for holds what was new to the entry as it was then; under another one rows would be missed."""
        now = self._entries(source, objects)
        if changed := sorted(name for name in {*now, *asked_for} if now.get(name) != asked_for.get(name)):
            raise SourceChanged(
                f'source "{source.id}": the entry of its object {", ".join(changed)} was changed in the programme '
                "while the source made what it was asked for; nothing of that is read, and the next try asks anew"
            )

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
        try:
            source = load_programme().source(self.source_id)
        except KeyError as error:
            raise ConfigurationError(
                f'source "{self.source_id}": is not in the programme any more; what is landed of it stays'
            ) from error
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
        from cf_operators.hooks.source_mark import source_mark

        before = after = landing.begin(name, source_mark(source, declared))
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
