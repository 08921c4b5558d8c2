"""A published number with all that it is made of, as the KPI dictionary shows it and as it can be read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cf_operators.domain.kpi import Kpi

_NUMBER = r"−?[\d,]+(?:\.\d+)?"
_LINE = re.compile(
    rf"(?P<period>[^:]+): (?:(?P<per>{_NUMBER}) × )?(?P<numerator>{_NUMBER}) (?:/|of) (?P<denominator>{_NUMBER})"
    rf"(?: =| ended(?: within {_NUMBER} hours)?, by the curve) (?P<value>{_NUMBER})[^;]*; "
    rf"95% interval (?P<low>{_NUMBER}|unbounded) to (?P<high>{_NUMBER}|unbounded); n (?P<n>{_NUMBER});"
)
_NUMBERS = ("per", "numerator", "denominator", "value", "low", "high", "n")


@dataclass(frozen=True)
class WorkedExample:
    """A value of the whole, and the numbers beside it in ``cf_kpi.v_kpi_latest``.

    :param period_start: first day of the month; None: the whole history.
    """

    period_start: date | None
    value: float
    low: float | None
    high: float | None
    n: int
    numerator: float
    denominator: float
    weighted_value: float | None
    effective_n: float | None
    revision: int

    def text(self, kpi: Kpi) -> str:
        """One line: the period, the fraction and its value, interval, n, weighted value and revision."""
        period = f"{self.period_start:%B %Y}" if self.period_start else "The whole history"
        if kpi.family == "duration":
            limit = "" if kpi.within_hours is None else f" within {kpi.within_hours:g} hours"
            fraction = f"{_shown(self.numerator)} of {_shown(self.denominator)} ended{limit}, by the curve"
        else:
            per = {"nps": "100 × ", "rate": f"{kpi.per or 1:,} × "}.get(kpi.family, "")
            fraction = f"{per}{_shown(self.numerator)} / {_shown(self.denominator)} ="
        unit = "" if kpi.unit == "share" else f" {kpi.unit}"
        parts = [
            f"{period}: {fraction} {_shown(self.value)}{unit}",
            f"95% interval {_bound(self.low)} to {_bound(self.high)}",
            f"n {self.n:,}",
        ]
        if kpi.construct is not None and self.weighted_value is not None:
            parts.append(
                f"weighted {_shown(self.weighted_value)} on {_shown(self.effective_n or 0)} effective answers"
            )
        return "; ".join([*parts, f"revision {self.revision}."])


def numbers_of(line: str) -> dict[str, float | None] | None:
    """The numbers of a line as :meth:`WorkedExample.text` writes it; None when it is no such line.

    ``per`` is what the fraction is multiplied by; a bound that there is not is None.
    """
    found = _LINE.match(line)
    if found is None:
        return None
    return {name: _read(found[name] or "1") for name in _NUMBERS}


def _shown(number: float) -> str:
    """A number with at most four decimals."""
    text = f"{number:,.4f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def _bound(number: float | None) -> str:
    return "unbounded" if number is None else _shown(number)


def _read(text: str) -> float | None:
    return None if text == "unbounded" else float(text.replace(",", "").replace("−", "-"))
