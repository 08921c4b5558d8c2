"""The control charts of a KPI: its settled months, for the whole and each slice of one dimension."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cf_operators.domain.slice import ALL
from cf_operators.operators.kpi_values import asked

if TYPE_CHECKING:
    import pandas as pd

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
    charts = [pd.DataFrame(columns=list(COLUMNS))]
    for sums in frames:
        single = sums[~sums["dimensions"].str.contains(",")]
        found = single[["slice", "period_start"]].join(
            estimate(definition.kpi.family, single, **asked(definition))
        )
        is_hidden = [
            ("month", start, name) in hidden
            for start, name in zip(found["period_start"], found["slice"], strict=True)
        ]
        found.loc[is_hidden, ["value", "numerator", "denominator"]] = float("nan")
        charts += [
            _chart(
                definition, kind, str(name), months.set_index("period_start").sort_index(), control, target
            )
            for name, months in found.groupby("slice", sort=True)
        ]
    return pd.concat([chart[list(COLUMNS)] for chart in charts], ignore_index=True)


def _chart(
    definition: Definition,
    kind: str,
    name: str,
    months: pd.DataFrame,
    control: Control,
    target: Target | None,
) -> pd.DataFrame:
    import pandas as pd

    from cf_operators.stats.control_chart import control_chart
    from cf_operators.stats.control_rules import signals
    from cf_operators.stats.target_assurance import target_assurance

    kpi = definition.kpi
    points = months[["value"]]
    if kind != "xmr":
        points = months[["numerator", "denominator"]].fillna(0.0)
        points.columns = ["count", "size"]
    causes = [cause.on for cause in control.causes if cause.kpi == kpi.id and cause.slice in (name, ALL)]
    chart = control_chart(
        kind,
        points,
        causes=causes,
        baseline=control.baseline,
        per=definition.per if kind == "u" else 1.0,
        possible={"nps": (-100.0, 100.0), "mean": kpi.scale}.get(kpi.family),
    )
    said = signals(chart, control.rules)
    assurance = target_assurance(chart, target.value, kpi.direction) if target else None
    better = 1 if kpi.direction == "up" else -1
    total = said.sum(axis=1) * better
    direction = pd.Series(
        [None if not way else "better" if way > 0 else "worse" for way in total], index=chart.index
    )
    return chart.assign(
        slice=name,
        period_start=chart.index,
        lower_limit=chart["lower"],
        upper_limit=chart["upper"],
        phase=chart["phase"] + 1,
        signals=[
            "{" + ",".join(rule for rule in said.columns if row[rule]) + "}"
            for row in said.to_dict("records")
        ],
        direction=direction,
        assurance=assurance.replace(" ", "_") if assurance else None,
    )
