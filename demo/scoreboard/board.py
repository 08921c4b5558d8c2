"""The scoreboard as text."""

from __future__ import annotations

from collections.abc import Sequence

from demo.scoreboard.evidence import evidence_lines
from demo.scoreboard.kpi_lines import kpi_table, others
from demo.scoreboard.results import Results, Row
from demo.scoreboard.table import WIDTH, cut, table


def board(results: Results) -> list[str]:
    """The lines of the scoreboard, each part under its title; parts without rows say so."""
    month, brief = results.settled_month, others(results.overall)
    parts = [
        ("Invitations", _invitations(results)),
        ("Left out of waves, by reason", _exclusions(results)),
        ("Rows that could not be read", _quarantine(results)),
        ("Responses", _responses(results)),
        ("KPIs over the whole history", kpi_table(results.overall)),
        (
            f"KPIs in the newest settled month, {month:%B %Y}" if month else "",
            kpi_table(results.newest_settled),
        ),
        ("KPIs without a target, over the whole history" if brief else "", brief),
        ("Improvement tasks opened in this run", _tasks(results.tasks_opened)),
    ]
    lines: list[str] = []
    for title, body in parts:
        if title:
            lines += ["", f"-- {title} ".ljust(WIDTH, "-"), *(body or ["none"])]
    earlier = len(results.tasks_open) - len([task for task in results.tasks_opened if not task["closed_at"]])
    if earlier:
        lines.append(f"Opened earlier and still open: {earlier}")
    return lines


def _invitations(results: Results) -> list[str]:
    if not results.invitations:
        return []
    campaigns = sorted({row["campaign_id"] for row in results.invitations})
    states = list(results.invitations_by_state)
    found = {(row["campaign_id"], row["state"]): row["invitations"] for row in results.invitations}
    rows = [
        [state, *(f"{found.get((campaign, state), 0):,}" for campaign in campaigns), f"{total:,}"]
        for state, total in results.invitations_by_state.items()
    ]
    sums = [sum(found.get((campaign, state), 0) for state in states) for campaign in campaigns]
    rows.append(["together", *(f"{count:,}" for count in sums), f"{sum(sums):,}"])
    return table(["state", *campaigns, "all"], rows, "l" + "r" * (len(campaigns) + 1))


def _exclusions(results: Results) -> list[str]:
    rows = [[row["reason"].replace("_", " "), f"{row['people']:,}"] for row in results.exclusions]
    return table(["reason", "people"], rows, "lr") if rows else []


def _quarantine(results: Results) -> list[str]:
    rows = [
        [f"{row['source']}/{row['object']}", f"{row['broken']:,}", row["reason"]]
        for row in results.quarantine
    ]
    return table(["where", "rows", "reason"], rows, "lrl") if rows else []


def _responses(results: Results) -> list[str]:
    rows = [
        ["live, by the survey form" if row["source"] == "form" else f"from the files of {row['source']}",
         f"{row['responses']:,}", f"{row['complete']:,}"]
        for row in results.responses
    ]  # fmt: skip
    return table(["how they came", "responses", "complete"], rows, "lrr") if rows else []


def _tasks(tasks: Sequence[Row]) -> list[str]:
    lines: list[str] = []
    for number, task in enumerate(tasks, start=1):
        who = f"owner {task['owner_id']}, due {task['due_on']:%Y-%m-%d}"
        lines.append(cut(f"{number}. {task['title']}"))
        lines += [cut(f"   {line}") for line in (who, *evidence_lines(task["evidence"], task["family"]))]
    return lines
