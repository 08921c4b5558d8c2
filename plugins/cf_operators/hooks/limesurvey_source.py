"""The responses to surveys of LimeSurvey."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from cf_operators.domain.collecting import Page, Position, TimeRange
from cf_operators.domain.limesurvey_source import LimeSurveyObject, LimeSurveySource
from cf_operators.domain.mapped_row import ANSWERS
from cf_operators.domain.source_row import RefusedRow, SourceRow, judge
from cf_operators.errors import ConfigurationError, SourceUnavailable
from cf_operators.hooks.limesurvey_client import LimeSurveyClient, NothingThere
from cf_operators.hooks.platform_questions import check_questions

PAGE_RESPONSES: Final = 500
LATE_IDS: Final = 100
"""So many numbers are read again before where reading goes on: a number is given out before its row can be seen."""

UNDATED: Final = "1980-01-01"
"""Day of submission of all responses to a survey that does not keep dates."""

IS_COMPLETE: Final = "_is_complete"
"""Under this name stands whether a response was submitted."""


@dataclass
class _Survey:
    """What has to be known of a survey to read its responses."""

    questions: tuple[str, ...]
    may_be_edited: bool


class LimeSurveySourceHook:
    """Reads the responses of a survey in the order of their numbers, those that may still change again and again.

    A response gets its number with its first page and may be submitted weeks later, when others with higher numbers
    have long been read. So reading goes on from the lowest response that may still change: one that is not submitted
    (or any, where the survey lets people edit what they have submitted), for ``open_days`` after its last page.

    :param clock: gives the time now.
    """

    def __init__(
        self, source: LimeSurveySource, clock: Callable[[], datetime] = partial(datetime.now, UTC)
    ) -> None:
        self._source = source
        self._clock = clock
        self._zone = ZoneInfo(source.time_zone)

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """Pages of up to 500 responses.

        :raises ConfigurationError: the survey does not keep dates, or is anonymous where its map needs the token, or
            the map does not fit its questions; and what the connection may be refused for.
        """
        declared = self._source.objects[name]
        with LimeSurveyClient(self._source.connection) as client:
            survey = self._survey(client, name, declared)
            first = max(int((position or {}).get("id", 1)) - LATE_IDS, 1)
            reader = _Responses(declared, survey, self._zone, self._clock(), period)
            ids = _ids(client, declared.read, first)
            for start in range(0, len(ids), PAGE_RESPONSES):
                chunk = ids[start : start + PAGE_RESPONSES]
                rows = reader.rows(_responses(client, declared.read, chunk[0], chunk[-1]))
                yield Page(rows, partial(_position, reader.lowest_open, chunk[-1] + 1))

    def _survey(self, client: LimeSurveyClient, name: str, declared: LimeSurveyObject) -> _Survey:
        where = f'source "{self._source.id}", object "{name}": survey {declared.read} of LimeSurvey'
        number = int(declared.read)
        wanted = ["active", "datestamp", "anonymized", "alloweditaftercompletion"]
        told = client.ask(f"survey {number}", lambda api: api.get_survey_properties(number, wanted))
        settings = {key: str(value) for key, value in dict(told).items()}
        if settings.get("datestamp") != "Y":
            raise ConfigurationError(
                f"{where} keeps no dates, so all its responses would be of 1980-01-01; switch on Settings > Notifications "
                '& data > "Date stamp" before the survey is activated (deactivate it and activate it again)'
            )
        if settings.get("anonymized") == "Y" and _needs_token(declared):
            raise ConfigurationError(
                f"{where} is anonymous, so its responses carry no token; switch off Settings > Participant settings > "
                '"Anonymized responses", or leave the token out of map and entity'
            )
        fields = client.ask(f"fields of survey {number}", lambda api: api.get_fieldmap(number))
        questions = _questions(fields)
        if declared.map is not None and declared.map.shape == "response" and declared.map.answers is None:
            check_questions(where, declared.map, questions)
        return _Survey(tuple(questions), settings.get("alloweditaftercompletion") == "Y")


class _Responses:
    """Turns responses into rows, and remembers the lowest that may still change."""

    def __init__(
        self,
        declared: LimeSurveyObject,
        survey: _Survey,
        zone: ZoneInfo,
        now: datetime,
        period: TimeRange | None,
    ) -> None:
        self._declared = declared
        self._survey = survey
        self._zone = zone
        self._open_since = now - timedelta(days=declared.open_days)
        self._period = period
        self.lowest_open: int | None = None

    def rows(self, responses: Sequence[Mapping[str, Any]]) -> list[SourceRow | RefusedRow]:
        """Those of the period; all, when there is none."""
        return [self._row(response) for response in responses if self._is_wanted(response)]

    def _is_wanted(self, response: Mapping[str, Any]) -> bool:
        touched_at = self._touched_at(response)
        may_change = self._survey.may_be_edited or not response.get("submitdate")
        if self.lowest_open is None and may_change and (touched_at is None or touched_at >= self._open_since):
            self.lowest_open = int(response["id"])
        if self._period is None or touched_at is None:
            return True
        return self._period.since <= touched_at < self._period.until

    def _touched_at(self, response: Mapping[str, Any]) -> datetime | None:
        times = []
        for name in ("datestamp", "startdate", "submitdate"):
            try:
                moment = datetime.fromisoformat(str(response.get(name) or ""))
            except ValueError:
                continue
            times.append(moment if moment.tzinfo else moment.replace(tzinfo=self._zone))
        return max(times, default=None)

    def _row(self, response: Mapping[str, Any]) -> SourceRow | RefusedRow:
        submitted = str(response.get("submitdate") or "")
        values = dict(response)
        values[IS_COMPLETE] = bool(submitted)
        values[ANSWERS] = {
            ref: values[ref] for ref in self._survey.questions if values.get(ref) not in (None, "")
        }
        verdict = judge(values, self._declared)
        if submitted.startswith(UNDATED):
            verdict = (
                f"submitdate is {submitted}: it was submitted while the survey kept no dates; export and import the "
                "responses with dates, or leave it"
            )
        if isinstance(verdict, SourceRow):
            return verdict
        raw = json.dumps(response, ensure_ascii=False)
        return RefusedRow.of(f"survey {self._declared.read}, response {response['id']}", None, verdict, raw)


def _position(lowest_open: int | None, following: int) -> Position:
    return {"id": following if lowest_open is None else min(lowest_open, following)}


def _needs_token(declared: LimeSurveyObject) -> bool:
    fields = declared.map.fields if declared.map else {}
    return "token" in declared.entity or any(field.path == "token" for field in fields.values())


def _questions(fields: Any) -> list[str]:
    """The codes of all questions as an export heads them: Q1, Q2[SQ001], Q2[other], Q3[SQ001][1]."""
    codes = []
    for field in (fields or {}).values():
        if field.get("qid") and field.get("type") != "X":
            scale = field.get("scale_id")
            part = f"[{field['aid']}]" if field.get("aid") not in (None, "") else ""
            codes.append(
                f"{field['title']}{part}" + (f"[{int(scale) + 1}]" if scale not in (None, "") else "")
            )
    return list(dict.fromkeys(codes))


def _ids(client: LimeSurveyClient, survey: str, first: int) -> list[int]:
    """The numbers that there are from ``first`` on; this ends the reading, however many come meanwhile."""
    found = _export(client, survey, from_response_id=first, fields=["id"])
    return sorted({number for response in found if (number := int(response["id"])) >= first})


def _responses(client: LimeSurveyClient, survey: str, first: int, last: int) -> list[dict[str, Any]]:
    found = _export(client, survey, from_response_id=first, to_response_id=last)
    by_id = {int(response["id"]): response for response in found}
    return [by_id[number] for number in sorted(by_id) if first <= number <= last]


def _export(client: LimeSurveyClient, survey: str, **limits: Any) -> list[dict[str, Any]]:
    what = f"responses of survey {survey}"
    try:
        text = client.ask(what, lambda api: api.export_responses(int(survey), file_format="json", **limits))
    except NothingThere:
        return []
    try:
        found = json.loads(text)["responses"]
        # Before version 4 each response stood under its number: [{"1": {"id": "1", ...}}].
        responses = [each if "id" in each else next(iter(each.values())) for each in found]
        if not all(str(each["id"]).isdigit() for each in responses):
            raise ValueError("id")
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise SourceUnavailable(f"{what}: the export is cut off or not as LimeSurvey writes it") from error
    return responses
