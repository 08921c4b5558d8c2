"""Verdicts on the shop's files by brute force: textbook formulas over the CSV rows, nothing of our own code."""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

Z = 1.959963984540054
Counted = tuple[
    int, bool
]  # n of the slice, and whether its whole interval is on the wrong side of the target
Missed = dict[tuple[str, str], Counted]


def missed_in_month(folder: Path, month: date, last_day: date) -> Missed:
    """Every watched (kpi, slice) of a month, with the targets of the example programme."""
    regions = {row["customer_id"]: row["region"] for row in good_rows(folder, "customers")}
    orders = [row for row in good_rows(folder, "orders") if row["status"] != "cancelled"]
    due = [
        row for row in orders if _in(month, row["promised_on"]) and row["promised_on"] <= last_day.isoformat()
    ]
    complaints = [row for row in good_rows(folder, "complaints") if _in(month, row["received_at"])]
    answers = [row for row in good_rows(folder, "responses") if _in(month, row["submitted_at"])]
    ordered = sum(_in(month, row["ordered_at"]) for row in orders)
    scores = [int(row["csat"]) for row in answers if row["csat"]]
    result: Missed = {
        ("on_time_delivery", "all"): _share_below(map(_is_on_time, due), 0.85),
        ("csat", "all"): _share_below((score >= 4 for score in scores), 0.70),
        ("nps", "all"): _nps_below([int(row["nps"]) for row in answers if row["nps"]], 20),
        ("complaint_rate", "all"): (ordered, _rate_low(len(complaints), ordered) * 1000 > 120),
        ("time_to_resolution", "all"): _median_above(complaints, 96),
    }
    for region in sorted(set(regions.values())):
        here = (_is_on_time(row) for row in due if regions[row["customer_id"]] == region)
        result["on_time_delivery", f"region={region}"] = _share_below(here, 0.85)
    return result


def good_rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of a file without the broken ones."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        for fields in reader:
            row = dict(zip(header, fields, strict=False))
            if len(fields) == len(header) and row[header[0]] and _is_readable(row):
                yield row


def _is_readable(row: dict[str, str]) -> bool:
    try:
        for name, text in row.items():
            if text and name.endswith("_at"):
                datetime.fromisoformat(text)
            if text and name in ("nps", "csat", "severity"):
                int(text)
            if name == "sentiment" and text not in ("positive", "neutral", "negative"):
                return False
    except ValueError:
        return False
    return True


def _in(month: date, text: str) -> bool:
    return text.startswith(month.strftime("%Y-%m"))


def _is_on_time(order: dict[str, str]) -> bool:
    return bool(order["delivered_at"]) and order["delivered_at"][:10] <= order["promised_on"]


def _share_below(hits: Iterable[bool], target: float) -> Counted:
    """Wilson's score interval."""
    cases = list(hits)
    n, k = len(cases), sum(cases)
    if n == 0:
        return 0, False
    share = k / n
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return n, centre + half < target


def _nps_below(scores: list[int], target: float) -> Counted:
    """The normal interval of the mean of +1, 0 and -1."""
    signs = [1 if score >= 9 else -1 if score <= 6 else 0 for score in scores]
    if len(signs) < 2:
        return len(signs), False
    high = statistics.fmean(signs) + Z * statistics.pstdev(signs) / math.sqrt(len(signs))
    return len(signs), 100 * high < target


def _rate_low(count: int, exposure: int) -> float:
    """Byar's lower bound of a Poisson rate."""
    if count == 0 or exposure == 0:
        return 0.0
    return float(count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3 / exposure)


def _median_above(complaints: list[dict[str, str]], hours: float) -> Counted:
    """Whether even the median lies above: the lower bound of its interval cannot be higher than that."""
    durations = [
        (datetime.fromisoformat(row["resolved_at"]) - datetime.fromisoformat(row["received_at"]))
        / timedelta(hours=1)
        if row["resolved_at"]
        else math.inf
        for row in complaints
    ]
    return len(durations), bool(durations) and statistics.median(durations) > hours
