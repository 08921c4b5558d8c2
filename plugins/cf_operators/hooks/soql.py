"""SOQL that reads an object of Salesforce in the order of changes.

The language: developer.salesforce.com, "SOQL and SOSL Reference". Names come from the programme, which admits API
names alone; times and ids are written by this module.
"""

from __future__ import annotations

from datetime import UTC, datetime

from cf_operators.domain.change_key import ChangeKey

BATCH = 2000
"""The most records that one answer of Salesforce holds."""


def changes_query(read: str, names: tuple[str, ...], after: ChangeKey | None, until: datetime | None) -> str:
    """The next records behind a place, deleted ones included if the caller asks for all."""
    conditions = []
    if after is not None and after.record_id is None:
        conditions.append(f"SystemModstamp >= {_literal(after.at)}")
    elif after is not None:
        at, record_id = _literal(after.at), str(after.record_id).replace("\\", "\\\\").replace("'", "\\'")
        conditions.append(f"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{record_id}'))")
    if until is not None:
        conditions.append(f"SystemModstamp < {_literal(until)}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    fields = ", ".join(names)
    return f"SELECT {fields} FROM {read}{where} ORDER BY SystemModstamp, Id LIMIT {BATCH}"  # noqa: S608


def _literal(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
