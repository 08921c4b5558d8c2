"""Lands the rows of one source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from cf_operators.domain.source import FilesSource, FormSource, SourceObject
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow.sdk import Context

    from cf_operators.domain.source import SqlSource
    from cf_operators.domain.source_row import RefusedRow, SourceRow


class CollectSourceOperator(BaseOperator):
    """Reads every object of a source that belongs to one stream, and lands its rows.

    New rows and new versions of known rows are added, unchanged ones are not; malformed ones go to
    ``cf_landing.quarantine``. All of it happens in one transaction: after a failure nothing has landed.

    :param source_id: the source of the programme.
    :param stream: ``orders``, ``complaints`` or ``responses``.
    :param warehouse_conn_id: Airflow connection of the warehouse.
    :returns: XCom ``{"read", "new", "changed", "unchanged", "quarantined"}``, and ``"files"`` for a source of files.
    :raises ConfigurationError: the source has nothing of that stream, or its connection is wrong.
    :raises DataError: a file or query cannot be used at all.
    :raises SourceUnavailable: the source cannot be reached.
    """

    def __init__(
        self, *, source_id: str, stream: str, warehouse_conn_id: str = DEFAULT_CONNECTION, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source_id = source_id
        self.stream = stream
        self.warehouse_conn_id = warehouse_conn_id

    def execute(self, context: Context) -> dict[str, int]:
        """Land the rows, and say how many."""
        from cf_operators.hooks.landing import Load

        source = load_programme().source(self.source_id)
        if isinstance(source, FormSource):
            raise ConfigurationError(
                f'source "{source.id}": is the built-in form, which has nothing to read; use CollectSubmissionsOperator'
            )
        objects = {
            name: declared for name, declared in source.objects.items() if declared.stream == self.stream
        }
        if not objects:
            raise ConfigurationError(
                f'source "{source.id}": has no object of stream "{self.stream}"; give one of its objects that stream'
            )
        summary: dict[str, int] = {}
        with WarehouseHook(self.warehouse_conn_id).transaction() as connection:
            load = Load(connection, source.id, self.stream, str(context["run_id"]))
            for name, declared in objects.items():
                counts = load.add(name, self._rows(source, name, declared, summary))
                self.log.info("%s.%s: %s", source.id, name, counts.as_dict())
            summary |= load.close().as_dict()
        if load.quarantined_at:
            self.log.warning(
                "%d rows are in quarantine; the first: %s. The reasons: select location, line, reason from "
                "cf_landing.quarantine where source = '%s'",
                summary["quarantined"], ", ".join(load.quarantined_at), source.id,
            )  # fmt: skip
        return summary

    def _rows(
        self, source: FilesSource | SqlSource, name: str, declared: SourceObject, summary: dict[str, int]
    ) -> Iterator[SourceRow | RefusedRow]:
        if isinstance(source, FilesSource):
            from cf_operators.hooks.files_source import FilesSourceHook

            files_hook = FilesSourceHook(source.connection)
            files = files_hook.files(source.objects[name])
            summary["files"] = summary.get("files", 0) + len(files)
            self.log.info("%s.%s: %d files match %s: %s", source.id, name, len(files), declared.read, files)
            if not files:
                self.log.warning(
                    "%s.%s: no file matches %s; is the pattern right?", source.id, name, declared.read
                )
            return files_hook.rows(source.objects[name])
        from cf_operators.hooks.sql_source import SqlSourceHook

        return SqlSourceHook(source.connection).rows(source.objects[name])
