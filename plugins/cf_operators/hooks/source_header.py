"""The columns that an input has, against those that the programme declares."""

from __future__ import annotations

from collections.abc import Sequence

from cf_operators.domain.source import SourceObject
from cf_operators.errors import DataError


def check_header(header: Sequence[str], location: str, declared: SourceObject) -> None:
    """Make sure that the rows of an input can be read by name.

    A declared column that may be empty may also be missing: its cells are then empty. Columns that are not declared
    are welcome; they are kept with the row.

    :param location: the file, table or query, for messages.
    :raises DataError: a column comes twice, or one that must not be empty is missing.
    """
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise DataError(
            f"{location}: column {', '.join(repeated)} comes more than once; give each its own name"
        )
    missing = [
        name for name, column in declared.columns.items() if name not in header and not column.is_optional
    ]
    if missing:
        raise DataError(
            f"{location}: column {', '.join(missing)} is missing; the columns are: {', '.join(header)}. "
            "Correct the input, or the columns of the object in the programme"
        )
