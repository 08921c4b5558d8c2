"""The control charts of a KPI: its settled months, for the whole and each slice of one dimension."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from cf_operators.domain.slice import ALL
from cf_operators.operators.kpi_values import asked

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cf_operators.domain.definition import Definition
    from cf_operators.domain.kpi import Target
    from cf_operators.domain.measuring import Control
    from cf_operators.operators.withholding import Hidden

COLUMNS = (
    "slice", "period_start", "chart", "value", "centre", "lower_limit", "upper_limit", "phase", "signals", "direction",
    "assurance",
)  # fmt: skip


def control_points(
    definition: Definition,
    frames: Iterable[pd.DataFrame],
    control: Control,
    target: Target | None,
    hidden: Hidden,
) -> pd.DataFrame:
    """The rows of ``cf_kpi.control_point``.

    A withheld month is a gap in its chart. Pairs of dimensions have no charts: a month holds too little of each.

    :param frames: sufficient statistics of all settled months of the slices, each slice in one frame.
    """
    import pandas as pd

    from cf_operators.stats.control_limits import chart_kind
    from cf_operators.stats.estimate import estimate

    kind = chart_kind(definition.kpi.family)
    found = [pd.DataFrame(columns=list(COLUMNS))]
    for sums in frames:
        single = sums[~sums["dimensions"].str.contains(",")].sort_values(["slice", "period_start"])
        if single.empty:
            continue
        months = single[["slice", "period_start"]].join(
            estimate(definition.kpi.family, single, **asked(definition))
        )
        keys = zip(months["period_start"], months["slice"], strict=True)
        is_hidden = [("month", start, name) in hidden for start, name in keys]
        months.loc[is_hidden, ["value", "numerator", "denominator"]] = float("nan")
        found.append(_charts(definition, kind, months, control, target))
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def _charts(
    definition: Definition, kind: str, months: pd.DataFrame, control: Control, target: Target | None
) -> pd.DataFrame:
    """The charts of the slices, one below the other.

    :param months: in the order of slice and month.
    """
    from cf_operators.stats.control_chart import control_charts
    from cf_operators.stats.control_rules import signals

    kpi, slices = definition.kpi, months["slice"].to_numpy()
    points = months.set_index("period_start")[["value"]]
    if kind != "xmr":
        points = months.set_index("period_start")[["numerator", "denominator"]].fillna(0.0)
        points.columns = ["count", "size"]
    charts = control_charts(
        kind,
        points,
        slices,
        causes={
            name: [cause.on for cause in control.causes if cause.kpi == kpi.id and cause.slice in (name, ALL)]
            for name in set(slices)
        },
        baseline=control.baseline,
        per=definition.per if kind == "u" else 1.0,
        possible={"nps": (-100.0, 100.0), "mean": kpi.scale}.get(kpi.family),
    )
    said = signals(charts, control.rules, slices)
    better = 1 if kpi.direction == "up" else -1
    found = charts.reset_index(drop=True)
    found["slice"], found["period_start"] = slices, points.index
    found["lower_limit"], found["upper_limit"] = found["lower"], found["upper"]
    found["phase"] += 1
    found["signals"] = [
        "{" + ",".join(rule for rule, way in zip(said.columns, ways, strict=True) if way) + "}"
        for ways in said.to_numpy().tolist()
    ]
    found["direction"] = [
        None if not way else "better" if way > 0 else "worse"
        for way in (said.sum(axis=1).to_numpy() * better).tolist()
    ]
    found["assurance"] = _assurances(charts, slices, target, kpi.direction)
    return found


def _assurances(
    charts: pd.DataFrame, slices: NDArray[Any], target: Target | None, direction: Literal["up", "down"]
) -> list[str | None]:
    """What the target means for the process of each slice, by its newest limits."""
    from cf_operators.stats.target_assurance import assurance_of

    if target is None:
        return [None] * len(slices)
    rows = zip(
        slices, charts["phase"].tolist(), charts["lower"].tolist(), charts["upper"].tolist(), strict=True
    )
    newest: dict[str, tuple[int, str | None]] = {}
    for name, phase, lower, upper in rows:
        is_known = lower == lower and upper == upper
        if is_known:
            newest[name] = phase, assurance_of(lower, upper, target.value, direction).replace(" ", "_")
        elif newest.get(name, (phase,))[0] < phase or name not in newest:
            newest[name] = phase, None
    return [newest[name][1] for name in slices]
