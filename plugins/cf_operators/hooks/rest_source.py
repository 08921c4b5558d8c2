"""A source that answers HTTP requests with JSON, read as the programme describes it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

from airflow.sdk import BaseHook

from cf_operators.domain.collecting import CLOCKS, Page, Position, Row, TimeRange
from cf_operators.domain.rest_source import RestObject, RestRequest, RestSource
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.rest_client import RestClient
from cf_operators.hooks.rest_paging import RestList, RestPage
from cf_operators.hooks.rest_rows import RestRows
from cf_operators.hooks.rest_structure import check_structure

_log = logging.getLogger(__name__)


class RestSourceHook(BaseHook):
    """Reads the objects of a source page by page.

    :param source: its connection is of type HTTP.
    :param sleep: how to wait, in seconds.
    """

    def __init__(self, source: RestSource, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._source = source
        self._sleep = sleep

    def pages(self, name: str, position: Position | None, period: TimeRange | None) -> Iterator[Page]:
        """The pages of an object; then what is gone, where the source has a list of that.

        :raises ConfigurationError: the connection or the entry is wrong, the login is refused, or the survey has
            questions that the programme does not map.
        :raises DataError: what the source gives cannot be used at all.
        :raises SourceUnavailable: the source does not answer, or says that it is busy.
        """
        source, declared = self._source, self._source.objects[name]
        options = {
            "headers": source.headers,
            "timeout": source.timeout,
            "largest_answer": source.largest_answer,
            "sleep": self._sleep,
        }
        with RestClient.of(source.connection, source.auth, **options) as client:
            check_structure(client, source.id, name, declared)
            yield from _Reading(client, source, name, position, period).pages()
            if declared.deleted and declared.deleted.request and period is None:
                gone = RestRows(declared, source.time_zone, None)
                for page in RestList(client, declared.deleted.request, most_pages=source.most_pages).pages(
                    declared.values
                ):
                    yield Page([gone.deleted(row) for row in page.rows])


@dataclass
class _Reading:
    """One reading of one object."""

    client: RestClient
    source: RestSource
    name: str
    position: Position | None
    period: TimeRange | None
    begun_at: datetime | None = field(default=None, init=False)
    is_ordered: bool = field(default=False, init=False)

    @property
    def declared(self) -> RestObject:
        """The object that is read."""
        return self.source.objects[self.name]

    def pages(self) -> Iterator[Page]:
        rows = RestRows(self.declared, self.source.time_zone, self.period)
        changed = self.declared.changed
        self.is_ordered = changed is not None and changed.is_ordered
        for page, since in self._answers(self._request()):
            made: list[Row] = [row for item in page.rows if (row := rows.judged(item)) is not None]
            position = self._position(page, since)
            yield Page(made, partial(_known, position))

    def _request(self) -> RestRequest:
        """The request, with the parameters of ``changed``."""
        request, changed = self.declared.request, self.declared.changed
        if changed is None:
            return request
        names = {changed.since: "{since}", changed.until: "{until}"}
        added = {name: text for name, text in names.items() if name}
        if request.method == "POST":
            return request.model_copy(update={"body": {**(request.body or {}), **added}})
        return request.model_copy(update={"params": {**request.params, **added}})

    def _answers(self, request: RestRequest) -> Iterator[tuple[RestPage, datetime | None]]:
        """The answers. Where rows come in the order of change each page is asked for by the last change of the one
        before: counting rows would lose some when others move to the end meanwhile. Only within one moment the
        source's own paging goes on. When the order turns out to be none, all is read once more: rows of an earlier
        change may stand behind the pages that were left out.
        """
        pages = RestList(self.client, request, most_pages=self.source.most_pages)
        first = since = self._since()
        token: str | None = (self.position or {}).get("token")
        was_ordered = self.is_ordered
        while True:
            further: datetime | None = None
            begins_again = False
            for page in pages.pages(self._values(since), token):
                self.begun_at = self.begun_at or page.answer.at or datetime.now(UTC)
                yield page, since
                further = self._further(page, since)
                begins_again = was_ordered and not self.is_ordered and since != first
                if further is not None or begins_again:
                    break
            if begins_again:
                since = first
            elif further is None:
                return
            else:
                since = further

    def _further(self, page: RestPage, since: datetime | None) -> datetime | None:
        """From where the next page is asked for, if that is later than where this one was."""
        changed = self.declared.changed
        if changed is None or page.following is None or not self.is_ordered:
            return None
        last = self._last_change(page, since)
        if last is None:
            return None
        following = last - changed.grain
        if since is not None and self._written(following) == self._written(since):
            return None
        return following if since is None or following > since else None

    def _position(self, page: RestPage, since: datetime | None) -> Position | None:
        """From where a next run goes on once this page has landed."""
        changed = self.declared.changed
        if changed is None:
            return None
        if page.token is not None and getattr(self.declared.paging, "is_lasting", False):
            return {"token": page.token}
        if self.is_ordered:
            last = self._last_change(page, since)
            return {"since": last.isoformat()} if last is not None else None
        if page.following is None and self.begun_at is not None:
            return {"since": self.begun_at.isoformat()}
        return None

    def _last_change(self, page: RestPage, since: datetime | None) -> datetime | None:
        """The last change of a page whose rows come in order. Once they do not, order is not relied on any more."""
        changed = self.declared.changed
        assert changed is not None, "only rows of a known change have an order"
        assert self.begun_at is not None, "a page was read"
        limit = self.begun_at + CLOCKS
        found = [
            moment
            for row in page.rows
            if isinstance(row, Mapping)
            and (moment := changed.changed_at(row, self.source.time_zone))
            and moment <= limit
        ]
        for earlier, later in pairwise(found):
            if later < earlier:
                self._give_up_order(earlier, later)
                return None
        return found[-1] if found else None

    def _give_up_order(self, earlier: datetime, later: datetime) -> None:
        self.is_ordered = False
        changed = self.declared.changed
        assert changed is not None, "only rows of a known change have an order"
        _log.warning(
            'source "%s", object "%s": changed.ordered says that rows come oldest first, but one of %s comes before '
            "one of %s (%s). So the object is read from where this run began, in the pages of the source itself, and "
            "the position moves at the end only; when this run does not get there, read the source again with reload. "
            "Have the request sort by %s, oldest first, or take ordered away",
            self.source.id, self.name, earlier.isoformat(), later.isoformat(), changed.path, changed.path,
        )  # fmt: skip

    def _since(self) -> datetime | None:
        changed = self.declared.changed
        if changed is None:
            return None
        if self.period is not None:
            return self.period.since
        if self.position is not None and "since" in self.position:
            try:
                return datetime.fromisoformat(self.position["since"]) - timedelta(seconds=changed.overlap)
            except (TypeError, ValueError) as error:
                raise ConfigurationError(
                    f'source "{self.source.id}": the position {json.dumps(dict(self.position))} is not one of this '
                    "source; read it again with reload"
                ) from error
        return None

    def _values(self, since: datetime | None) -> Mapping[str, str | None]:
        changed = self.declared.changed
        values: dict[str, str | None] = dict(self.declared.values)
        if changed is not None:
            since = since or changed.begin
            values["since"] = self._written(since) if since else None
            until = self.period.until if self.period else None
            values["until"] = changed.written_end(until, self.source.time_zone) if until else None
        return values

    def _written(self, moment: datetime) -> str:
        changed = self.declared.changed
        assert changed is not None, "only what is asked by its change has moments"
        return changed.written(moment, self.source.time_zone)


def _known(position: Position | None) -> Position | None:
    return position
