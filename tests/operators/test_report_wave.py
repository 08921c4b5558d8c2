"""The report on a wave in words, from numbers in a real warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.operators.report_wave import ReportWaveOperator
from tests.conftest import Warehouse
from tests.people import People

RunContext = Callable[..., dict[str, Any]]
Report = Callable[..., dict[str, str]]

END = datetime(2026, 12, 13, 23, tzinfo=UTC)
"""Midnight in Berlin, after 13 December."""


@pytest.fixture
def people(warehouse: Warehouse) -> Iterator[People]:
    with People(warehouse) as made:
        made.execute("insert into cf_ledger.survey values ('annual', 'v', '{}', '2026-10-01Z')")
        yield made


@pytest.fixture
def report(run_context: RunContext, warehouse: Warehouse) -> Report:
    """Reports: ``report(now, campaign_id="annual")``, or ``report(now, wave_id="annual/2026")``."""

    def execute(now: datetime, campaign_id: str | None = None, wave_id: str | None = None) -> dict[str, str]:
        operator = ReportWaveOperator(task_id="report", campaign_id=campaign_id)
        return operator.execute(run_context(now=now, params={"wave_id": wave_id}))  # type: ignore[arg-type]

    return execute


def wave(people: People, wave_id: str = "annual/2026", frame: tuple[int, int] | None = None) -> None:
    """A wave that ends at END; ``frame`` are the people that a sample was drawn from, and how many it is."""
    campaign, key = wave_id.split("/")
    people.execute(
        "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
        "answer_until, opened_at, opened_by_run, frame_count, sample_count, inclusion_probability) "
        "values (%s, %s, %s, 'annual', 'v', %s, %s, '2026-10-01 08:00Z', 'test', %s, %s, %s)",
        [wave_id, campaign, key, END, END, *(frame or (None, None)), frame[1] / frame[0] if frame else 1],
    )


def asks(people: People, count: int, state: str, language: str = "en", reason: str | None = None) -> None:
    """So many first asks of annual/2026."""
    sent_at = END - timedelta(days=20) if state in {"expired", "responded", "accepted"} else None
    for _ in range(count):
        people.execute(
            "insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language, "
            "message_id, state, state_reason, send_not_before, accepted_at, planned_at) values (%s, 'annual/2026', "
            "'annual', %s, '2026', %s, %s, %s, %s, %s, %s, %s)",
            [uuid4(), uuid4(), language, str(uuid4()), state, reason, END, sent_at, END],
        )


def exclude(people: People, count: int, reason: str) -> None:
    for _ in range(count):
        people.execute(
            "insert into cf_ledger.exclusion (wave_id, contact_key, reason, recorded_at) "
            "values ('annual/2026', %s, %s, %s)",
            [uuid4(), reason, END],
        )


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def test_report_says_what_became_of_everybody(people: People, report: Report) -> None:
    wave(people, frame=(400, 100))
    asks(people, 18, "responded", "en")
    asks(people, 2, "responded", "de")
    asks(people, 30, "expired", "de")
    asks(people, 3, "bounced")
    asks(people, 1, "cancelled", reason="open_complaint")
    exclude(people, 300, "sampled_out")
    exclude(people, 46, "no_consent")

    text = report(END + timedelta(days=2), wave_id="annual/2026")["annual/2026"]

    said = lines(text)
    assert said[0] == "# Wave annual/2026"
    assert (
        said[1] == "Opened on 1 October 2026. Answers were taken until 13 December 2026, that day included."
    )
    # 20 of 50: Wilson 27.6% to 53.8%. Margin: 1.96 * sqrt(0.25 / 20 * 380 / 399) = 21.4 points.
    assert "**20 of 50 people asked have answered: 40.0% (95% interval 27.6% to 53.8%).**" in said
    assert "known to within 21.4 percentage points" in text
    assert "100 of 400 people who could be asked were drawn by lot, each with a chance of 25.0%." in said
    for line in (
        "| **Audience** | **400** |",
        "| left out: not drawn | 300 |",
        "| left out: no consent | 46 |",
        "| **Planned to be asked** | **54** |",
        "| answered | 20 | 37.0% |",
        "| asked, not answered in time | 30 | 55.6% |",
        "| came back | 3 | 5.6% |",
        "| not asked after all: a complaint is open | 1 | 1.9% |",
        "| de | 32 | 2 | 6.2% | 1.7% to 20.1% |",
        "| en | 18 | 18 | 100.0% | 82.4% to 100.0% |",
        "Nobody was reminded.",
    ):
        assert line in said, line
    assert said.index("| left out: not drawn | 300 |") < said.index("| left out: no consent | 46 |")


def test_ended_wave_is_reported_once_and_the_text_is_kept(people: People, report: Report) -> None:
    wave(people)
    asks(people, 2, "expired")
    assert report(END, campaign_id="annual") == {}, "the last answers may not be collected yet"
    assert report(END + timedelta(days=1), campaign_id="post_purchase") == {}
    found = report(END + timedelta(days=1), campaign_id="annual")
    assert list(found) == ["annual/2026"]
    assert report(END + timedelta(days=2), campaign_id="annual") == {}
    [kept] = people.warehouse.rows("select * from cf_kpi.wave_report_text")
    assert (kept["wave"], kept["campaign"], kept["body"]) == ("annual/2026", "annual", found["annual/2026"])
    assert kept["reported_at"] == END + timedelta(days=1)


def test_report_on_demand_shows_a_wave_that_goes_on_and_keeps_nothing(people: People, report: Report) -> None:
    wave(people)
    asks(people, 1, "planned")
    text = report(END - timedelta(days=30), wave_id=" annual/2026 ")["annual/2026"]
    assert "Answers are taken until 13 December 2026" in text
    assert "**0 of 0 people asked have answered.**" in text
    assert "| waiting to be sent | 1 | 100.0% |" in text
    assert "percentage points" not in text
    assert "No sample was drawn" in text
    assert people.warehouse.rows("select * from cf_kpi.wave_report_text") == []


def test_answers_to_a_wave_without_a_sample_stand_for_the_whole_audience(
    people: People, report: Report
) -> None:
    wave(people, frame=(40, 40))
    asks(people, 30, "responded")
    exclude(people, 70, "no_consent")
    # 1.96 * sqrt(0.25 / 30 * 70 / 99) = 15.0 points.
    assert "15.0 percentage points" in report(END, wave_id="annual/2026")["annual/2026"]


def test_wave_without_anybody_has_a_report(people: People, report: Report) -> None:
    wave(people)
    text = report(END, wave_id="annual/2026")["annual/2026"]
    assert "| **Audience** | **0** |" in text
    assert "By language" not in text


def test_unknown_wave_is_named_with_those_there_are(people: People, report: Report) -> None:
    with pytest.raises(ConfigurationError, match=r'no wave "annual/2025"; the newest are: none yet'):
        report(END, wave_id="annual/2025")
    wave(people)
    with pytest.raises(ConfigurationError, match=r'no wave ""; the newest are: annual/2026'):
        report(END)


def test_markup_in_the_name_of_a_wave_is_text(people: People, report: Report) -> None:
    wave(people, "my_campaign/<b>*now*")
    text = report(END, wave_id="my_campaign/<b>*now*")["my_campaign/<b>*now*"]
    assert lines(text)[0] == r"# Wave my\_campaign/\<b\>\*now\*"


def test_every_reason_has_words() -> None:
    from cf_operators.domain.invitation import Exclusion
    from cf_operators.hooks.text_template import TEMPLATES

    template = (TEMPLATES / "report" / "wave.md.j2").read_text()
    assert [reason for reason in Exclusion if f'"{reason}": ' not in template] == []
