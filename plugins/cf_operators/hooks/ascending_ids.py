"""Lists that are read on by "an id greater than the last one": a server that does not obey would be read for ever."""

from __future__ import annotations

from collections.abc import Iterable

from cf_operators.domain.problem import shown
from cf_operators.errors import DataError


def last_id(ids: Iterable[object], last: int, where: str) -> int:
    """The id that the next page begins behind.

    :param ids: those of a page, as they came.
    :param last: the one that this page was to begin behind.
    :param where: names what was asked for in messages.
    :raises DataError: an id is no number, or not greater than the one before it.
    """
    for number in ids:
        if not isinstance(number, int) or isinstance(number, bool) or number <= last:
            raise DataError(
                f"{where}: the server gives the id {shown(number)} though it was asked for ids above {last}, in their "
                "order; reading on would not end. Run again; if it stays so, look for what changes its searches: an "
                "add-on of the server, or a proxy before it"
            )
        last = number
    return last
