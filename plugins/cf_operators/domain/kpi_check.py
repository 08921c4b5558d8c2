"""Checks of one key of a KPI or target against the keys before it.

They also run when the key is absent, so that what is missing is found. A key that is wrong itself is not in
``info.data``: one mistake is not reported as two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationInfo

from cf_operators.domain.declared import raw_kpi

UNITS = {
    "nps": ("points",),
    "proportion": ("share",),
    "mean": ("points",),
    "duration": ("hours", "days", "share"),
}
"""Units that each family can have; a rate names its own."""

RANGES = {"nps": (-100.0, 100.0), "proportion": (0.0, 1.0)}
"""Smallest and greatest value of a family; any other value is at least 0."""


def fitting_unit(unit: str, info: ValidationInfo) -> str:
    """The unit is one that values of the family have."""
    family = info.data.get("family")
    allowed = UNITS.get(str(family))
    if allowed and unit not in allowed:
        raise ValueError(f"is not a unit of the family {family}; allowed: {', '.join(allowed)}")
    return unit


def fitting_construct(construct: str | None, info: ValidationInfo) -> str | None:
    """A Net Promoter Score and a mean count answers, so they name which."""
    family = info.data.get("family")
    if construct is None and family in ("nps", "mean"):
        raise ValueError(f"is missing; the family {family} counts the answers of a construct, such as nps")
    return construct


def fitting_scale(scale: tuple[int, int] | None, info: ValidationInfo) -> tuple[int, int] | None:
    """The scale stands beside a construct, ascends, and is 0 to 10 for a Net Promoter Score."""
    if "construct_name" in info.data:
        construct = info.data["construct_name"]
        if construct is not None and scale is None:
            raise ValueError("is missing; a construct needs it, write [lowest, highest]")
        if construct is None and scale is not None:
            raise ValueError("belongs to a construct; name it, or leave this out")
    if scale and scale[0] >= scale[1]:
        raise ValueError("is not a scale; write [lowest, highest]")
    if scale and info.data.get("family") == "nps" and scale != (0, 10):
        raise ValueError("is not the scale of the Net Promoter Score; write [0, 10]")
    return scale


def fitting_top(score: int | None, info: ValidationInfo) -> int | None:
    """A share of satisfied answers names its lowest satisfied score, within the scale; nothing else does."""
    if "scale" not in info.data or "family" not in info.data:
        return score
    scale = info.data["scale"] if info.data["family"] == "proportion" else None
    if scale is None and score is not None:
        raise ValueError("belongs to the family proportion with a construct and a scale; leave it out")
    if scale and score is None:
        raise ValueError("is missing; name the lowest score that counts as satisfied")
    if scale and score is not None and not scale[0] < score <= scale[1]:
        raise ValueError(f"is no part of the scale {list(scale)}; allowed: {scale[0] + 1} to {scale[1]}")
    return score


def fitting_per(per: int | None, info: ValidationInfo) -> int | None:
    """A rate says per how many; nothing else does."""
    family = info.data.get("family")
    if family == "rate" and per is None:
        raise ValueError("is missing; a rate is given per this many, such as 1000")
    if family not in ("rate", None) and per is not None:
        raise ValueError("belongs to the family rate; leave it out")
    return per


def fitting_quantile(quantile: float, info: ValidationInfo) -> float:
    """Only a duration in time has a quantile."""
    if info.data.get("family") not in ("duration", None) or info.data.get("unit") == "share":
        raise ValueError("belongs to the family duration with the unit hours or days; leave it out")
    return quantile


def fitting_hours(hours: float | None, info: ValidationInfo) -> float | None:
    """A duration in the unit share says within how many hours; nothing else does."""
    if "family" not in info.data or "unit" not in info.data:
        return hours
    is_share = info.data["family"] == "duration" and info.data["unit"] == "share"
    if is_share and hours is None:
        raise ValueError("is missing; name the hours within which a case shall end")
    if not is_share and hours is not None:
        raise ValueError("belongs to the family duration with the unit share; leave it out")
    return hours


def _range(kpi: Mapping[str, Any]) -> tuple[float, float]:
    """Smallest and greatest value that a KPI can have."""
    match kpi:
        case {"family": "mean", "scale": [int(low), int(high)]}:
            return float(low), float(high)
        case {"family": "duration", "unit": "share"}:
            return RANGES["proportion"]
    return RANGES.get(str(kpi.get("family")), (0.0, math.inf))


def reachable(value: float | None, info: ValidationInfo) -> float | None:
    """The bound is a value that the KPI can have, on the side where the KPI gets worse."""
    if value is None:
        return None
    kpi = raw_kpi(info, info.data.get("kpi"))
    low, high = _range(kpi)
    if kpi and not low <= value <= high:
        allowed = f"{low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
        raise ValueError(f"is no value that {kpi['id']} can have ({kpi.get('unit')}); allowed: {allowed}")
    wanted = {"up": "at_least", "down": "at_most"}.get(str(kpi.get("direction")), info.field_name)
    if info.field_name != wanted:
        raise ValueError(
            f"is on the wrong side: the direction of {kpi['id']} is {kpi['direction']}; write {wanted}"
        )
    return value


def only_bound(at_most: float | None, info: ValidationInfo) -> float | None:
    """A target has exactly one of at_least and at_most."""
    if "at_least" in info.data and (info.data["at_least"] is None) == (at_most is None):
        if at_most is None:
            raise ValueError("is missing, and so is at_least; give one of them")
        raise ValueError("stands beside at_least; give one of them")
    return at_most
