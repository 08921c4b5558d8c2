"""What a query may be made of, so that sqlglot carries it to every engine with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlglot
from sqlglot import ErrorLevel, exp

ENGINES = ("spark", "snowflake", "bigquery", "duckdb")

CARRIED = frozenset({
    *(exp.Select, exp.Union, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Join, exp.Where, exp.Group, exp.Having),
    *(exp.Order, exp.Ordered, exp.Window, exp.Distinct, exp.Table, exp.TableAlias, exp.Alias, exp.Star),
    *(exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Var),
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between),
    *(exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Cast, exp.DataType, exp.Trim, exp.Lower, exp.DPipe),
    *(exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Interval, exp.AtTimeZone),
    *(exp.Min, exp.Max, exp.Sum, exp.Count, exp.RowNumber),
})  # fmt: skip
"""Whatever stands on this list means the same on all engines. sqlglot passes much else in silence, as it was written
or as something similar: what is not here is refused until somebody has looked it up and added it."""

TYPES = frozenset(
    getattr(exp.DType, name)
    for name in ("TEXT", "INT", "BIGINT", "DECIMAL", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "UUID")
)
SYSTEM_COLUMNS = frozenset({"xmin", "xmax", "cmin", "cmax", "ctid", "tableoid"})


def parsed(text: str, values: Mapping[str, Any]) -> exp.Query:
    """The one query of a file, with values in the place of its parameters.

    :raises ValueError: the text is more than one statement, or not a query.
    :raises KeyError: a parameter has no value.
    """
    statements = [each for each in sqlglot.parse(text, read="postgres") if each is not None]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise ValueError(f"not one query: {', '.join(type(each).__name__ for each in statements)}")

    def filled(node: exp.Expr) -> exp.Expr:
        return exp.convert(values[node.name]) if isinstance(node, exp.Placeholder) else node

    query = statements[0].transform(filled)
    assert isinstance(query, exp.Query), "a parameter is a value"
    return query


def _problem(node: exp.Expr) -> str | None:
    """Why an engine would not take a node, or take it for something else."""
    if type(node) not in CARRIED:
        return type(node).__name__
    given = {name for name, value in node.args.items() if value}
    wrong: dict[type[exp.Expr], bool] = {
        exp.Select: bool(given & {"where", "group"}) and "from_" not in given,
        exp.Distinct: "on" in given,
        exp.CTE: node.args.get("materialized") is not None,
        exp.With: "recursive" in given,
        exp.DataType: isinstance(node, exp.DataType) and (node.this not in TYPES or "nested" in given),
        exp.Column: node.name in SYSTEM_COLUMNS,
        exp.Interval: not str(node.args.get("unit")).startswith("DAY"),
        exp.Join: bool(given & {"using", "method"}),
    }
    return f"{type(node).__name__}: {node.sql('postgres')}" if wrong.get(type(node)) else None


def refused(query: exp.Expr) -> list[str]:
    """What of a query is not carried everywhere; empty when all is."""
    return sorted({problem for node in query.walk() if (problem := _problem(node))})


def carried(query: exp.Expr, engine: str) -> str:
    """The query in the words of an engine.

    :raises sqlglot.errors.UnsupportedError: the engine has nothing like it.
    :raises ValueError: the engine does not know a function or a statement that came out.
    """
    text = query.sql(engine, unsupported_level=ErrorLevel.RAISE)
    unknown = [node.sql(engine) for node in sqlglot.parse_one(text, read=engine).walk() if _is_unknown(node)]
    if unknown:
        raise ValueError(f"{engine} does not know: {', '.join(unknown)}")
    return text


def _is_unknown(node: exp.Expr) -> bool:
    return isinstance(node, exp.Command | exp.Anonymous | exp.AnonymousAggFunc)


def tables(query: exp.Expr) -> Iterator[str]:
    """The tables that a query reads, by name; its own common table expressions left out."""
    own = {each.alias for each in query.find_all(exp.CTE)}
    for name in sorted({exp.table_name(table) for table in query.find_all(exp.Table)}):
        if name not in own:
            yield name
