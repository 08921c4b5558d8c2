"""How values moved: against the period before and a year ago, and which slices moved the total."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cf_operators.domain.comparison import BASES, Basis, compared_with
from cf_operators.domain.slice import ALL
from cf_operators.operators.kpi_values import asked

if TYPE_CHECKING:
    import pandas as pd

    from cf_operators.domain.calendar import Period
    from cf_operators.domain.definition import Definition

CONTRIBUTION_GRAINS = ("month", "quarter")
CONTRIBUTION_FAMILIES = ("nps", "proportion", "mean", "rate")
"""Families whose total is a weighted mean of its slices; a median is not."""

Cells = Collection[tuple[str, date | None, str]]
"""Grain, first day and slice of the withheld cells."""


def needed(periods: Iterable[Period]) -> list[Period]:
    """The periods whose sums are needed to compare ``periods``: they themselves, and what they are compared with."""
    wanted = set(periods)
    wanted |= {compared_with(period, basis) for period in wanted for basis in BASES}
    return sorted(wanted, key=lambda each: (each.grain, each.start or date.min))


def changes(
    definition: Definition, sums: pd.DataFrame, periods: Sequence[Period], hidden: Cells
) -> pd.DataFrame:
    """The rows of ``cf_kpi.kpi_change`` for these periods; q-values are adjusted within dimension, period and basis.

    Where the value itself or what it is compared with does not exist or is withheld, there is no change.

    :param sums: sufficient statistics of at least :func:`needed` periods.
    """
    import pandas as pd

    from cf_operators.stats.change import change
    from cf_operators.stats.multiple import benjamini_hochberg

    shown = _shown(sums, hidden)
    parts = [_paired(shown, periods, basis) for basis in BASES]
    pairs = pd.concat([part for part in parts if not part.empty] or [parts[0]], ignore_index=True)
    if pairs.empty:
        return pairs[["grain", "period_start", "slice", "basis", "basis_start"]]
    now = pairs[[name for name in pairs.columns if not name.endswith("_before")]]
    before = pairs[[name for name in pairs.columns if name.endswith("_before")]].rename(
        columns=lambda name: name.removesuffix("_before")
    )
    found = change(
        definition.kpi.family,
        now,
        before,
        **asked(definition),
    )
    rows = pairs[["grain", "period_start", "slice", "basis", "basis_start"]].assign(
        change=found["change"], low=found["change_low"], high=found["change_high"], p_value=found["p_value"]
    )
    groups = pairs[["grain", "period_start", "dimensions", "basis"]].apply(tuple, axis=1)
    rows["q_value"] = benjamini_hochberg(rows["p_value"].to_numpy(), groups.to_numpy())
    return rows


def contributions(
    definition: Definition, sums: pd.DataFrame, periods: Sequence[Period], hidden: Cells
) -> pd.DataFrame:
    """The rows of ``cf_kpi.kpi_contribution``: mix and within effect of each slice of each dimension.

    A dimension with a withheld slice is left out for that period: what is left of the total would show it.
    """
    import pandas as pd

    from cf_operators.stats.contribution import contribution
    from cf_operators.stats.estimate import estimate

    if definition.kpi.family not in CONTRIBUTION_FAMILIES:
        return pd.DataFrame()
    wanted = [period for period in periods if period.grain in CONTRIBUTION_GRAINS]
    parts = sums.join(
        estimate(definition.kpi.family, sums, **asked(definition))[["numerator", "denominator"]], rsuffix="_"
    )
    hidden_lines = {
        (grain, start, name.partition("=")[0]) for grain, start, name in hidden if "&" not in name
    }
    per = 100.0 if definition.kpi.family == "nps" else definition.per
    found = []
    for period in wanted:
        two = [compared_with(period, "previous"), period]
        frames = [_of(parts, each) for each in two]
        if any(frame.empty for frame in frames):
            continue
        for dimension in sorted(set(frames[1]["dimensions"]) - {ALL}):
            if "," in dimension or any((each.grain, each.start, dimension) in hidden_lines for each in two):
                continue
            before, after = (frame[frame["dimensions"] == dimension].set_index("slice") for frame in frames)
            rows = contribution(before, after, per).rename_axis("slice").reset_index()
            found.append(rows.assign(grain=period.grain, period_start=period.start, dimension=dimension))
    if not found:
        return pd.DataFrame()
    named = {
        "weight_after": "share",
        "weight_before": "share_before",
        "mix": "mix_effect",
        "within": "within_effect",
        "contribution": "total_effect",
    }
    columns = ["grain", "slice", "period_start", "dimension", *named.values()]
    return pd.concat(found, ignore_index=True).rename(columns=named)[columns]


def _shown(sums: pd.DataFrame, hidden: Cells) -> pd.DataFrame:
    if not hidden:
        return sums
    cells = set(hidden)
    keys = zip(sums["grain"], sums["period_start"], sums["slice"], strict=True)
    return sums[[key not in cells for key in keys]]


def _of(sums: pd.DataFrame, period: Period) -> pd.DataFrame:
    return sums[(sums["grain"] == period.grain) & (sums["period_start"] == period.start)]


def _paired(sums: pd.DataFrame, periods: Sequence[Period], basis: Basis) -> pd.DataFrame:
    """Each row of the periods beside the row of the same slice that it is compared with."""
    import pandas as pd

    starts = pd.DataFrame(
        [(each.grain, each.start, compared_with(each, basis).start) for each in periods],
        columns=["grain", "period_start", "basis_start"],
    )
    now = sums.merge(starts, on=["grain", "period_start"])
    before = sums.drop(columns=["period_end", "dimensions"]).rename(columns={"period_start": "basis_start"})
    keys = ["grain", "basis_start", "slice"]
    return now.merge(before, on=keys, suffixes=("", "_before")).assign(basis=basis)
