"""Who could not be asked when an ad hoc wave was triggered is asked later, while the wave is fresh."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError, DataError
from cf_operators.operators.plan_deferred import PlanDeferredOperator
from tests.people import NOW, People

Plan = Callable[..., dict[str, Any]]
Deferred = Callable[..., dict[str, Any]]

WAVE = "ad_hoc/prices-20260316T080000Z"
LAST_MOMENT = datetime(2026, 3, 30, 22, tzinfo=UTC)
"""The wave is fresh for 14 days, to the midnight of Berlin."""


@pytest.fixture
def deferred(run_context: Callable[..., dict[str, Any]]) -> Deferred:
    """Plans the open waves again, ``days`` after they were triggered."""

    def execute(days: float = 1, now: datetime | None = None, campaign_id: str = "ad_hoc") -> dict[str, Any]:
        operator = PlanDeferredOperator(task_id="plan", campaign_id=campaign_id)
        context = run_context(dag_id="cf_plan_deferred", now=now or NOW + timedelta(days=days))
        return operator.execute(context)  # type: ignore[arg-type]

    return execute


def ask_all(plan: Plan, people: People, days_ago: int) -> None:
    """Everybody there is was asked so many days ago, by a wave that keeps no request."""
    plan("ad_hoc", now=NOW - timedelta(days=days_ago), title="Packaging")
    people.execute(
        "update cf_ledger.invitation set state = 'accepted', claimed_at = send_not_before, "
        "accepted_at = send_not_before"
    )
    people.execute("update cf_ledger.wave set request = null")


def asked_in_wave(people: People) -> list[dict[str, Any]]:
    return people.warehouse.rows(
        "select * from cf_ledger.invitation where wave_id = %s order by invitation_id", (WAVE,)
    )


def close_complaints(people: People) -> None:
    people.execute("update cf_core.fct_complaint set closed_at = %s where closed_at is null", (NOW,))


def test_who_was_asked_recently_is_asked_when_the_quiet_period_is_over(
    people: People, plan: Plan, deferred: Deferred
) -> None:
    contact = people.contact()
    ask_all(plan, people, days_ago=25)
    assert plan("ad_hoc", title="Prices")["excluded"] == {"asked_recently": 1}
    # 30 quiet days end 5 days after the trigger.
    assert deferred(days=4)["waves"][WAVE]["excluded"] == {"asked_recently": 1}
    assert asked_in_wave(people) == []
    summary = deferred(days=5)
    assert (summary["planned"], list(summary["waves"])) == (1, [WAVE])
    [row] = asked_in_wave(people)
    assert (row["contact_key"], row["state"], row["occasion"]) == (contact, "planned", "Prices")
    # Due since the trigger, as the others of the wave; planned now.
    assert (row["send_not_before"], row["planned_at"]) == (NOW, NOW + timedelta(days=5))
    assert people.exclusions() == {}


def test_who_is_kept_for_another_campaign_is_asked_when_that_does_not_ask_them(
    people: People, plan: Plan, deferred: Deferred
) -> None:
    contact = people.contact()
    people.order(contact, days_ago=None, status="open", ordered_days_ago=40)
    plan("annual", start_on=NOW.date().isoformat())
    assert plan("ad_hoc", title="Prices")["excluded"] == {"reserved": 1}
    assert deferred()["planned"] == 0
    people.execute("update cf_ledger.wave set is_stopped = true where campaign_id = 'annual'")
    assert deferred()["planned"] == 1


def test_who_reached_a_limit_is_asked_when_it_has_moved_on(
    people: People, plan: Plan, deferred: Deferred, programme: Callable[..., None]
) -> None:
    programme(asking={"quiet_days": 0, "consent": "opt_out", "caps": [{"within_days": 30, "most": 1}]})
    people.contact()
    ask_all(plan, people, days_ago=25)
    assert plan("ad_hoc", title="Prices")["excluded"] == {"over_limit": 1}
    assert deferred(days=4)["planned"] == 0
    assert deferred(days=5)["planned"] == 1


@pytest.mark.parametrize(
    ("now", "planned", "waves"), [(LAST_MOMENT - timedelta(seconds=1), 1, [WAVE]), (LAST_MOMENT, 0, [])]
)
def test_nobody_is_asked_after_the_last_moment_of_the_wave(
    people: People, plan: Plan, deferred: Deferred, now: datetime, planned: int, waves: list[str]
) -> None:
    people.complaint(people.contact())
    plan("ad_hoc", title="Prices")
    close_complaints(people)
    summary = deferred(now=now)
    assert (summary["planned"], list(summary["waves"])) == (planned, waves)
    assert len(asked_in_wave(people)) == planned


def test_a_stopped_wave_is_left_alone_until_it_goes_on(
    people: People, plan: Plan, deferred: Deferred
) -> None:
    people.complaint(people.contact())
    plan("ad_hoc", title="Prices")
    close_complaints(people)
    people.execute("update cf_ledger.wave set is_stopped = true")
    assert deferred() == {"campaign": "ad_hoc", "planned": 0, "waves": {}}
    people.execute("update cf_ledger.wave set is_stopped = false")
    assert deferred()["planned"] == 1


def test_the_most_recipients_are_never_exceeded(people: People, plan: Plan, deferred: Deferred) -> None:
    """Three of at most five can be asked at first; of four who come later, two find a place."""
    for number in range(7):
        contact = people.contact()
        if number >= 3:
            people.complaint(contact)
    first = plan("ad_hoc", title="Prices", max_recipients=5)
    assert (first["planned"], first["excluded"]) == (3, {"open_complaint": 4})
    close_complaints(people)
    later = deferred()["waves"][WAVE]
    assert (later["planned"], later["already_planned"], later["excluded"]) == (2, 3, {"sampled_out": 2})
    assert deferred(days=2)["planned"] == 0
    assert len(asked_in_wave(people)) == 5


def test_the_limit_of_the_lots_stays_that_of_the_trigger(
    people: People, plan: Plan, deferred: Deferred
) -> None:
    """The places are taken by then: who is askable later is not asked in addition, whatever lot they have."""
    for number in range(60):
        contact = people.contact()
        if number >= 30:
            people.complaint(contact)
    plan("ad_hoc", title="Prices", max_recipients=10)
    before = people.warehouse.rows("select * from cf_ledger.wave")
    close_complaints(people)
    later = deferred()["waves"][WAVE]
    assert (later["planned"], later["already_planned"], later["excluded"]) == (0, 10, {"sampled_out": 50})
    assert people.warehouse.rows("select * from cf_ledger.wave") == before


def test_a_second_run_changes_nothing(people: People, plan: Plan, deferred: Deferred) -> None:
    people.contact()
    people.contact(None)
    people.complaint(people.contact())
    plan("ad_hoc", title="Prices")
    close_complaints(people)
    assert deferred()["planned"] == 1
    tables = ("invitation", "exclusion", "wave", "survey")
    before = [people.warehouse.rows(f"select * from cf_ledger.{table} order by 1, 2") for table in tables]
    for days in (1, 2):
        again = deferred(days=days)["waves"][WAVE]
        assert (again["planned"], again["already_planned"]) == (0, 2)
        assert again["excluded"] == {"no_address": 1}
    after = [people.warehouse.rows(f"select * from cf_ledger.{table} order by 1, 2") for table in tables]
    assert after == before


def test_the_wave_keeps_the_choices_and_the_survey_of_its_request(
    people: People, plan: Plan, deferred: Deferred, programme: Callable[..., None]
) -> None:
    chosen = people.contact(segment="office")
    for contact in (chosen, people.contact(segment="home")):
        people.complaint(contact)
    plan("ad_hoc", title="Prices", segments=["office"], survey="annual", note="new list")
    before = people.warehouse.rows("select * from cf_ledger.wave")
    assert [wave["survey_id"] for wave in before] == ["annual"]
    close_complaints(people)
    programme(campaigns={"ad_hoc": {"survey": "post_purchase", "fresh_days": 3}})
    assert deferred(days=10)["planned"] == 1
    assert [row["contact_key"] for row in asked_in_wave(people)] == [chosen]
    assert people.warehouse.rows("select * from cf_ledger.wave") == before
    assert [row["survey_id"] for row in people.warehouse.rows("select * from cf_ledger.survey")] == ["annual"]


def test_two_open_waves_ask_one_person_once(people: People, plan: Plan, deferred: Deferred) -> None:
    people.complaint(people.contact())
    plan("ad_hoc", title="Prices")
    plan("ad_hoc", now=NOW + timedelta(hours=1), title="Packaging")
    close_complaints(people)
    summary = deferred()
    assert [counts["planned"] for counts in summary["waves"].values()] == [1, 0]
    assert len(asked_in_wave(people)) == 1  # the wave that was triggered first


def test_a_wave_keeps_its_request_and_other_waves_have_none(people: People, plan: Plan) -> None:
    people.order(people.contact())
    plan()
    plan("ad_hoc", title="Prices", max_recipients=5)
    requests = {
        row["campaign_id"]: row["request"]
        for row in people.warehouse.rows("select campaign_id, request from cf_ledger.wave")
    }
    assert requests["post_purchase"] is None
    assert requests["ad_hoc"]["triggered_at"] == "2026-03-16T08:00:00Z"
    assert requests["ad_hoc"]["request"].items() >= {"title": "Prices", "max_recipients": 5}.items()


def test_a_request_that_cannot_be_read_is_named_without_what_it_says(
    people: People, plan: Plan, deferred: Deferred
) -> None:
    people.contact()
    plan("ad_hoc", title="Prices")
    people.execute("update cf_ledger.wave set request = jsonb_set(request, '{request,colour}', '\"secret\"')")
    with pytest.raises(DataError, match=rf"wave {WAVE}: .*request\.colour") as caught:
        deferred()
    assert "secret" not in str(caught.value)


def test_a_campaign_with_a_plan_every_day_is_refused(deferred: Deferred) -> None:
    with pytest.raises(ConfigurationError, match="of the kind post_purchase"):
        deferred(campaign_id="post_purchase")
