"""What the SQL file of a KPI says about itself, for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

FIELDS = ("Numerator", "Denominator", "Excluded", "Grain", "Reads")
"""The fields of a header beside its first line, in their order."""

_FIELD = re.compile(r"^-- (\w+):", re.MULTILINE)


@dataclass(frozen=True)
class KpiHeader:
    """The comment at the top of an SQL file: a line on what a case is, then one field after the other.

    A field begins a line as ``-- Numerator: ...`` and goes on until the next one. The full stop at its end is left out.

    :param what: what the file counts.
    :param numerator, denominator: who is counted in each part. ``{top_from}`` and other fields of the entry in the
        programme may stand in them, as one file can serve several KPIs.
    :param excluded: who is in neither part.
    :param grain: what one case is, and by which day it counts.
    :param reads: the fact tables, and how a rerun behaves.
    """

    what: str
    numerator: str
    denominator: str
    excluded: str
    grain: str
    reads: str

    @classmethod
    def of(cls, name: str, sql_text: str) -> KpiHeader:
        """Read the header of an SQL file.

        :param name: file name without its ending, with which the first line begins.
        :raises ValueError: a field is missing, is there twice, or stands in another place.
        """
        found = list(_fields(sql_text))
        names = [field for field, _ in found]
        wanted = [name, *FIELDS]
        if names != wanted or not all(text for _, text in found):
            raise ValueError(
                f"the header has the fields {', '.join(names) or 'none'}; it must have, in this order and with a "
                f"text each: {', '.join(wanted)}"
            )
        return cls(*(text.removesuffix(".") for _, text in found))


def _fields(sql_text: str) -> Iterator[tuple[str, str]]:
    """Name and text of each field of the comment that the file begins with."""
    comment = takewhile(lambda line: line.startswith("--"), sql_text.splitlines())
    pieces = _FIELD.split("\n".join(comment))
    for name, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield name, " ".join(text.replace("\n--", " ").split())
