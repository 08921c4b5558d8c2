"""The margin of error against published tables, and at its ends."""

from __future__ import annotations

import pytest

from cf_operators.stats.margin import margin_of_error

# R. V. Krejcie and D. W. Morgan, Determining Sample Size for Research Activities, 1970, table 1: the sample that a
# population needs for a margin of 5 points at 95%.
KREJCIE_MORGAN = ((100, 80), (500, 217), (1_000, 278), (5_000, 357), (10_000, 370), (100_000, 384))


@pytest.mark.parametrize(("population", "answers"), KREJCIE_MORGAN)
def test_published(population: int, answers: int) -> None:
    # The table gives whole people: one of 80 is worth 0.0008.
    assert margin_of_error(answers, population) == pytest.approx(0.05, abs=0.0008)


def test_of_a_large_population_it_is_the_textbook_formula() -> None:
    assert margin_of_error(1067, 80_000_000) == pytest.approx(0.03, abs=0.0001)
    assert margin_of_error(1067, 80_000_000, share=0.1) == pytest.approx(0.018, abs=0.0001)


def test_nobody_and_everybody() -> None:
    assert margin_of_error(0, 0) is None
    assert margin_of_error(0, 10) is None
    assert margin_of_error(1, 1) == 0
    assert margin_of_error(10, 10) == 0


def test_more_answers_than_people_are_refused() -> None:
    with pytest.raises(ValueError, match="11 answers of 10 people"):
        margin_of_error(11, 10)
