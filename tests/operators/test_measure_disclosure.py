"""What is withheld in the published tables: small groups, and what would give them away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from tests.operators.measuring_run import MeasuringRun
from tests.sql.facts import Facts, random_facts
from tests.sql.test_kpi import answer, response

LEAST = 5
NUMBERS = (
    "value", "low", "high", "n", "numerator", "denominator", "weighted_value", "weighted_low", "weighted_high",
    "effective_n",
)  # fmt: skip


def answers(count: int, region: str, start: int = 0) -> Facts:
    """So many satisfied customers of one day."""
    responses = [response(number, region=region) for number in range(start, start + count)]
    given = [
        answer(start + number, 5, construct="csat", scale=(1, 5), of=each)
        for number, each in enumerate(responses)
    ]
    return Facts(responses=responses, answers=given)


def test_no_revision_ever_shows_a_small_group(measuring: MeasuringRun) -> None:
    measuring.programme["measuring"]["privacy_min"] = LEAST
    for seed in (21, 22):
        facts = random_facts(seed, size=120)
        late = [replace(each, source=f"s{seed}") for each in facts.responses]
        given = [replace(each, source=f"s{seed}") for each in facts.answers]
        measuring.write(Facts(responses=late, answers=given))
        assert measuring(hours=seed)["suppressed"] > 0
    rows = measuring.warehouse.rows(
        "select * from cf_kpi.kpi_value where kpi in ('nps', 'csat', 'csat_mean')"
    )
    hidden = [row for row in rows if row["is_suppressed"]]
    shown = [row for row in rows if not row["is_suppressed"]]
    assert {row[name] for row in hidden for name in NUMBERS} == {None}
    assert all(row["n"] == 0 or row["n"] >= LEAST for row in shown)
    assert hidden
    assert any(row["n"] > 0 for row in shown)


def test_a_partner_is_withheld_so_that_subtraction_from_the_total_reveals_nothing(
    measuring: MeasuringRun,
) -> None:
    measuring.programme["measuring"]["privacy_min"] = LEAST
    measuring.write(answers(4, region="North"))
    measuring.write(answers(10, start=100, region="South"))
    measuring.write(answers(20, start=200, region="West"))
    measuring()
    all_time = {name: row for (grain, _, name), row in measuring.latest("csat").items() if grain == "all"}
    assert all_time["all"]["n"] == 34
    is_hidden = {name: all_time[f"region={name}"]["is_suppressed"] for name in ("North", "South", "West")}
    assert is_hidden["North"]
    assert sum(is_hidden.values()) >= 2, "14 of 34 are told of the hidden ones together, not of one"


def test_hidden_counts_cannot_be_solved_for(measuring: MeasuringRun) -> None:
    """All published counts as linear equations: none of them fixes a hidden count below the threshold."""
    measuring.programme["measuring"]["privacy_min"] = LEAST
    facts = random_facts(23, size=100)
    measuring.write(Facts(responses=facts.responses, answers=facts.answers))
    measuring()
    names = {row["slice"]: row for row in measuring.warehouse.rows("select * from cf_kpi.slice")}
    cells = measuring.latest("csat")
    columns: dict[tuple[date, str, str], int] = {}
    atoms: dict[tuple[str, date | None, str], list[int]] = defaultdict(list)
    days = sorted({start for grain, start, _ in cells if grain == "day" and start})
    segments = sorted({row["segment"] for row in names.values() if row["segment"]})
    regions = sorted({row["region"] for row in names.values() if row["region"]})
    for day in days:
        for segment in segments:
            for region in regions:
                columns[day, segment, region] = len(columns)
    for cell, row in cells.items():
        first, last = row["period_start"] or days[0], row["period_end"] or days[-1]
        kind = names[cell[2]]
        for (day, segment, region), column in columns.items():
            if (
                first <= day <= last
                and kind["segment"] in (None, segment)
                and kind["region"] in (None, region)
            ):
                atoms[cell].append(column)
    published = [cell for cell, row in cells.items() if not row["is_suppressed"]]
    hidden = [cell for cell, row in cells.items() if row["is_suppressed"]]
    table = np.zeros((len(published), len(columns)))
    for number, cell in enumerate(published):
        table[number, atoms[cell]] = 1
    basis = row_space(table)
    truth = true_counts(measuring, names)
    solved = [cell for cell in hidden if 0 < truth.get(cell, 0) < LEAST and is_in(basis, atoms[cell])]
    assert solved == []
    assert any(0 < truth.get(cell, 0) < LEAST for cell in hidden)
    assert any(is_in(basis, atoms[cell]) for cell in published), "the attack can succeed at all"


def row_space(table: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the rows."""
    _, sizes, rows = np.linalg.svd(table, full_matrices=False)
    return np.asarray(rows[sizes > 1e-9 * sizes[0]])


def is_in(basis: np.ndarray, columns: list[int]) -> bool:
    """Whether the sum of these columns is a combination of the rows."""
    wanted = np.zeros(basis.shape[1])
    wanted[columns] = 1
    return bool(np.abs(wanted - basis.T @ (basis @ wanted)).max() < 1e-8)


def true_counts(measuring: MeasuringRun, names: dict[str, Any]) -> dict[tuple[str, date | None, str], int]:
    """n of every cell, from a run that withholds nothing."""
    measuring.programme["measuring"]["privacy_min"] = 1
    measuring(hours=1, run_id="open")
    assert names
    return {cell: row["n"] for cell, row in measuring.latest("csat").items()}


def test_a_group_is_shown_when_it_has_grown_and_hidden_again_when_it_has_shrunk(
    measuring: MeasuringRun,
) -> None:
    measuring.programme["measuring"]["privacy_min"] = LEAST
    measuring.write(answers(4, region="North"))
    measuring.write(answers(30, start=100, region="South"))
    measuring()
    cell = ("all", None, "region=North")
    assert measuring.latest("csat")[cell]["is_suppressed"]
    measuring.write(answers(3, start=50, region="North"))
    measuring(hours=1)
    assert (measuring.latest("csat")[cell]["n"], measuring.latest("csat")[cell]["revision"]) == (7, 2)
    measuring.execute(
        "delete from cf_core.fct_answer where region = 'North' and response_id in ('r1', 'r2', 'r50')"
    )
    measuring(hours=2)
    row = measuring.latest("csat")[cell]
    assert (row["is_suppressed"], row["n"], row["revision"]) == (True, None, 3)


def test_another_threshold_is_applied_to_all_that_is_published(measuring: MeasuringRun) -> None:
    facts = random_facts(24, size=100)
    measuring.write(facts)
    measuring.programme["measuring"]["privacy_min"] = 1
    assert measuring()["suppressed"] == 0
    measuring.programme["measuring"]["privacy_min"] = LEAST
    hidden = measuring(hours=1)["suppressed"]
    assert hidden > 0
    for kpi in ("nps", "csat", "csat_mean"):
        assert all(row["is_suppressed"] or not 0 < row["n"] < LEAST for row in measuring.latest(kpi).values())
    assert not any(row["is_suppressed"] for row in measuring.latest("on_time_delivery").values()), (
        "orders are no people"
    )
    assert measuring(hours=2)["values"] == 0


def test_nothing_beside_the_values_tells_of_a_withheld_one(measuring: MeasuringRun) -> None:
    """No change, contribution, control point or verdict of it, also when there was one before it was withheld."""
    measuring.write(random_facts(25, size=150))
    measuring()
    assert all(measuring.snapshot().values())
    measuring.programme["measuring"]["privacy_min"] = 12
    measuring(hours=1)
    hidden = {cell for cell, row in measuring.latest("csat").items() if row["is_suppressed"]}
    months = {cell for cell in hidden if cell[0] == "month"}
    assert months
    changes = measuring.warehouse.rows("select * from cf_kpi.kpi_change where kpi = 'csat'")
    assert changes
    for row in changes:
        assert (row["grain"], row["period_start"], row["slice"]) not in hidden
        assert (row["grain"], row["basis_start"], row["slice"]) not in hidden
    points = measuring.warehouse.rows("select * from cf_kpi.control_point where kpi = 'csat'")
    of_hidden = [row for row in points if ("month", row["period_start"], row["slice"]) in hidden]
    assert of_hidden
    assert {row["value"] for row in of_hidden} == {None}
    lines = {(grain, start, name.partition("=")[0]) for grain, start, name in hidden}
    parts = measuring.warehouse.rows("select * from cf_kpi.kpi_contribution where kpi = 'csat'")
    assert not {(row["grain"], row["period_start"], row["dimension"]) for row in parts} & lines
    verdicts = measuring.warehouse.rows("select * from cf_kpi.kpi_verdict where kpi = 'csat'")
    assert not {(row["grain"], row["period_start"], row["slice"]) for row in verdicts} & hidden
