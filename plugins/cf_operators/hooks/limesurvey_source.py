"""The responses to surveys of LimeSurvey."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from cf_operators.domain.collecting import CLOCKS, Page, Position, TimeRange
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


REREAD: Final = timedelta(days=1)
"""What was touched so long before the newest time seen is read again: clocks are set back, and pages saved late."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Survey:
    """What has to be known of a survey to read its responses."""

    questions: tuple[str, ...]
    may_be_edited: bool


@dataclass(frozen=True, slots=True)
class _Listed:
    """A response, before it is read. ``touched_at``: when its last page was saved."""

    id: int
    touched_at: datetime | None
    is_submitted: bool


@dataclass(frozen=True, slots=True)
class _Before:
    """Where the last reader got to: the lowest number that may still change, the first that it has not seen, and the
    newest time of a last page. One in the future hid what came after it, so everything is read again."""

    id: int = 1
    following: int = 1
    touched_at: datetime | None = None

    @classmethod
    def of(cls, position: Position | None, limit: datetime) -> Self:
        told = position or {}
        touched_at = datetime.fromisoformat(told["touched"]) if told.get("touched") else None
        if touched_at and touched_at > limit:
            return cls()
        lowest = int(told.get("id", 1))
        return cls(lowest, int(told.get("following", lowest)), touched_at)


class LimeSurveySourceHook:
    """Reads what is new or was touched of the responses of a survey, in the order of their numbers.

    A response gets its number with its first page and may be submitted weeks later, when others with higher numbers
    have long been read. So all are listed from the lowest on that may still change: one that is not submitted (or any,
    unless the survey forbids people to edit what they have submitted), for ``open_days`` after its last page. Of the
    listed ones those are read that were touched since.

    :param clock: gives the time now.
    """

    def __init__(self, source: LimeSurveySource, clock: Callable[[], datetime] = _now) -> None:
        self._source = source
        self._clock = clock
        self._zone = ZoneInfo(source.time_zone)

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """Pages of up to 500 responses.

        :raises ConfigurationError: the survey does not keep dates, or is anonymous where its map needs the token, or
            the map does not fit its questions; and what the connection may be refused for.
        """
        declared = self._source.objects[name]
        limit = self._clock() + CLOCKS
        before = _Before.of(position, limit)
        with LimeSurveyClient(self._source.connection) as client:
            survey = self._survey(client, name, declared)
            listed = self._listed(client, declared.read, max(before.id - LATE_IDS, 1))
            wanted = _wanted(listed, before, period)
            lowest_open = self._lowest_open(listed, survey, declared)
            for start in range(0, len(listed), PAGE_RESPONSES):
                block = [each.id for each in listed[start : start + PAGE_RESPONSES]]
                ids = [number for number in block if number in wanted]
                if ids:
                    found = _responses(client, declared.read, ids[0], ids[-1])
                    rows = [_row(each, declared, survey) for each in found if int(each["id"]) in wanted]
                    yield Page(rows, partial(_position, lowest_open, block[-1] + 1, before.touched_at))
            if listed:
                times = (before.touched_at, *(each.touched_at for each in listed))
                touched = max((at for at in times if at and at <= limit), default=None)
                yield Page([], partial(_position, lowest_open, listed[-1].id + 1, touched))

    def _survey(self, client: LimeSurveyClient, name: str, declared: LimeSurveyObject) -> _Survey:
        where = f'source "{self._source.id}", object "{name}": survey {declared.read} of LimeSurvey'
        number = int(declared.read)
        wanted = ["datestamp", "anonymized", "alloweditaftercompletion"]
        told = client.ask(f"survey {number}", lambda api: api.get_survey_properties(number, wanted))
        settings = {key: str(value) for key, value in dict(told).items()}
        fields = client.ask(f"fields of survey {number}", lambda api: api.get_fieldmap(number))
        # A setting may be "I", inherited; what a response has in the end is told by the fields.
        columns = {str(field.get("fieldname")) for field in (fields or {}).values()}
        if settings.get("datestamp") == "N" or "datestamp" not in columns:
            raise ConfigurationError(
                f"{where} keeps no dates, so all its responses would be of 1980-01-01; switch on Settings > "
                'Notifications & data > "Date stamp" (a survey that is active has to be deactivated for that)'
            )
        if _needs_token(declared) and (settings.get("anonymized") == "Y" or "token" not in columns):
            raise ConfigurationError(
                f"{where} is anonymous, so its responses carry no token; switch off Settings > Participant settings > "
                '"Anonymized responses", or leave the token out of map and entity'
            )
        questions = _questions(fields)
        if declared.map is not None and declared.map.shape == "response" and declared.map.answers is None:
            check_questions(where, declared.map, questions)
        return _Survey(tuple(questions), settings.get("alloweditaftercompletion") != "N")

    def _listed(self, client: LimeSurveyClient, survey: str, first: int) -> list[_Listed]:
        """The responses that there are from ``first`` on; this ends the reading, however many come meanwhile."""
        found = _export(
            client, survey, from_response_id=first, fields=["id", "submitdate", "startdate", "datestamp"]
        )
        listed = {int(each["id"]): each for each in found}
        return [
            _Listed(number, self._touched_at(listed[number]), bool(listed[number].get("submitdate")))
            for number in sorted(listed)
            if number >= first
        ]

    def _touched_at(self, response: Mapping[str, Any]) -> datetime | None:
        times = []
        for name in ("datestamp", "startdate", "submitdate"):
            try:
                moment = datetime.fromisoformat(str(response.get(name) or ""))
                times.append((moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC))
            except (ValueError, OverflowError):  # a day at the end of the calendar has none before it in UTC
                continue
        return max(times, default=None)

    def _lowest_open(
        self, listed: Sequence[_Listed], survey: _Survey, declared: LimeSurveyObject
    ) -> int | None:
        since = self._clock() - timedelta(days=declared.open_days)
        return next(
            (
                each.id
                for each in listed
                if (survey.may_be_edited or not each.is_submitted)
                and (each.touched_at is None or each.touched_at >= since)
            ),
            None,
        )


def _wanted(listed: Sequence[_Listed], before: _Before, period: TimeRange | None) -> set[int]:
    """The numbers of those to read. What is listed for the first time, or does not say when it was touched, is always
    read."""
    since = before.touched_at - REREAD if before.touched_at else None
    return {
        each.id
        for each in listed
        if each.touched_at is None
        or (
            period.since <= each.touched_at < period.until
            if period
            else since is None or each.id >= before.following or each.touched_at >= since
        )
    }


def _row(response: Mapping[str, Any], declared: LimeSurveyObject, survey: _Survey) -> SourceRow | RefusedRow:
    submitted = str(response.get("submitdate") or "")
    values = dict(response)
    values[IS_COMPLETE] = bool(submitted)
    values[ANSWERS] = {ref: values[ref] for ref in survey.questions if values.get(ref) not in (None, "")}
    verdict = judge(values, declared)
    if submitted.startswith(UNDATED):
        verdict = f"submitdate is {submitted}: it was submitted while the survey kept no dates"
    if isinstance(verdict, SourceRow):
        return verdict
    raw = json.dumps(response, ensure_ascii=False)
    return RefusedRow.of(f"survey {declared.read}, response {response['id']}", None, verdict, raw)


def _position(lowest_open: int | None, following: int, touched: datetime | None) -> Position:
    return {
        "id": following if lowest_open is None else min(lowest_open, following),
        "following": following,
        "touched": touched.isoformat() if touched else None,
    }


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
