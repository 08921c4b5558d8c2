"""What the entry of a KPI says, in words for its readers."""

from __future__ import annotations

from cf_operators.domain.kpi import Kpi, Target
from cf_operators.domain.kpi_header import KpiHeader
from cf_operators.domain.measuring import Measuring


def formula(kpi: Kpi) -> str:
    """How the value follows from what is counted."""
    if kpi.family == "nps":
        return "100 × numerator / denominator"
    if kpi.family == "rate":
        return f"{kpi.per or 1:,} × numerator / denominator"
    if kpi.family == "duration" and kpi.within_hours is not None:
        return (
            f"1 − the Kaplan-Meier curve at {kpi.within_hours:g} hours, which is numerator / denominator as soon as no "
            f"case is open that has lasted less"
        )
    if kpi.family == "duration":
        return (
            f"the earliest time by which {100 * kpi.quantile:g}% of the cases have ended by the Kaplan-Meier curve, in "
            f"{kpi.unit}"
        )
    return "numerator / denominator"


def numerator(kpi: Kpi, header: KpiHeader) -> str:
    """Who is counted above the line."""
    text = header.numerator.format_map(kpi.entry())
    return text if kpi.within_hours is None else f"within {kpi.within_hours:g} hours: {text}"


def answers(kpi: Kpi) -> str | None:
    """Which answers are counted; None where none are."""
    if kpi.construct is None or kpi.scale is None:
        return None
    lowest, highest = kpi.scale
    return f"to questions of the construct `{kpi.construct}` on the scale of {lowest} to {highest}"


def settling(kpi: Kpi) -> str | None:
    """From when on a case is counted; None where it is at once."""
    if not kpi.lag_days:
        return None
    of = "of orders and deliveries" if kpi.feed == "orders" else "of all data"
    days = "1 day" if kpi.lag_days == 1 else f"{kpi.lag_days} days"
    return f"{days} after the day of the case, counted to the newest event {of}"


def privacy(kpi: Kpi, measuring: Measuring) -> str:
    """Which values are withheld."""
    if not kpi.is_private:
        return "nothing is withheld"
    return (
        f"values on fewer than {measuring.privacy_min} answers are withheld, and others from which they could be "
        "computed"
    )


def weights(kpi: Kpi, measuring: Measuring) -> str:
    """How cases are weighted in the weighted columns."""
    if kpi.construct is None:
        return "none: every case counts as one"
    margins = " and ".join(measuring.weights.by)
    restored = f" and raked to those asked by {margins}" if margins else ""
    return (
        f"answers by their chance to be asked{restored}, trimmed at {measuring.weights.trim:g} times the mean; "
        "`value` is unweighted, `weighted_value` weighted"
    )


def wanted(kpi: Kpi, target: Target | None) -> str:
    """What the value shall be, and when a verdict is given."""
    if target is None:
        return "none"
    value = f"{100 * target.value:g}%" if kpi.unit == "share" else f"{target.value:g} {kpi.unit}"
    bound = "at least" if target.is_minimum else "at most"
    slices = ", ".join("the whole" if where == "all" else f"each {where}" for where in target.watch)
    months = "1 settled month" if target.months == 1 else f"{target.months} settled months in a row"
    return (
        f"{bound} {value}, judged on {target.min_n} cases or more; a task opens when {months} miss it "
        f"({slices})"
    )
