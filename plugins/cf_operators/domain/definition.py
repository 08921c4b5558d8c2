"""The definition of a KPI as it is measured: its entry in the programme and its SQL, under one version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.sql_meaning import sql_meaning

VERSION_LENGTH = 12


@dataclass(frozen=True)
class Definition:
    """One version of a KPI.

    :param sql_text: the SQL that gives the cases, macros expanded: a changed macro is a changed definition.
    :param version: short hash of SQL and entry; comments and layout do not count, so that explaining a KPI better
        starts no new series. Values of different versions are different series.
    """

    kpi: Kpi
    sql_text: str
    version: str

    @classmethod
    def of(cls, kpi: Kpi, sql_text: str) -> Definition:
        """The definition with its version, which is the same wherever the programme is installed."""
        entry = json.dumps(kpi.entry(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(f"{entry}\n{sql_meaning(sql_text)}".encode()).hexdigest()
        return cls(kpi, sql_text, digest[:VERSION_LENGTH])

    def parameters(self) -> dict[str, Any]:
        """Every value that the SQL may bind by name.

        Neither a time nor a day is among them: a case is the same case whenever it is looked at, which is what lets
        daily sums be kept up by what changed. Which days count is decided when the days are summed up.
        """
        scale_min, scale_max = self.kpi.scale or (None, None)
        return {
            "construct": self.kpi.construct,
            "scale_min": scale_min,
            "scale_max": scale_max,
            "top_from": self.kpi.top_from,
        }

    @property
    def per(self) -> float:
        """What estimates are scaled by: a rate is given per so many; durations are counted in hours, a day has 24."""
        if self.kpi.family == "duration":
            return 24.0 if self.kpi.unit == "days" else 1.0
        return float(self.kpi.per or 1)
