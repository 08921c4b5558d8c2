"""Which records of a Tryton model were deleted, by its log.

The log finds a deletion by the id of the record, but shows the id no more, because the record is gone. So it is asked
about the ids that no record has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cf_operators.domain.tryton_value import encoded
from cf_operators.hooks.ascending_ids import last_id
from cf_operators.hooks.tryton_rpc import TrytonRpc

LOG: Final = "ir.model.log"
AT_ONCE: Final = 200
IDS_AT_ONCE: Final = 10_000
BEHIND_THE_LAST: Final = 20_000
"""So many ids behind the highest that a record has are asked about, at most."""


@dataclass(frozen=True)
class TrytonDeletions:
    """Asks the log about one model."""

    rpc: TrytonRpc
    model: str

    def between(self, since: datetime | None, until: datetime | None) -> list[str]:
        """The ids of what was deleted in this time; one question when there is nothing.

        :raises DataError: the server does not give ids in their order, so that reading on would not end.
        """
        domain: list[Any] = [["event", "=", "delete"]]
        if since is not None:
            domain.append(["create_date", ">=", encoded(since)])
        if until is not None:
            domain.append(["create_date", "<", encoded(until)])
        escaped = self.model.replace("\\", "\\\\").replace("_", "\\_")
        count = self.rpc.search_count(LOG, [*domain, ["resource", "like", f"{escaped},%"]])
        found: list[str] = []
        asked: list[int] = []
        if not count:
            return found
        for number in self._without_record():
            asked.append(number)
            if len(asked) == AT_ONCE:
                found += self._deleted(domain, asked)
                asked = []
                if len(found) >= count:
                    break
        return found + self._deleted(domain, asked)

    def _without_record(self) -> Iterator[int]:
        last = 0
        while True:
            alive = self.rpc.search(self.model, [["id", ">", last]], IDS_AT_ONCE, [("id", "ASC")])
            before, last = last, last_id(alive, last, self.rpc.where(self.model))
            for number in alive:
                yield from range(before + 1, number)
                before = number
            if len(alive) < IDS_AT_ONCE:
                yield from range(last + 1, last + 1 + BEHIND_THE_LAST)
                return

    def _deleted(self, domain: list[Any], numbers: list[int]) -> list[str]:
        if not numbers:
            return []
        which = ["resource", "in", [f"{self.model},{number}" for number in numbers]]
        count = self.rpc.search_count(LOG, [*domain, which])
        if count >= len(numbers):
            return [str(number) for number in numbers]
        if not count:
            return []
        middle = len(numbers) // 2
        return self._deleted(domain, numbers[:middle]) + self._deleted(domain, numbers[middle:])
