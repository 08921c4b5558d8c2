"""Values of Odoo's JSON-RPC, to plain JSON.

odoo.com/documentation, "ORM API", Fields: what is empty is false whatever its type; a related record is a pair of id
and name; times are in UTC and do not say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(record: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """The record with null for what is empty, ``{"id", "name"}`` for a related record, and Z behind times.

    :param types: field to its type, as Odoo's ``fields_get`` names it.
    """
    return {name: _plain(value, types.get(name, "")) for name, value in record.items()}


def _plain(value: Any, kind: str) -> Any:
    if value is False and kind != "boolean":
        return None
    if kind in ("many2one", "many2one_reference") and isinstance(value, list) and len(value) == 2:
        return {"id": value[0], "name": value[1]}
    if kind == "datetime" and isinstance(value, str) and value.strip():
        return f"{value}Z"
    return value
