"""Tells the ledger which asks the answers of another platform belong to."""

from __future__ import annotations

from cf_operators.domain.source import CollectedSource
from cf_operators.hooks.sql_text import sql_text


def answered_statement(source: CollectedSource, name: str) -> str:
    """The statement that marks invitations as responded by the rows of a page, run in the transaction that lands them.

    :returns: nothing when the rows of the object are no responses, or name no invitation.
    """
    declared = source.objects[name]
    if declared.map is None or declared.map.shape != "response":
        return ""
    if not {"invitation_id", "token"}.intersection(declared.map.fields):
        return ""
    return sql_text(
        "landing/mark_answered.sql", declared=declared, source_id=source.id, time_zone=source.time_zone
    )
