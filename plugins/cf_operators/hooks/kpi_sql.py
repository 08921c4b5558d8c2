"""The SQL of KPIs: one row per case, of whole facts or of what changed in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jinja2 import TemplateError

from cf_operators.domain.definition import Definition
from cf_operators.domain.kpi import Kpi
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text

FACTS = ("answer", "ask", "order", "complaint", "customer")
"""What ``cases(...)`` can be asked for."""

RELATIONS = {
    "all": "(select f.*, 1 as sign from cf_core.fct_{} as f)",
    "changes": "cf_changes_{}",
}


@dataclass(frozen=True)
class CaseSql:
    """A query that gives the cases of a KPI, and the facts that it reads."""

    text: str
    facts: tuple[str, ...]


def case_sql(kpi: Kpi, mode: Literal["all", "changes"]) -> CaseSql:
    """The cases of a KPI.

    :param mode: ``all``: of all rows of its facts, with the sign 1; ``changes``: of the rows that the changes taken by
        this run have added (1) and removed (-1).
    :raises ConfigurationError: the file is no template, or asks for a fact that there is not.
    """
    facts: list[str] = []

    def cases(fact: str) -> str:
        if fact not in FACTS:
            raise ConfigurationError(
                f'KPI "{kpi.id}", {kpi.sql.name}: cases("{fact}") is no fact; there are: {", ".join(FACTS)}'
            )
        facts.append(fact)
        return RELATIONS[mode].format(fact)

    try:
        text = sql_text(kpi.sql, cases=cases)
    except TemplateError as error:
        raise ConfigurationError(f'KPI "{kpi.id}", {kpi.sql.name}: {error}; correct the file') from error
    return CaseSql(text, tuple(dict.fromkeys(facts)))


def definition_of(kpi: Kpi) -> Definition:
    """The definition of a KPI with the SQL that counts it from whole facts."""
    return Definition.of(kpi, case_sql(kpi, "all").text)
