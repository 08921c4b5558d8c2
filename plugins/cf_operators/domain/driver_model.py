"""Which answers may drive the overall score: the attributes that are asked beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cf_operators.domain.survey import Question

OVERALL = ("nps", "csat")
"""Constructs that sum up everything; all others that the survey measures are attributes."""

MOST_RESPONDENTS = 5_000
"""More of a year are not read: the intervals are narrow by then."""


@dataclass(frozen=True, slots=True)
class DriverModel:
    """An overall score, and the attributes that a survey asks beside it."""

    overall: Question
    attributes: tuple[Question, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions, the overall one first."""
        return (self.overall, *self.attributes)

    def key(self) -> list[str]:
        """What the model asks, as one text per question: another survey, another key."""
        return [f"{each.construct} {each.scale_min}..{each.scale_max}" for each in self.questions]

    def touched(self, changes: Iterable[tuple[str, date]]) -> list[date]:
        """The years, by their first day, in which an answer to one of the questions has changed.

        :param changes: construct and first day of the year of changed answers.
        """
        asked = {each.construct for each in self.questions}
        return sorted({year for construct, year in changes if construct in asked})


def driver_models(surveys: Sequence[Collection[Question]]) -> list[DriverModel]:
    """A model for each overall score that one of these surveys asks beside attributes; the first such survey counts.

    :param surveys: the measured questions of each survey.
    """
    found = []
    for construct in OVERALL:
        for questions in surveys:
            overall = [each for each in questions if each.construct == construct]
            attributes = tuple(each for each in questions if each.construct not in OVERALL)
            if overall and attributes:
                found.append(DriverModel(overall[0], attributes))
                break
    return found
