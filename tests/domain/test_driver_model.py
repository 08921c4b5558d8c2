"""Which attributes stand beside which overall score."""

from __future__ import annotations

from datetime import date

from cf_operators.domain.driver_model import driver_models
from cf_operators.domain.survey import Question

NPS = Question("q1", "nps", 0, 10)
CSAT = Question("q2", "csat", 1, 5)
DELIVERY = Question("q3", "delivery", 1, 5)
SERVICE = Question("q4", "service", 1, 7)


def test_overall_scores_are_no_attributes_of_each_other() -> None:
    models = driver_models([(NPS, CSAT, DELIVERY, SERVICE)])
    assert [(model.overall, model.attributes) for model in models] == [
        (NPS, (DELIVERY, SERVICE)),
        (CSAT, (DELIVERY, SERVICE)),
    ]


def test_first_survey_that_asks_attributes_beside_it_counts() -> None:
    models = driver_models([(CSAT, NPS), (NPS, SERVICE), (NPS, DELIVERY)])
    assert [(model.overall, model.attributes) for model in models] == [(NPS, (SERVICE,))]


def test_without_attributes_there_is_no_model() -> None:
    assert driver_models([]) == []
    assert driver_models([(NPS, CSAT), (DELIVERY,)]) == []


def test_key_says_what_is_asked_on_which_scale() -> None:
    (model,) = driver_models([(NPS, DELIVERY, SERVICE)])
    assert model.key() == ["nps 0..10", "delivery 1..5", "service 1..7"]


def test_only_years_of_its_own_questions_are_touched() -> None:
    (model,) = driver_models([(NPS, DELIVERY)])
    changes = [
        ("delivery", date(2024, 1, 1)),
        ("ces", date(2023, 1, 1)),
        ("nps", date(2024, 1, 1)),
        ("nps", date(2022, 1, 1)),
    ]
    assert model.touched(changes) == [date(2022, 1, 1), date(2024, 1, 1)]
