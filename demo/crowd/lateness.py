"""How late the parcels came, as the customers know it."""

from __future__ import annotations

import csv
from pathlib import Path

from demo.errors import DemoError


def days_late_by_address(truth: Path) -> dict[str, int]:
    """Address -> days that the newest parcel to it came late.

    Raises `DemoError` if the file, which is written together with the shop's files, is gone.
    """
    if not truth.is_file():
        raise DemoError(
            f"{truth} is gone: without it the simulated customers do not know how late their parcels came. "
            f"Remove {truth.parent.parent} to start the demo over."
        )
    newest: dict[str, tuple[str, int]] = {}
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = (row["delivered_at"], int(row["days_late"]))
            newest[row["email"]] = max(known, newest.get(row["email"], known))
    return {email: days_late for email, (_, days_late) in newest.items()}
