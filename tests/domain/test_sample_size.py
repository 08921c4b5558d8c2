"""Sample sizes against published numbers, and what holds for all of them."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cf_operators.domain.sample_size import answers_needed, people_to_ask

MANY = 10**9


@pytest.mark.parametrize(
    ("population", "published"), [(10, 10), (100, 80), (500, 217), (1_000, 278), (5_000, 357), (75_000, 382)]
)
def test_the_table_of_krejcie_and_morgan(population: int, published: int) -> None:
    """Educational and Psychological Measurement 30, 1970: 5 points, 95%. They round to the nearest, we round up."""
    assert answers_needed(population, 0.05) - published in (0, 1)


@pytest.mark.parametrize(
    ("population", "margin", "confidence", "answers"),
    [
        (1_000, 0.05, 0.95, 278),
        (MANY, 0.05, 0.95, 385),
        (MANY, 0.03, 0.95, 1_068),
        (MANY, 0.01, 0.95, 9_604),
        (MANY, 0.05, 0.99, 664),
        (MANY, 0.05, 0.90, 271),
    ],
)
def test_numbers_that_every_book_gives(
    population: int, margin: float, confidence: float, answers: int
) -> None:
    assert answers_needed(population, margin, confidence) == answers


@pytest.mark.parametrize(
    ("population", "response_rate", "people"),
    [
        (1_000, 1.0, 278),
        (1_000, 0.4, 695),
        (1_000, 0.2, 1_000),  # 1,390 would be needed
        (MANY, 0.2, 1_925),
        (MANY, 0.1, 3_850),
        (1, 0.2, 1),
        (0, 0.2, 0),
    ],
)
def test_people_to_ask_for_these_answers(population: int, response_rate: float, people: int) -> None:
    assert people_to_ask(population, 0.05, 0.95, response_rate) == people


@given(
    population=st.integers(1, 10**6),
    margin=st.floats(0.005, 0.5),
    confidence=st.floats(0.5, 0.999),
)
def test_these_answers_keep_the_margin_and_one_less_does_not(
    population: int, margin: float, confidence: float
) -> None:
    z = NormalDist().inv_cdf((1 + confidence) / 2)

    def margin_of(answers: int) -> float:
        correction = (population - answers) / (population - 1) if population > 1 else 0.0
        return float(z * (0.25 / answers * correction) ** 0.5)

    answers = answers_needed(population, margin, confidence)
    assert 1 <= answers <= population
    assert margin_of(answers) <= margin * (1 + 1e-6)
    if answers > 1:
        assert margin_of(answers - 1) > margin * (1 - 1e-6)
