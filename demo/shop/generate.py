"""Making the shop's files: once per folder, whole or not at all."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from demo.shop.calendar import Calendar
from demo.shop.complaints import make_complaints
from demo.shop.customers import make_customers
from demo.shop.feedback import make_feedback
from demo.shop.orders import make_orders
from demo.shop.promises import with_promises
from demo.shop.reopening import with_reopening
from demo.shop.responses import make_responses
from demo.shop.writer import write_files, write_truth
from demo.shop.yearly_survey import make_yearly_responses

SEED = 20


@dataclass(frozen=True)
class Generated:
    """How many good rows each file got."""

    customers: int
    orders: int
    complaints: int
    responses: int
    feedback: int


def generate(folder: Path, today: date, *, truth: Path, seed: int = SEED) -> Generated:
    """Write customers.csv, orders.csv, complaints.csv, responses.csv and feedback.csv into `folder`, and `truth`.

    `truth` tells how late each parcel came, see `write_truth`. The same seed and day give the same bytes. Nothing
    in the files is later than the day before `today`, a day of the shop's own time zone (Europe/Berlin); only
    promises reach into the future. The folder appears with all its files at once, so that an interrupted run
    leaves none behind. Raises `FileExistsError` if the folder holds anything.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds files already; the shop is made into an empty folder only.")
    random = _random(seed, today)
    calendar = Calendar(today)
    customers = make_customers(random)
    orders = with_promises(make_orders(customers, calendar, random), _random(seed, today, "promises"))
    complaints = with_reopening(
        make_complaints(orders, calendar, random), calendar, _random(seed, today, "reopening")
    )
    responses = make_responses(orders, calendar, random)
    responses += make_yearly_responses(orders, calendar, _random(seed, today, "yearly survey"))
    feedback = make_feedback(orders, calendar, _random(seed, today, "feedback"))
    draft = folder.with_name(folder.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    write_files(draft, customers, orders, complaints, responses, feedback)
    truth.parent.mkdir(parents=True, exist_ok=True)
    write_truth(truth, orders)
    draft.replace(folder)
    return Generated(len(customers), len(orders), len(complaints), len(responses), len(feedback))


def _random(seed: int, today: date, *topic: str) -> Random:
    """Chance of its own for each topic, so that one more draw in one leaves the others as they were."""
    return Random("/".join((str(seed), today.isoformat(), *topic)))
