"""One row of a source, judged: fit to land, or refused with the reason."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from cf_operators.domain.column_type import BLANKS, refusal
from cf_operators.domain.json_path import steps, value_at
from cf_operators.domain.mapped_row import read_mapped
from cf_operators.domain.problem import shown
from cf_operators.domain.source import SourceObject

LONGEST_KEY: Final = 1000
"""Bytes of a key. PostgreSQL has no index for keys of more than some 2,700, together with source and object."""

_UNDECODED = re.compile("[\udc80-\udcff]")
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_NUL_IN_JSON = re.compile(r"(?<!\\)(\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row that is fit to land.

    :ivar external_id: what identifies the row in its source for ever.
    :ivar payload: JSON text of the row: every column by name, with the value as it came; null for an empty cell.
    :ivar content_hash: SHA-256 of the payload; the same content always has the same hash.
    :ivar entity_key: what the row is about, see :class:`~cf_operators.domain.source.SourceObject`.
    """

    external_id: str
    payload: str
    content_hash: bytes
    entity_key: str


@dataclass(frozen=True, slots=True)
class DeletedRow:
    """The source says that a record is gone."""

    external_id: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot land.

    :ivar location: the file below the folder of the source, or the table or query.
    :ivar line: where the row starts in a file (the first line is 1); None where rows have no fixed place.
    :ivar reason: what is wrong, with the column and the value.
    :ivar raw: the row as it came, as text that a database can hold.
    :ivar content_hash: SHA-256 of the raw text: read again, a refused row is recognised.
    """

    location: str
    line: int | None
    reason: str
    raw: str
    content_hash: bytes

    @classmethod
    def of(cls, location: str, line: int | None, reason: str, raw: str) -> Self:
        """A refused row; bytes that are not UTF-8 are written as ``\\xff``, and NUL as ``\\0``."""
        text = storable(raw)
        return cls(location, line, storable(reason), text, hashlib.sha256(text.encode()).digest())


def judge(values: Mapping[str, Any], declared: SourceObject) -> SourceRow | str:
    """Check one row against the declared columns.

    Columns that are not declared are kept as they are. An empty cell becomes null, because a CSV file cannot tell
    the two apart; in a declared column blanks alone are empty too.

    :param values: column name to value: text, or any other JSON value from a source that has types. Bytes that are
        not UTF-8 stand in text as lone surrogates (Python's ``surrogateescape``).
    :param declared: the object of the programme: columns with types, and the key.
    :returns: the row, or every reason why it is refused, joined with "; ".
    """
    cleaned = {name: None if value == "" else value for name, value in values.items()}
    reasons = list(_check_columns(cleaned, declared))
    if declared.map is not None:
        mapped, problems = read_mapped(cleaned, declared.map)
        cleaned |= mapped
        reasons += problems
    return fitting(cleaned, declared, reasons)


def fitting(values: Mapping[str, Any], declared: SourceObject, reasons: list[str]) -> SourceRow | str:
    """The row of these values when nothing speaks against it; else every reason, joined with "; "."""
    try:
        payload = json.dumps(
            values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
    except ValueError:
        return "; ".join([*reasons, "the row holds NaN or Infinity, which are no numbers of JSON"])
    if not payload.isascii() or "\\u0000" in payload:
        reasons = [*reasons, *_unstorable(values, payload)]
    keys = [key_of(values, columns) for columns in (declared.key, declared.entity or declared.key)]
    for columns, key in zip(("key", "entity"), keys, strict=True):
        if key is None and not reasons:
            names = ", ".join(getattr(declared, columns))
            reasons = [f"{columns} ({names}) is empty; a value is required"]
        elif key is not None and not reasons and len(key.encode()) > LONGEST_KEY:
            names = ", ".join(getattr(declared, columns))
            reasons = [f"{columns} ({names}): {shown(key)} is longer than {LONGEST_KEY} bytes, as no key is"]
    if reasons or keys[0] is None or keys[1] is None:
        return "; ".join(reasons)
    return SourceRow(
        external_id=keys[0],
        payload=payload,
        content_hash=hashlib.sha256(payload.encode()).digest(),
        entity_key=keys[1],
    )


def _check_columns(cleaned: dict[str, Any], declared: SourceObject) -> Iterator[str]:
    for name, column in declared.columns.items():
        value = cleaned.get(name)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if value is None or not text.strip(BLANKS):
            cleaned[name] = None
            if not column.is_optional:
                yield f'column "{name}" is empty; a value is required'
        elif problem := refusal(column.type, text):
            yield f'column "{name}": {shown(storable(text))} {problem}'


def key_of(values: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The key of a row, made of these columns or paths; None when one of them is empty or no single value."""
    parts = [values[name] if name in values else value_at(values, steps(name)) for name in names]
    if any(part is None or isinstance(part, dict | list) or not str(part).strip(BLANKS) for part in parts):
        return None
    return external_id(str(part) for part in parts)


def _unstorable(values: Mapping[str, Any], payload: str) -> Iterable[str]:
    if _UNDECODED.search(payload):
        for name, value in values.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if _UNDECODED.search(f"{name}{text}"):
                yield f'column "{name}": {shown(storable(text))} holds bytes that are not UTF-8'
    if _HALF.search(payload):
        yield "the row holds half a character (a lone surrogate), which no text may hold"
    if _NUL_IN_JSON.search(payload):
        yield "the row holds a NUL character, which no text may hold"


def external_id(parts: Iterable[str]) -> str:
    """The values of the key columns as one text; different keys never give the same text.

    A key of one column is its value. Several are joined with "|", and a "|" or "\\" inside a value is escaped. Blanks
    around a value do not count.
    """
    values = [part.strip(BLANKS) for part in parts]
    if len(values) == 1:
        return values[0]
    return "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)


def storable(text: str) -> str:
    """Text that every database can hold: undecoded bytes as ``\\xff``, half a character as ``\\ud83d``, NUL as
    ``\\0``; nothing else is changed.
    """
    if not _UNDECODED.search(text) and not _HALF.search(text):
        return text.replace("\0", "\\0")
    text = _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\0")
