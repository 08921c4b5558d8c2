"""How values moved: against the period before and a year ago, and which slices moved the total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from cf_operators.domain.comparison import BASES, Basis, compared_with
from cf_operators.domain.slice import ALL
from cf_operators.operators.kpi_values import asked

if TYPE_CHECKING:
    import pandas as pd

    from cf_operators.domain.calendar import Period
    from cf_operators.domain.definition import Definition
    from cf_operators.operators.withholding import Hidden

CONTRIBUTION_GRAINS = ("month", "quarter")
CONTRIBUTION_FAMILIES = ("nps", "proportion", "mean", "rate")
"""Families whose total is a weighted mean of its slices; a median is not."""

CHANGE = (
    "grain",
    "period_start",
    "slice",
    "basis",
    "basis_start",
    "change",
    "low",
    "high",
    "p_value",
    "q_value",
)
CONTRIBUTION = (
    "grain", "slice", "period_start", "dimension", "share", "share_before", "mix_effect", "within_effect",
    "total_effect",
)  # fmt: skip


def needed(periods: Iterable[Period]) -> list[Period]:
    """The periods whose sums are needed to compare ``periods``: they themselves, and what they are compared with."""
    wanted = set(periods)
    wanted |= {compared_with(period, basis) for period in wanted for basis in BASES}
    return sorted(wanted, key=lambda each: (each.grain, each.start or date.min))


def changes(
    definition: Definition, frames: Iterable[pd.DataFrame], periods: Sequence[Period], hidden: Hidden
) -> pd.DataFrame:
    """The rows of ``cf_kpi.kpi_change`` for these periods; q-values are adjusted within dimension, period and basis.

    Where the value itself or what it is compared with does not exist or is withheld, there is no change.

    :param frames: sufficient statistics of at least :func:`needed` periods, each slice in one frame.
    """
    import pandas as pd

    from cf_operators.stats.multiple import benjamini_hochberg

    rows = pd.concat(
        [pd.DataFrame(columns=[*CHANGE, "dimensions"]), *_changes(definition, frames, periods, hidden)],
        ignore_index=True,
    )
    if rows.empty:
        return rows[list(CHANGE)]
    groups = rows[["grain", "period_start", "dimensions", "basis"]].apply(tuple, axis=1)
    rows["q_value"] = benjamini_hochberg(rows["p_value"].to_numpy(dtype="float64"), groups.to_numpy())
    return rows[list(CHANGE)]


def _changes(
    definition: Definition, frames: Iterable[pd.DataFrame], periods: Sequence[Period], hidden: Hidden
) -> Iterator[pd.DataFrame]:
    from cf_operators.stats.change import change

    for sums in frames:
        shown = _shown(sums, hidden)
        for basis in BASES:
            pairs = _paired(shown, periods, basis)
            if pairs.empty:
                continue
            now = pairs[[name for name in pairs.columns if not name.endswith("_before")]]
            before = pairs[[name for name in pairs.columns if name.endswith("_before")]].rename(
                columns=lambda name: name.removesuffix("_before")
            )
            found = change(definition.kpi.family, now, before, **asked(definition))
            yield pairs[["grain", "period_start", "slice", "basis", "basis_start", "dimensions"]].assign(
                change=found["change"],
                low=found["change_low"],
                high=found["change_high"],
                p_value=found["p_value"],
            )


def contributions(
    definition: Definition, frames: Iterable[pd.DataFrame], periods: Sequence[Period], hidden: Hidden
) -> pd.DataFrame:
    """The rows of ``cf_kpi.kpi_contribution``: mix and within effect of each slice of each dimension.

    A dimension with a withheld slice is left out for that period: what is left of the total would show it.

    :param frames: as of :func:`changes`.
    """
    import pandas as pd

    from cf_operators.stats import contribution as stats
    from cf_operators.stats.estimate import estimate

    empty = pd.DataFrame(columns=list(CONTRIBUTION))
    wanted = [period for period in periods if period.grain in CONTRIBUTION_GRAINS]
    if definition.kpi.family not in CONTRIBUTION_FAMILIES or not wanted:
        return empty
    sums = pd.concat(list(frames) or [pd.DataFrame(columns=["grain", "dimensions"])], ignore_index=True)
    is_single = ~sums["dimensions"].str.contains(",") & (sums["dimensions"] != ALL)
    sums = sums[is_single & sums["grain"].isin(CONTRIBUTION_GRAINS)]
    if sums.empty:
        return empty
    counted = estimate(definition.kpi.family, sums, **asked(definition))[["numerator", "denominator"]]
    keys = ["grain", "period_start", "dimensions", "slice"]
    parts = sums[keys].assign(numerator=counted["numerator"], denominator=counted["denominator"])
    starts = pd.DataFrame(
        [(each.grain, each.start, compared_with(each, "previous").start) for each in wanted],
        columns=["grain", "period_start", "basis_start"],
    )
    now = parts.merge(starts, on=["grain", "period_start"])
    before = parts.rename(columns={"period_start": "basis_start"}).merge(starts, on=["grain", "basis_start"])
    both = now.merge(before, on=[*keys, "basis_start"], how="outer", suffixes=("", "_before"))
    both = both[_is_compared(both, hidden)].fillna(
        dict.fromkeys(("numerator", "denominator", "numerator_before", "denominator_before"), 0.0)
    )
    if both.empty:
        return empty
    found = stats.contributions(
        both["numerator_before"].to_numpy(),
        both["denominator_before"].to_numpy(),
        both["numerator"].to_numpy(),
        both["denominator"].to_numpy(),
        both.groupby(keys[:3], sort=False).ngroup().to_numpy(),
        100.0 if definition.kpi.family == "nps" else definition.per,
    )
    return pd.DataFrame(
        {
            "grain": both["grain"].array,
            "slice": both["slice"].array,
            "period_start": both["period_start"].array,
            "dimension": both["dimensions"].array,
            "share": found["weight_after"],
            "share_before": found["weight_before"],
            "mix_effect": found["mix"],
            "within_effect": found["within"],
            "total_effect": found["contribution"],
        }
    )


def _is_compared(both: pd.DataFrame, hidden: Hidden) -> list[bool]:
    """Whether both periods of the dimension have cases, and none of its slices is withheld in either."""
    hidden_lines = {(grain, start, name.partition("=")[0]) for grain, start, name in hidden}
    lines = list(zip(both["grain"], both["period_start"], both["dimensions"], strict=True))
    bases = list(zip(both["grain"], both["basis_start"], both["dimensions"], strict=True))
    is_now, is_before = both["denominator"].notna(), both["denominator_before"].notna()
    with_now = {line for line, here in zip(lines, is_now, strict=True) if here}
    with_before = {line for line, here in zip(lines, is_before, strict=True) if here}
    whole = with_now & with_before
    return [
        line in whole and line not in hidden_lines and basis not in hidden_lines
        for line, basis in zip(lines, bases, strict=True)
    ]


def _shown(sums: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    if not hidden:
        return sums
    keys = zip(sums["grain"], sums["period_start"], sums["slice"], strict=True)
    return sums[[key not in hidden for key in keys]]


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
