"""What the programme says of an object, in short: while that is the same, reading goes on where it got to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from cf_operators.domain.source import CollectedSource, SourceObject, SqlObject
from cf_operators.errors import ConfigurationError

BOUNDS_AND_NAMES: Final = frozenset({"id", "staging", "objects", "timeout", "most_pages", "largest_answer"})
"""What of a source cannot decide which rows are read of one of its objects."""
PATIENCE: Final = "patience"
"""How long an object's rows are waited for says nothing of them."""


def source_mark(source: CollectedSource, declared: SourceObject) -> str:
    """The mark of all that decides which rows of an object are read, and which of them are refused.

    That is the entry of the object, with its ``map`` (it says which questions are refused, and some sources are asked
    for what it names); the settings of the source beside it, such as its connection and time zone; and of a query
    its text, but not where its file lies, which is another place after each deployment.

    :raises ConfigurationError: the file of a query cannot be read.
    """
    parts = [source.model_dump_json(exclude=set(BOUNDS_AND_NAMES))]
    if isinstance(declared, SqlObject) and declared.is_query:
        parts += [declared.model_dump_json(exclude={"read", PATIENCE}), query_text(declared)]
    else:
        parts.append(declared.model_dump_json(exclude={PATIENCE}))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def query_text(declared: SqlObject) -> str:
    """The query in the file that ``read`` names.

    :raises ConfigurationError: the file cannot be read.
    """
    try:
        return Path(declared.read).read_text(encoding="utf-8").strip().rstrip(";")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{declared.read}: cannot be read ({error}); correct `read` of the object, or put the query there as UTF-8"
        ) from error
