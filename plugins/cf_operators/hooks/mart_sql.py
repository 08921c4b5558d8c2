"""The SQL of the model: one query per table of ``cf_core``, of what any engine carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cf_operators.domain.shape import KEYS, SHAPES
from cf_operators.hooks.sql_text import sql_text

Offers = Mapping[str, Mapping[str, Sequence[str]]]
"""Shape to the sources that offer it, each with the columns of its staging view."""


def offered_shapes(offers: Offers, *, narrowed: bool = False) -> dict[str, object]:
    """What ``macros/offered.sql`` and ``macros/rows_of.sql`` have to know."""
    return {
        "offers": {shape: dict(offers.get(shape, {})) for shape in SHAPES},
        "shapes": SHAPES,
        "key_of": KEYS,
        "narrowed": narrowed,
    }


def mart_sql(table: str, offers: Offers, *, narrowed: bool = False) -> str:
    """The query of ``include/sql/marts/<table>.sql``: the rows that the table has to have.

    :param table: name of a table of ``cf_core``.
    :param narrowed: only those whose keys stand in ``pg_temp.cf_touched``; PostgreSQL alone takes that.
    :returns: a query with the parameter ``time_zone``, that of the organisation.
    """
    return sql_text(f"marts/{table}.sql", **offered_shapes(offers, narrowed=narrowed))
