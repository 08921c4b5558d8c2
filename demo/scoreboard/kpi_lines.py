"""KPIs as lines: those with a target in full, all others briefly."""

from __future__ import annotations

from collections.abc import Sequence

from demo.scoreboard.number import WITHHELD, count_of, interval, value_of, wanted
from demo.scoreboard.results import Results, Row
from demo.scoreboard.table import WIDTH, cut, table

VERDICTS = {"too_few_answers": "too few"}
WEAK = "*"
WEAK_MEANS = f"{WEAK} few cases: the value says little, look at its interval"
BESIDE = 2  # columns of the brief list
GAP = 2


def kpi_table(rows: Sequence[Row]) -> list[str]:
    """One line per KPI with a target: value, interval, n, target and verdict; of all KPIs when none has a target."""
    watched = _watched(rows)
    lines = [
        [_name(row), _marked(row), interval(row), count_of(row), wanted(row), _verdict(row)]
        for row in watched
    ]
    if not lines:
        return []
    header = ["KPI", "value", "95% interval", "n", "target", "verdict"]
    return [*table(header, lines, "lrrrll"), *_legend(watched)]


def others(rows: Sequence[Row]) -> list[str]:
    """The KPIs without a target, two beside each other: the name and the value; where there is more of them."""
    watched = {row["kpi"] for row in _watched(rows)}
    rest = [row for row in rows if row["kpi"] not in watched]
    if not rest:
        return []
    width = (WIDTH - GAP) // BESIDE
    cells = [_brief(row, width) for row in sorted(rest, key=lambda row: str(row["title"]))]
    height = -(-len(cells) // BESIDE)
    lines = ["".join(cell + " " * GAP for cell in cells[place::height]).rstrip() for place in range(height)]
    return [
        *lines,
        *_legend(rest),
        "Every KPI by period and slice: cf_kpi.v_kpi_latest; as pictures: make charts",
    ]


def months(results: Results) -> list[str]:
    """One line per month: every KPI with a target and its n; all KPIs when none has a target."""
    by_month: dict[str, dict[str, Row]] = {}
    monthly = _watched([row for row in results.kpis if row["grain"] == "month"])
    for row in monthly:
        by_month.setdefault(f"{row['period_start']:%Y-%m}", {})[row["kpi"]] = row
    measured = sorted({row["kpi"] for row in monthly if row["n"]})
    header = ["month", *(title for kpi in measured for title in (kpi, "n"))]
    lines = [
        [month, *(cell for kpi in measured for cell in _value_and_n(found.get(kpi)))]
        for month, found in sorted(by_month.items())
    ]
    return table(header, lines, "l" + "r" * (len(header) - 1)) if measured else []


def _watched(rows: Sequence[Row]) -> list[Row]:
    """The KPIs that have a target; all when none has."""
    return [row for row in rows if row["target"] is not None] or list(rows)


def _value_and_n(row: Row | None) -> tuple[str, str]:
    return (_marked(row), count_of(row)) if row else ("–", "0")


def _brief(row: Row, width: int) -> str:
    unit = "" if row["unit"] in ("share", "points") or row["is_suppressed"] else f" {row['unit']}"
    value = _marked(row) + unit
    name = cut(row["title"], width - len(value) - 1)
    return name + value.rjust(width - len(name))


def _marked(row: Row) -> str:
    return value_of(row) + (WEAK if row["is_reliable"] is False else "")


def _legend(rows: Sequence[Row]) -> list[str]:
    """What the marks among these rows mean; nothing when there are none."""
    legend = [WEAK_MEANS] if any(row["is_reliable"] is False for row in rows) else []
    if any(row["is_suppressed"] for row in rows):
        legend.append(f"{WITHHELD}: so few answers that one could tell who gave them")
    return legend


def _verdict(row: Row) -> str:
    return VERDICTS.get(row["verdict"], row["verdict"] or "")


def _name(row: Row) -> str:
    """The title; with the unit where the number does not show it by itself."""
    return row["title"] if row["unit"] in ("share", "points") else f"{row['title']}, {row['unit']}"
