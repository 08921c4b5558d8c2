"""The responses to surveys of Qualtrics: an export is asked for, waited for elsewhere, and read when it is made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from airflow.triggers.base import BaseTrigger

from cf_operators.domain.collecting import Page, Position, Ticket, TimeRange
from cf_operators.domain.mapped_row import ANSWERS
from cf_operators.domain.qualtrics_source import QualtricsObject, QualtricsSource
from cf_operators.domain.source_row import RefusedRow, SourceRow, judge
from cf_operators.errors import SourceUnavailable
from cf_operators.hooks.csv_file import CsvRecord
from cf_operators.hooks.platform_questions import check_questions
from cf_operators.hooks.qualtrics_client import QualtricsClient
from cf_operators.hooks.qualtrics_export import Export, open_export, undamaged
from cf_operators.hooks.qualtrics_questions import check_tags
from cf_operators.hooks.qualtrics_trigger import QualtricsExportTrigger, raise_failure

PAGE_ROWS: Final = 2000
IN_MEMORY: Final = 16 << 20
"""Bytes of a file up to which no disk is needed."""


def _now() -> datetime:
    return datetime.now(UTC)


class QualtricsSourceHook:
    """Exports what was changed since the last export began, less an overlap.

    Answers are asked for as recodes; a label that comes all the same is no number, and refused by name.

    :param clock: gives the time now.
    """

    def __init__(self, source: QualtricsSource, clock: Callable[[], datetime] = _now) -> None:
        self._source = source
        self._clock = clock
        self._made: dict[str, Ticket] = {}

    def prepare(self, name: str, position: Position | None, period: TimeRange | None) -> Ticket:
        """Ask for the export of one object.

        :raises ConfigurationError: the map does not fit the questions of the survey, or the connection is refused.
        :raises SourceUnavailable: Qualtrics does not answer, or is busy.
        """
        declared = self._source.objects[name]
        now = self._clock().astimezone(UTC).replace(microsecond=0)
        until = period.until if period else now
        since = period.since if period else None
        if position:
            since = datetime.fromisoformat(position["until"]) - timedelta(seconds=declared.overlap)
        body = {
            "format": "csv",
            "compress": True,
            "useLabels": False,
            "timeZone": self._source.time_zone,
            # The two dates are then those of the last change.
            "sortByLastModifiedDate": True,
            "endDate": _api_time(until),
            **({"startDate": _api_time(since)} if since else {}),
        }
        with QualtricsClient(self._source.connection) as client:
            if declared.map is not None and declared.map.shape == "response":
                survey = client.result(
                    "GET", f"/survey-definitions/{declared.read}", f"survey {declared.read}"
                )
                check_tags(self._where(name, f"survey {declared.read} of Qualtrics"), declared.map, survey)
            path = f"/surveys/{declared.read}/export-responses"
            started = client.result("POST", path, f"export of survey {declared.read}", body)
        if not started.get("progressId"):
            raise SourceUnavailable(f"export of survey {declared.read}: Qualtrics has started none")
        return {
            "survey": declared.read,
            "progress_id": str(started["progressId"]),
            "until": until.isoformat(),
            "give_up_at": (self._clock() + timedelta(seconds=declared.patience)).isoformat(),
        }

    def trigger(self, tickets: Mapping[str, Ticket]) -> BaseTrigger:
        """Waits until all are made."""
        return QualtricsExportTrigger(self._source.connection, tickets)

    def patience(self) -> timedelta:
        """How long exports may take: they are made at the same time."""
        return timedelta(seconds=max(each.patience for each in self._source.objects.values()))

    def take(self, event: Mapping[str, Any]) -> None:
        """What the trigger has found; raises what it has met."""
        raise_failure(event)
        self._made = dict(event["tickets"])

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """Pages of up to 2,000 responses of the export that was made; the last one has the position.

        :raises ConfigurationError: the export has questions that the map does not name.
        :raises SourceUnavailable: there is no file, it is gone, or cut off.
        """
        declared, ticket = self._source.objects[name], self._made.get(name) or {}
        where = self._where(name, f"export of survey {declared.read}")
        if ticket.get("survey") != declared.read or not ticket.get("file_id"):
            raise SourceUnavailable(f"{where}: none was made; the next try starts one")
        path = f"/surveys/{declared.read}/export-responses/{ticket['file_id']}/file"
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            with QualtricsClient(self._source.connection) as client:
                client.download(path, f"export of survey {declared.read}", file)
            export = open_export(file, where)
            if declared.map is not None and declared.map.shape == "response":
                check_questions(where, declared.map, export.questions)
            while records := _chunk(export, where):
                yield Page([_row(each, export, declared) for each in records])
        yield Page([], lambda: {"until": ticket["until"]})

    def _where(self, name: str, what: str) -> str:
        return f'source "{self._source.id}", object "{name}": {what}'


def _api_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _chunk(export: Export, where: str) -> list[CsvRecord]:
    with undamaged(where):
        return list(islice(export.records, PAGE_ROWS))


def _row(record: CsvRecord, export: Export, declared: QualtricsObject) -> SourceRow | RefusedRow:
    if record.problem:
        verdict: SourceRow | str = record.problem
    elif len(record.fields) != len(export.columns):
        verdict = f"has {len(record.fields)} cells for {len(export.columns)} columns"
    else:
        values: dict[str, Any] = dict(zip(export.columns, record.fields, strict=True))
        values[ANSWERS] = {name: values[name] for name in export.questions if values[name]}
        verdict = judge(values, declared)
    if isinstance(verdict, SourceRow):
        return verdict
    # No line: the next export has the same row on another one, and it would be refused twice.
    return RefusedRow.of(f"survey {declared.read}", None, verdict, record.raw)
