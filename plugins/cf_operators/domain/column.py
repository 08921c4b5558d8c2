"""The columns of a source's rows: their types, as the programme writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

ColumnType = Literal["text", "integer", "number", "boolean", "timestamp", "date"]

_COLUMN = re.compile(rf"({'|'.join(get_args(ColumnType))})(\??)")


@dataclass(frozen=True, slots=True)
class Column:
    """Type of a column, and whether its cells may be empty. Written as ``timestamp`` or ``timestamp?``."""

    type: ColumnType
    is_optional: bool = False

    @classmethod
    def parse(cls, spec: object) -> Column:
        """Read the short form. Raises ``ValueError`` for anything else."""
        if isinstance(spec, Column):
            return spec
        match = _COLUMN.fullmatch(spec) if isinstance(spec, str) else None
        if not match:
            types = ", ".join(get_args(ColumnType))
            raise ValueError(
                f"is not a column type; types are: {types}; with ? at the end the cell may be empty"
            )
        return cls(match[1], bool(match[2]))  # type: ignore[arg-type]  # the pattern admits the types alone

    def __str__(self) -> str:
        return self.type + ("?" if self.is_optional else "")


ColumnSpec = Annotated[
    Column,
    PlainValidator(Column.parse),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_COLUMN.pattern}$",
            "description": "Type; with ? the cell may be empty.",
        }
    ),
]
