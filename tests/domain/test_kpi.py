"""KPIs and targets: what belongs to which family, which bounds a KPI can reach, and its entry as it is kept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cf_operators.domain.declared import Declared
from cf_operators.domain.kpi import Kpi, Target

CSAT: dict[str, Any] = {
    "id": "csat",
    "title": "Customer satisfaction",
    "question": "Who is satisfied?",
    "sql": "kpi/csat.sql",
    "family": "proportion",
    "unit": "share",
    "direction": "up",
    "construct": "csat",
    "scale": [1, 5],
    "top_from": 4,
}
NPS = {key: CSAT[key] for key in ("title", "question", "sql", "direction")} | {
    "id": "nps",
    "family": "nps",
    "unit": "points",
    "construct": "nps",
    "scale": [0, 10],
}
CSAT_MEAN = {key: value for key, value in CSAT.items() if key != "top_from"} | {
    "id": "csat_mean",
    "family": "mean",
    "unit": "points",
}
WAITING = {key: CSAT[key] for key in ("title", "question", "sql")} | {
    "id": "waiting",
    "family": "duration",
    "unit": "hours",
    "direction": "down",
}
COMPLAINTS = {key: CSAT[key] for key in ("title", "question", "sql")} | {
    "id": "complaint_rate",
    "family": "rate",
    "unit": "per 1,000 orders",
    "direction": "down",
    "per": 1000,
}


def kpi(base: dict[str, Any], **changes: Any) -> Kpi:
    """A KPI with some keys changed; a key changed to ``...`` is left out."""
    return Kpi.model_validate({key: value for key, value in (base | changes).items() if value is not ...})


def test_the_keys_of_a_kpi() -> None:
    csat = kpi(CSAT)
    assert (csat.construct, csat.scale, csat.top_from, csat.per) == ("csat", (1, 5), 4, None)
    assert kpi(COMPLAINTS).construct is None


@pytest.mark.parametrize(
    ("base", "changes"),
    [
        (CSAT, {"top_from": 2}),
        (CSAT, {"top_from": 5}),
        (CSAT, {"construct": ..., "scale": ..., "top_from": ...}),
        (CSAT, {"scale": [1, 7], "top_from": 6}),
        (CSAT, {"family": "duration", "unit": "hours", "construct": ..., "scale": ..., "top_from": ...}),
        (COMPLAINTS, {"per": 1}),
        (CSAT_MEAN, {}),
        (WAITING, {"quantile": 0.9}),
        (WAITING, {"unit": "share", "within_hours": 48, "direction": "up"}),
        (CSAT, {"slices": ["region", ["segment", "channel"]]}),
    ],
)
def test_what_fits_together(base: dict[str, Any], changes: dict[str, Any]) -> None:
    assert kpi(base, **changes)


@pytest.mark.parametrize(
    ("base", "changes", "message"),
    [
        (CSAT, {"top_from": 1}, "is no part of the scale [1, 5]; allowed: 2 to 5"),
        (CSAT, {"top_from": 6}, "is no part of the scale"),
        (CSAT, {"top_from": ...}, "is missing; name the lowest score"),
        (CSAT, {"scale": ...}, "is missing; a construct needs it"),
        (CSAT, {"construct": ...}, "belongs to a construct"),
        (CSAT, {"scale": [5, 1]}, "is not a scale"),
        (CSAT, {"scale": [3, 3]}, "is not a scale"),
        (CSAT, {"unit": "points"}, "is not a unit of the family proportion; allowed: share"),
        (CSAT, {"per": 100}, "belongs to the family rate"),
        (CSAT_MEAN, {"top_from": 4}, "belongs to the family proportion"),
        (CSAT_MEAN, {"construct": ..., "scale": ...}, "is missing; the family mean counts the answers"),
        (CSAT_MEAN, {"unit": "share"}, "is not a unit of the family mean; allowed: points"),
        (CSAT, {"quantile": 0.9}, "belongs to the family duration"),
        (WAITING, {"quantile": 1.0}, "less than 1"),
        (WAITING, {"unit": "share", "within_hours": 48, "quantile": 0.9}, "with the unit hours or days"),
        (WAITING, {"unit": "share"}, "is missing; name the hours"),
        (WAITING, {"within_hours": 48}, "with the unit share; leave it out"),
        (NPS, {"scale": [1, 10]}, "not the scale of the Net Promoter Score"),
        (NPS, {"construct": ..., "scale": ...}, "is missing; the family nps"),
        (NPS, {"top_from": 9}, "belongs to the family proportion"),
        (COMPLAINTS, {"per": ...}, "is missing; a rate is given per"),
        (COMPLAINTS, {"per": 0}, "greater than or equal to 1"),
    ],
)
def test_what_does_not_fit_together(base: dict[str, Any], changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        kpi(base, **changes)
    assert message in str(refused.value)
    assert refused.value.error_count() == 1


def test_the_kept_entry_does_not_depend_on_where_the_programme_is_installed() -> None:
    here, there = (kpi(CSAT, sql=str(folder / "kpi" / "csat.sql")) for folder in (Path("/a"), Path("/b/c")))
    assert here.entry() == there.entry() == CSAT | {"sql": "csat.sql"}


def target(**changes: Any) -> Target:
    """A target on one of the three KPIs above, with the references of a whole programme."""
    entry = {"min_n": 30, "owner": "quality", "due_days": 60, "watch": ["all"], "months": 2} | changes
    kpis = {str(raw["id"]): raw for raw in (CSAT, NPS, COMPLAINTS)}
    ids = {
        "kpis": Counter(list(kpis)),
        "owners": Counter(["quality"]),
        "targets": Counter([str(entry["kpi"])]),
    }
    return Target.model_validate(entry, context=Declared(ids, kpis))


@pytest.mark.parametrize(
    ("kpi_id", "bound", "value"),
    [
        ("csat", "at_least", 0.0),
        ("csat", "at_least", 1.0),
        ("csat", "at_least", 1),
        ("nps", "at_least", -100),
        ("nps", "at_least", 100),
        ("complaint_rate", "at_most", 0),
        ("complaint_rate", "at_most", 5000),
    ],
)
def test_bounds_that_the_kpi_can_reach(kpi_id: str, bound: str, value: float) -> None:
    wanted = target(kpi=kpi_id, **{bound: value})
    assert wanted.value == value
    assert wanted.is_minimum is (bound == "at_least")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kpi": "csat", "at_least": 1.01}, "is no value that csat can have (share); allowed: 0 to 1"),
        ({"kpi": "csat", "at_least": -0.01}, "allowed: 0 to 1"),
        ({"kpi": "csat", "at_least": 70}, "allowed: 0 to 1"),
        ({"kpi": "nps", "at_least": 101}, "allowed: -100 to 100"),
        ({"kpi": "nps", "at_least": -101}, "allowed: -100 to 100"),
        ({"kpi": "complaint_rate", "at_most": -1}, "allowed: 0 or more"),
        ({"kpi": "nps", "at_most": 20}, "the direction of nps is up; write at_least"),
        ({"kpi": "complaint_rate", "at_least": 20}, "the direction of complaint_rate is down; write at_most"),
        ({"kpi": "nps"}, "is missing, and so is at_least"),
        ({"kpi": "nps", "at_least": float("nan")}, "finite number"),
        ({"kpi": "nps", "at_least": True}, "valid number"),
        ({"kpi": "nsp", "at_least": 20}, "is not a KPI; kpis are: complaint_rate, csat, nps"),
        ({"kpi": "nps", "at_least": 20, "owner": "nobody"}, "is not an owner; owners are: quality"),
        ({"kpi": "nps", "at_least": 20, "watch": []}, "at least 1 item"),
        ({"kpi": "nps", "at_least": 20, "watch": ["all", "country"]}, "'segment', 'product' or 'region'"),
        ({"kpi": "nps", "at_least": 20, "months": 0}, "greater than or equal to 1"),
    ],
)
def test_a_wrong_target_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        target(**changes)
    assert message in str(refused.value)
    assert refused.value.error_count() == 1


def test_two_bounds_are_one_too_many() -> None:
    with pytest.raises(ValidationError, match="stands beside at_least"):
        Target.model_validate(
            {
                "kpi": "x",
                "at_least": 1,
                "at_most": 2,
                "min_n": 1,
                "owner": "q",
                "due_days": 1,
                "watch": ["all"],
                "months": 1,
            }
        )


def test_answers_are_private_unless_said_otherwise() -> None:
    assert kpi(CSAT).is_private
    assert not kpi(COMPLAINTS).is_private
    assert kpi(COMPLAINTS, privacy=True).is_private
    assert not kpi(CSAT, privacy=False).is_private
