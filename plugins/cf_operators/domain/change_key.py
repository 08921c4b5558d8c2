"""How far a source has been read that gives its records in the order of their last change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

Id = int | str


@dataclass(frozen=True, slots=True)
class ChangeKey:
    """A place in the order (time of last change, id).

    :ivar at: in UTC.
    :ivar record_id: of the last record read that was changed at this time; None: none of this time has been read.
    """

    at: datetime
    record_id: Id | None = None

    @classmethod
    def of(cls, position: Mapping[str, Any] | None) -> Self | None:
        """The place that a kept position tells; None where there is none."""
        if position is None:
            return None
        return cls(datetime.fromisoformat(position["at"]), position.get("id"))

    def settled(self, before: datetime) -> Self:
        """The place up to which nothing can appear any more.

        :param before: what was changed earlier can be seen by now, even if its transaction was long.
        """
        return self if self.at < before else type(self)(before)

    def as_position(self) -> dict[str, Any]:
        """The inverse of :meth:`of`."""
        place: dict[str, Any] = {"at": self.at.isoformat()}
        return place if self.record_id is None else place | {"id": self.record_id}
