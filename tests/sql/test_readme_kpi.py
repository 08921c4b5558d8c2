"""The KPI that README adds as its example counts what it says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cf_operators.domain.kpi import Kpi
from tests.conftest import ROOT, Warehouse
from tests.sql.facts import Facts
from tests.sql.measured import measure
from tests.sql.test_kpi import NOON, TOTAL, complaint, kpi, write

ENTRY = {
    "id": "late_complaints",
    "title": "Late acknowledgement",
    "question": "Which share of complaints waits more than two days for an acknowledgement?",
    "family": "proportion",
    "unit": "share",
    "direction": "down",
}


def test_the_example_of_a_kpi_counts_what_it_says(warehouse: Warehouse, tmp_path: Path) -> None:
    (text,) = re.findall(r"```sql\n(-- late_complaints:.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    file = tmp_path / "late_complaints.sql"
    file.write_text(text)
    late_complaints: Kpi = kpi("reopen_rate", **ENTRY, sql=file)
    waits = [timedelta(hours=hours) for hours in (1, 48, 49, 500)]
    seen = [
        complaint(number, NOON, acknowledged_at=NOON + wait, closed_at=None)
        for number, wait in enumerate(waits)
    ]
    write(warehouse, Facts(complaints=[*seen, complaint(9, NOON, acknowledged_at=None)]))
    found, _ = measure(warehouse, [late_complaints], datetime(2025, 6, 1, tzinfo=UTC))["late_complaints"]
    assert (found[TOTAL]["numerator"], found[TOTAL]["denominator"]) == (2, 4)
