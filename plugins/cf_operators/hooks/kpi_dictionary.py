"""The KPI dictionary: every KPI of a programme explained, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from cf_operators.domain import kpi_words
from cf_operators.domain.kpi import Kpi
from cf_operators.domain.kpi_header import KpiHeader
from cf_operators.domain.programme import Programme
from cf_operators.domain.worked_example import WorkedExample
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.sql_text import sql_text
from cf_operators.hooks.text_template import one_line, text_environment

EXAMPLE = "Worked example"
NO_EXAMPLE = "not measured yet"

_ARTICLE = re.compile(
    rf"^## [^\n]*\(`(?P<kpi>\w+)`\)$(?:(?!^## ).)*?^\| {EXAMPLE} \| (?P<text>[^\n]*) \|$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Article:
    """What the dictionary says of one KPI: names of rows with their texts."""

    id: str
    title: str
    question: str
    rows: tuple[tuple[str, str], ...]


def kpi_dictionary(programme: Programme, examples: Mapping[str, str]) -> str:
    """The dictionary of a programme.

    :param examples: worked examples by KPI; see `measured_examples` and `written_examples`.
    :raises ConfigurationError: the header of an SQL file is not whole.
    """
    articles = [_article(programme, kpi, examples.get(kpi.id, NO_EXAMPLE)) for kpi in programme.kpis]
    measuring = programme.measuring
    slices = ["the whole (`all`)", *(" with ".join(each) for each in measuring.slices)]
    template = text_environment("dictionary", _cell).get_template("kpi.md.j2")
    text = template.render(
        articles=articles,
        zone=programme.organisation.time_zone,
        fiscal=measuring.fiscal_year_starts,
        slices=f"{', '.join(slices[:-1])} and {slices[-1]}" if measuring.slices else slices[0],
    )
    return text.rstrip() + "\n"


def measured_examples(connection: psycopg.Connection[Any], programme: Programme) -> dict[str, str]:
    """A worked example of each KPI that was measured; ``cf_bi`` may read all of it."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(sql_text("dictionary/worked_examples.sql")).fetchall()
    known = {kpi.id: kpi for kpi in programme.kpis}
    found = {}
    for row in rows:
        kpi = known.get(row.pop("kpi"))
        if kpi is not None:
            found[kpi.id] = WorkedExample(**row).text(kpi)
    return found


def written_examples(text: str) -> dict[str, str]:
    """The worked examples that stand in a dictionary, by KPI."""
    found = {article["kpi"]: article["text"] for article in _ARTICLE.finditer(text)}
    return {kpi: example for kpi, example in found.items() if example != NO_EXAMPLE}


def header_of(kpi: Kpi) -> KpiHeader:
    """What the SQL file of a KPI says about itself.

    :raises ConfigurationError: its header is not whole.
    """
    try:
        return KpiHeader.of(kpi.sql.stem, kpi.sql.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigurationError(f'KPI "{kpi.id}", {kpi.sql.name}: {error}') from error


def _article(programme: Programme, kpi: Kpi, example: str) -> Article:
    rows = (*_counted(kpi), *_judged(programme, kpi), (EXAMPLE, example))
    return Article(kpi.id, kpi.title, kpi.question, rows)


def _counted(kpi: Kpi) -> Iterator[tuple[str, str]]:
    """How the value is made."""
    header = header_of(kpi)
    facts, _, _ = header.reads.partition(". ")
    better = "more" if kpi.direction == "up" else "less"
    yield "Value", f"{kpi_words.formula(kpi)} (unit: {kpi.unit}; {better} is better)"
    yield "Numerator", kpi_words.numerator(kpi, header)
    yield "Denominator", header.denominator
    answers = kpi_words.answers(kpi)
    if answers:
        yield "Answers", answers
    yield "Not counted", header.excluded
    yield "Case", header.grain
    settling = kpi_words.settling(kpi)
    if settling:
        yield "Counted", settling
    yield "Source", f"{facts}; `include/sql/kpi/{kpi.sql.name}`"


def _judged(programme: Programme, kpi: Kpi) -> Iterator[tuple[str, str]]:
    """How sure the value is, and what it shall be."""
    from cf_operators.stats.estimate import method_of, source_of

    measuring, target = programme.measuring, programme.target_of(kpi.id)
    method = method_of(kpi.family, quantile=kpi.quantile, within=kpi.within_hours)
    yield "Interval", f"{method} ({source_of(kpi.family, within=kpi.within_hours)})"
    yield "Weights", kpi_words.weights(kpi, measuring)
    yield "Privacy", kpi_words.privacy(kpi, measuring)
    yield "Reliability", f"marked on fewer than {measuring.reliability_min} cases"
    owner = f"; owner: {programme.owner(target.owner).name}" if target else ""
    yield "Target", f"{kpi_words.wanted(kpi, target)}{owner}"


def _cell(value: object) -> str:
    """A value on one line that a table can hold."""
    return one_line(value).replace("|", "\\|")
