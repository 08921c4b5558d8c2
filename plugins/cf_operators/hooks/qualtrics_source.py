"""The responses to surveys of Qualtrics: an export is asked for, waited for elsewhere, and read when it is made."""

from __future__ import annotations

import csv
import json
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from airflow.triggers.base import BaseTrigger

from cf_operators.domain.collecting import Page, Position, Ticket, TimeRange
from cf_operators.domain.field_map import FieldMap
from cf_operators.domain.mapped_row import ANSWERS
from cf_operators.domain.qualtrics_source import QualtricsObject, QualtricsSource
from cf_operators.domain.source_row import RefusedRow, SourceRow, judge
from cf_operators.errors import ConfigurationError, SourceUnavailable
from cf_operators.hooks.platform_questions import check_questions
from cf_operators.hooks.qualtrics_client import QualtricsClient
from cf_operators.hooks.qualtrics_export import Export, open_export
from cf_operators.hooks.qualtrics_trigger import QualtricsExportTrigger, raise_failure

PAGE_ROWS: Final = 2000
IN_MEMORY: Final = 16 << 20
"""Bytes of a file up to which no disk is needed."""

NO_ANSWERS: Final = frozenset({"DB", "Timing", "Captcha", "Meta"})
"""Types of questions that ask nothing, or nothing of the person."""


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
        declared, client = self._source.objects[name], QualtricsClient(self._source.connection)
        if declared.map is not None and declared.map.shape == "response" and declared.map.answers is None:
            self._check_tags(client, name, declared, declared.map)
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
        :raises SourceUnavailable: the file is gone, or cut off.
        """
        declared, ticket = self._source.objects[name], self._made[name]
        where = f'source "{self._source.id}", object "{name}": export of survey {declared.read}'
        path = f"/surveys/{declared.read}/export-responses/{ticket['file_id']}/file"
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
            QualtricsClient(self._source.connection).download(path, f"export of survey {declared.read}", file)
            export = open_export(file, where)
            if declared.map is not None and declared.map.shape == "response" and declared.map.answers is None:
                check_questions(where, declared.map, export.questions)
            lines = enumerate(export.rows, start=1)
            while rows := [_row(each, number, export, declared) for number, each in _chunk(lines, where)]:
                yield Page(rows)
        yield Page([], lambda: {"until": ticket["until"]})

    def _check_tags(
        self, client: QualtricsClient, name: str, declared: QualtricsObject, mapped: FieldMap
    ) -> None:
        """By the names of questions, before an export is made; its columns are checked when it is there."""
        result = client.result("GET", f"/survey-definitions/{declared.read}", f"survey {declared.read}")
        found = result.get("Questions") or {}
        asked = found.values() if isinstance(found, Mapping) else found
        tags = [str(each["DataExportTag"]) for each in asked if each.get("QuestionType") not in NO_ANSWERS]
        named = {*mapped.questions, *mapped.ignore} - {"*"}
        where = f'source "{self._source.id}", object "{name}": survey {declared.read} of Qualtrics'

        def belongs(ref: str, tag: str) -> bool:
            return ref == tag or ref.startswith(f"{tag}_")

        problems = []
        unmapped = [tag for tag in tags if not any(belongs(ref, tag) for ref in named)]
        if unmapped and "*" not in mapped.ignore:
            problems.append(
                f"its questions {', '.join(unmapped)} are not mapped; give each its construct and scale under "
                "questions, or name it under ignore"
            )
        if unknown := sorted(ref for ref in named if not any(belongs(ref, tag) for tag in tags)):
            problems.append(
                f"it has no questions {', '.join(unknown)}, which the map names; it has: {', '.join(tags)}"
            )
        if problems:
            raise ConfigurationError(f"{where}: " + "; ".join(problems))


def _api_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _chunk(lines: Iterator[tuple[int, list[str]]], where: str) -> list[tuple[int, list[str]]]:
    try:
        return list(islice(lines, PAGE_ROWS))
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise SourceUnavailable(
            f"{where}: the file is damaged ({error}); the next try makes a new one"
        ) from error


def _row(cells: list[str], number: int, export: Export, declared: QualtricsObject) -> SourceRow | RefusedRow:
    if len(cells) != len(export.columns):
        verdict: SourceRow | str = f"has {len(cells)} cells for {len(export.columns)} columns"
    else:
        values: dict[str, Any] = dict(zip(export.columns, cells, strict=True))
        values[ANSWERS] = {name: values[name] for name in export.questions if values[name]}
        verdict = judge(values, declared)
    if isinstance(verdict, SourceRow):
        return verdict
    raw = json.dumps(cells, ensure_ascii=False)
    return RefusedRow.of(f"survey {declared.read}", number, verdict, raw)
