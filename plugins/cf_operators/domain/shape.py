"""The standard shapes: what the staging views of a source offer to the model, column by column.

A source offers a shape by a view ``cf_landing.stg_<source>_<shape>`` in its staging file; it need not offer all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Columns = Mapping[str, str]
"""Column name to PostgreSQL type."""

SHAPES: Final[Mapping[str, Columns]] = {
    "contact": {
        "external_id": "text",
        "email": "text",
        "display_name": "text",
        "language": "text",
        "time_zone": "text",
        "segment": "text",
        "region": "text",
        "is_granted": "boolean",
        "is_key_account": "boolean",
    },
    "order": {
        "order_id": "text",
        "contact_source": "text",
        "contact_external_id": "text",
        "product": "text",
        "region": "text",
        "status": "text",
        "ordered_at": "timestamp with time zone",
        "requested_on": "date",
        "first_promised_on": "date",
        "promised_on": "date",
        "delivered_at": "timestamp with time zone",
    },
    "complaint": {
        "complaint_id": "text",
        "contact_source": "text",
        "contact_external_id": "text",
        "order_id": "text",
        "category": "text",
        "severity": "integer",
        "channel": "text",
        "received_at": "timestamp with time zone",
        "acknowledged_at": "timestamp with time zone",
        "first_resolved_at": "timestamp with time zone",
        "closed_at": "timestamp with time zone",
        "reopened_at": "timestamp with time zone",
        "reopen_count": "integer",
        "contact_count": "integer",
        "contact_email": "text",
        "remedy_sought": "text",
        "is_satisfied": "boolean",
    },
    "response": {
        "response_id": "text",
        "invitation_id": "uuid",
        "contact_source": "text",
        "contact_external_id": "text",
        "order_id": "text",
        "survey_id": "text",
        "campaign_id": "text",
        "channel": "text",
        "language": "text",
        "is_complete": "boolean",
        "submitted_at": "timestamp with time zone",
        "contact_email": "text",
    },
    "answer": {
        "response_id": "text",
        "question": "text",
        "construct": "text",
        "score": "numeric",
        "scale_min": "numeric",
        "scale_max": "numeric",
    },
    "feedback": {
        "feedback_id": "text",
        "contact_source": "text",
        "contact_external_id": "text",
        "contact_email": "text",
        "order_id": "text",
        "kind": "text",
        "channel": "text",
        "topic": "text",
        "product": "text",
        "region": "text",
        "sentiment": "text",
        "score": "numeric",
        "scale_min": "numeric",
        "scale_max": "numeric",
        "received_at": "timestamp with time zone",
    },
}

JOINED: Final[Mapping[str, Columns]] = {"response": {"token": "text"}}
"""What a map may name besides the columns of a shape: of a response the token of its link, which leads to the
invitation that it was made for."""

KEYS: Final[Mapping[str, str]] = {
    "contact": "external_id",
    "order": "order_id",
    "complaint": "complaint_id",
    "response": "response_id",
    "answer": "response_id",
    "feedback": "feedback_id",
}
"""The column of a shape that names what its rows are about: the entity of the records that they are made of."""

OPTIONAL: Final[Mapping[str, frozenset[str]]] = {
    "order": frozenset({"requested_on", "first_promised_on"}),
    "complaint": frozenset(
        {"reopened_at", "reopen_count", "contact_count", "contact_email", "remedy_sought", "is_satisfied"}
    ),
    "response": frozenset({"contact_email"}),
    "feedback": frozenset(
        {
            "contact_source",
            "contact_external_id",
            "contact_email",
            "order_id",
            "topic",
            "product",
            "region",
            "sentiment",
            "score",
            "scale_min",
            "scale_max",
        }
    ),
}
"""Columns that a staging view may leave out; the model then reads them as null."""


def view_name(source: str, shape: str) -> str:
    """The staging view by which a source offers a shape, with its schema."""
    return f"cf_landing.stg_{source}_{shape}"


def columns_of(shape: str) -> Columns:
    """What a map may name: the columns of a shape, and what leads to one of them."""
    return {**SHAPES[shape], **JOINED.get(shape, {})}


def shape_problems(shape: str, found: Columns) -> list[str]:
    """What a staging view lacks of its shape, one sentence part each; empty when it fits.

    More columns do no harm, and those of :data:`OPTIONAL` may be left out.
    """
    problems = []
    for name, wanted in SHAPES[shape].items():
        if name not in found:
            if name in OPTIONAL.get(shape, ()):
                continue
            problems.append(f"column {name} ({wanted}) is missing")
        elif found[name].partition("(")[0] != wanted:
            problems.append(f"column {name} is {found[name]} and has to be {wanted}")
    return problems
