"""A source that is collected into a real warehouse, and the complaints that its mapped staging view then shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from cf_operators.domain.any_source import Source
from cf_operators.domain.collecting import Position, TimeRange
from cf_operators.domain.source import CollectedSource
from cf_operators.hooks.landing import Counts, Landing
from cf_operators.hooks.source_reader import reader_of
from cf_operators.hooks.staging_views import StagingViews
from cf_operators.hooks.warehouse import WarehouseHook
from tests.conftest import Warehouse


class Collected:
    """One source ``desk``, with the entry of the programme that it is given."""

    def __init__(self, warehouse: Warehouse, entry: Mapping[str, Any]) -> None:
        self.warehouse = warehouse
        base = {"id": "desk", "connection": "cf_desk", "time_zone": "UTC"}
        source: Any = TypeAdapter(Source).validate_python({**base, **entry})
        assert isinstance(source, CollectedSource)
        self.source = source
        (self.object,) = source.objects
        self.position: Position | None = None

    def run(
        self, killed_after: int | None = None, period: TimeRange | None = None, reload: bool = False
    ) -> Counts:
        """One run of the collector; it is gone after so many pages that brought something new."""
        landing = Landing(WarehouseHook(), "desk", "complaints", "run")
        self.position = landing.begin(self.object)
        start = None if reload or period else self.position
        useful = 0
        for page in reader_of(self.source).pages(self.object, start, period):
            before = landing.counts.new
            self.position = landing.land(self.object, page, keep_position=period is None) or self.position
            useful += landing.counts.new > before
            if useful == killed_after:
                return landing.counts
        return landing.close()

    def complaints(self) -> dict[str, dict[str, Any]]:
        """The rows of the staging view by id, without what is empty."""
        with WarehouseHook().transaction() as connection:
            StagingViews(connection).refresh(self.source)  # type: ignore[arg-type]
        rows = self.warehouse.rows("select * from cf_landing.stg_desk_complaint")
        found = {row.pop("complaint_id"): {n: v for n, v in row.items() if v is not None} for row in rows}
        assert len(found) == len(rows)
        return found

    def refused(self) -> list[str]:
        """The reasons of what lies in quarantine."""
        return [row["reason"] for row in self.warehouse.rows("select reason from cf_landing.quarantine")]
