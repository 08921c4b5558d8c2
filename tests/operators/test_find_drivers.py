"""Drivers on a real warehouse: the planted one is found, and a year is computed again only when an answer changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
import statsmodels.api as sm

from cf_operators.operators.find_drivers import FindDriversOperator
from tests.conftest import Warehouse

NOW = datetime(2025, 4, 20, 6, tzinfo=UTC)
Find = Callable[..., dict[str, int]]

ATTRIBUTES = ("product_quality", "ordering", "delivery", "service", "value")
SCALES = {"nps": (0, 10)} | dict.fromkeys(("csat", *ATTRIBUTES), (1, 5))


@pytest.fixture
def find(warehouse: Warehouse, run_context: Callable[..., dict[str, Any]]) -> Find:
    """Runs the operator once: ``find(now=...)``."""

    def run(now: datetime = NOW) -> dict[str, int]:
        return FindDriversOperator(task_id="find_drivers").execute(run_context(now=now))  # type: ignore[arg-type]

    return run


def respondents(year: int, count: int, seed: int) -> pd.DataFrame:
    """Scores by construct: all go along with one mood, and the recommendation above all with the delivery."""
    random = np.random.default_rng(seed)
    mood = random.standard_normal(count)
    liked = {name: mood * 0.5 + random.standard_normal(count) for name in ATTRIBUTES}
    overall = 1.6 * liked["delivery"] + 0.5 * liked["service"] + random.standard_normal(count)
    scores = {name: np.clip(np.round(3 + value), 1, 5) for name, value in liked.items()}
    scores["delivery"] = np.clip(scores["delivery"] - (random.random(count) < 0.6), 1, 5)
    scores["nps"] = np.clip(np.round(6 + 1.5 * overall), 0, 10)
    scores["csat"] = np.clip(np.round(3.5 + 0.6 * overall), 1, 5)
    frame = pd.DataFrame(scores).astype(int)
    frame["response_id"] = [f"{year}-{seed}-{place:05}" for place in range(count)]
    frame["submitted_on"] = [
        date(year, 1, 1) + timedelta(days=int(day)) for day in random.integers(0, 365, count)
    ]
    return frame


def write(warehouse: Warehouse, people: pd.DataFrame, *, is_complete: bool = True) -> None:
    """Put the answers of respondents into the facts."""
    with warehouse.connect() as connection:
        for person in people.to_dict("records"):
            write_person(connection, person, is_complete)


def write_person(connection: psycopg.Connection[Any], person: dict[Any, Any], is_complete: bool) -> None:
    at = datetime.combine(person["submitted_on"], datetime.min.time(), UTC) + timedelta(hours=12)
    columns = {row["column_name"]: row for row in connection.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'cf_core' and "
        "table_name = 'fct_response' and is_nullable = 'NO' and column_default is null"
    )}  # fmt: skip
    known = {
        "source": "form", "response_id": person["response_id"], "submitted_at": at,
        "submitted_on": person["submitted_on"], "is_complete": is_complete, "campaign_id": "annual", "segment": "home",
        "product": "Kitchen", "region": "North", "channel": "web", "language": "en",
    }  # fmt: skip
    response = known | dict.fromkeys(columns.keys() - known.keys(), "unknown")
    insert(connection, "fct_response", response)
    for construct, (low, high) in SCALES.items():
        if (score := person.get(construct)) is None or pd.isna(score):
            continue
        answer = {name: value for name, value in known.items() if name != "campaign_id"} | {
            "campaign": "annual", "question": construct, "construct": construct, "score": score, "scale_min": low,
            "scale_max": high, "is_first": True,
        }  # fmt: skip
        insert(connection, "fct_answer", answer)


def insert(connection: psycopg.Connection[Any], table: str, row: dict[str, Any]) -> None:
    names = ", ".join(row)
    connection.execute(
        f"insert into cf_core.{table} ({names}) values ({', '.join(f'%({name})s' for name in row)})".encode(),
        row,
    )


def drivers(warehouse: Warehouse, overall: str = "nps", year: int = 2024) -> pd.DataFrame:
    rows = warehouse.rows(
        "select xmin::text as written_by, * from cf_kpi.kpi_driver where overall = %s and period_start = %s "
        "order by attribute",
        (overall, date(year, 1, 1)),
    )
    return pd.DataFrame(rows).set_index("attribute") if rows else pd.DataFrame()


def lmg(people: pd.DataFrame, overall: str) -> dict[str, float]:
    """Importance by its definition: what statsmodels' R squared gains by an attribute, averaged over all orders."""
    explained = {
        chosen: sm.OLS(people[overall], sm.add_constant(people[list(chosen)])).fit().rsquared
        if chosen
        else 0.0
        for size in range(len(ATTRIBUTES) + 1)
        for chosen in combinations(ATTRIBUTES, size)
    }
    p = len(ATTRIBUTES)
    return {
        attribute: sum(
            (
                explained[tuple(name for name in ATTRIBUTES if name in {*before, attribute})]
                - explained[before]
            )
            / (p * comb(p - 1, len(before)))
            for before in explained
            if attribute not in before
        )
        for attribute in ATTRIBUTES
    }


@pytest.mark.parametrize("overall", ["nps", "csat"])
def test_drivers_equal_an_independent_computation_and_the_planted_one_comes_first(
    warehouse: Warehouse, find: Find, overall: str
) -> None:
    people = respondents(2024, 400, seed=1)
    write(warehouse, people)
    write(warehouse, respondents(2024, 40, seed=2).drop(columns="value"))  # not all attributes
    write(warehouse, respondents(2024, 40, seed=3), is_complete=False)
    assert find() == {"years": 2, "rows_written": 10, "rows_deleted": 0}
    found = drivers(warehouse, overall)
    assert set(found.index) == set(ATTRIBUTES)
    assert set(found["n"]) == {400}
    assert set(found["period_end"]) == {date(2024, 12, 31)}
    expected = lmg(people, overall)
    for attribute, row in found.iterrows():
        name = str(attribute)
        assert row["correlation"] == pytest.approx(np.corrcoef(people[overall], people[name])[0, 1])
        reach = 1.959964 / np.sqrt(397)
        assert row["correlation_low"] == pytest.approx(
            np.tanh(np.arctanh(row["correlation"]) - reach), abs=1e-6
        )
        assert row["correlation_high"] == pytest.approx(
            np.tanh(np.arctanh(row["correlation"]) + reach), abs=1e-6
        )
        assert row["importance"] == pytest.approx(expected[name], abs=1e-9)
        assert row["importance_low"] <= row["importance"] <= row["importance_high"]
        assert row["performance"] == pytest.approx((people[name].mean() - 1) / 4)
    assert found["importance"].astype(float).idxmax() == "delivery"
    assert found.loc["delivery", "quadrant"] == "improve_first"


def test_a_second_run_writes_nothing_and_computes_nothing(warehouse: Warehouse, find: Find) -> None:
    write(warehouse, respondents(2024, 60, seed=4))
    assert find()["rows_written"] == 10
    before = drivers(warehouse)
    assert find(NOW + timedelta(days=1)) == {"years": 0, "rows_written": 0, "rows_deleted": 0}
    assert drivers(warehouse).equals(before)


def test_a_late_answer_touches_its_year_only(warehouse: Warehouse, find: Find) -> None:
    for year in (2023, 2024):
        write(warehouse, respondents(year, 60, seed=year))
    find()
    before, other = drivers(warehouse, year=2024), drivers(warehouse, year=2023)
    write(warehouse, respondents(2024, 1, seed=5))
    assert find(NOW + timedelta(days=1)) == {"years": 2, "rows_written": 10, "rows_deleted": 0}
    assert drivers(warehouse, year=2023).equals(other)
    now = drivers(warehouse, year=2024)
    assert set(now["n"]) == {61}
    assert not set(now["written_by"]) & set(before["written_by"])


def test_a_corrected_score_counts_and_one_corrected_back_changes_nothing(
    warehouse: Warehouse, find: Find
) -> None:
    write(warehouse, respondents(2024, 60, seed=6))
    find()
    change = (
        "update cf_core.fct_answer set score = 6 - score where question = 'service' "
        "and response_id like '%%-00007'"
    )
    with warehouse.connect() as connection:
        connection.execute(change)
    find()
    corrected = drivers(warehouse)
    with warehouse.connect() as connection:
        connection.execute(change)
    with warehouse.connect() as connection:
        connection.execute(change)
    assert find(NOW + timedelta(days=1)) == {"years": 2, "rows_written": 0, "rows_deleted": 0}
    assert drivers(warehouse).equals(corrected)


def test_fewer_than_thirty_respondents_are_not_shown(warehouse: Warehouse, find: Find) -> None:
    write(warehouse, respondents(2024, 29, seed=7))
    assert find() == {"years": 2, "rows_written": 0, "rows_deleted": 0}
    write(warehouse, respondents(2024, 1, seed=8))
    assert find()["rows_written"] == 10
    with warehouse.connect() as connection:
        connection.execute("delete from cf_core.fct_response where response_id = '2024-8-00000'")
    assert find() == {"years": 2, "rows_written": 0, "rows_deleted": 10}
    assert drivers(warehouse).empty


def test_answers_of_another_survey_compute_nothing(warehouse: Warehouse, find: Find) -> None:
    write(warehouse, respondents(2024, 40, seed=9))
    find()
    with warehouse.connect() as connection:
        connection.execute(
            "insert into cf_core.fct_answer select source, response_id, 'other', 'complaint_speed', score, scale_min, "
            "scale_max, campaign, channel, language, segment, product, region, is_complete, is_first, submitted_at, "
            "submitted_on from cf_core.fct_answer where construct = 'service'"
        )
    assert find()["years"] == 0


def test_at_most_so_many_respondents_are_read_and_always_the_same(
    warehouse: Warehouse, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cf_operators.hooks.driver_store.MOST_RESPONDENTS", 50)
    write(warehouse, respondents(2024, 80, seed=10))
    find()
    before = drivers(warehouse)
    assert set(before["n"]) == {50}
    with warehouse.connect() as connection:
        connection.execute("update cf_core.fct_answer set weight_milli = 900")
    assert find()["rows_written"] == 0
    assert drivers(warehouse).equals(before)


def test_a_survey_that_asks_something_else_computes_all_years_again(
    warehouse: Warehouse, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cf_operators import survey_files

    for year in (2023, 2024):
        write(warehouse, respondents(year, 40, seed=year))
    find()
    asked = survey_files.measured_questions
    monkeypatch.setattr(
        survey_files,
        "measured_questions",
        lambda path: [each for each in asked(path) if each.construct != "value"],
    )
    summary = find()
    assert (summary["years"], summary["rows_deleted"]) == (4, 4)
    assert set(drivers(warehouse, year=2023).index) == set(ATTRIBUTES) - {"value"}
    monkeypatch.setattr(survey_files, "measured_questions", lambda path: ())
    assert find() == {"years": 0, "rows_written": 0, "rows_deleted": 16}


def test_a_run_that_fails_leaves_what_is_to_do(
    warehouse: Warehouse, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(warehouse, respondents(2024, 40, seed=11))
    with monkeypatch.context() as broken:
        broken.setattr(
            "cf_operators.hooks.driver_store.DriverStore.write",
            lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")),
        )
        with pytest.raises(RuntimeError, match="power cut"):
            find()
    assert find()["rows_written"] == 10


def test_answers_committed_while_drivers_are_computed_wait_for_the_next_run(
    warehouse: Warehouse, find: Find
) -> None:
    write(warehouse, respondents(2024, 40, seed=12))
    (late,) = respondents(2024, 1, seed=13).to_dict("records")
    with warehouse.connect() as writer:
        write_person(writer, late, True)
        assert find()["rows_written"] == 10  # the writer has not committed yet
        assert set(drivers(warehouse)["n"]) == {40}
    assert find()["rows_written"] == 10
    assert set(drivers(warehouse)["n"]) == {41}
