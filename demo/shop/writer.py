"""The files of the shop: comma separated, UTF-8, local times without offset, a broken row in each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from demo.shop.complaints import Complaint
from demo.shop.customers import Customer
from demo.shop.feedback import Voice
from demo.shop.orders import Order
from demo.shop.responses import Response
from demo.shop.yearly_survey import ATTRIBUTES

Row = Sequence[object]
COLUMNS = {
    "customers": "customer_id,name,email,language,time_zone,segment,region,consent,key_account",
    "orders": "order_id,customer_id,product,status,ordered_at,requested_on,first_promised_on,promised_on,delivered_at",
    "complaints": "complaint_id,customer_id,order_id,category,severity,channel,"
    "received_at,acknowledged_at,resolved_at,closed_at,reopened_at,reopen_count,contact_count",
    "responses": "response_id,customer_id,order_id,survey,submitted_at,channel,language,nps,csat,"
    "product_quality,ordering,delivery,service,value",
    "feedback": "feedback_id,kind,channel,customer_id,order_id,product,topic,sentiment,stars,received_at",
}
# One row of each file that cannot be read: what an export of a real shop brings along now and then.
BROKEN: dict[str, Row] = {
    "customers": (
        "",
        "Nameless Import",
        "nameless@example.org",
        "en",
        "",
        "consumer",
        "East",
        "true",
        "false",
    ),
    "orders": ("O900001", "C00001", "Kitchen", "delivered", "2024-13-45 10:00:00", "", "", "2024-12-01", ""),
    "complaints": ("K900001", "C00002", "O000002", "quality; see attachment", "3"),
    "responses": (
        "R900001",
        "C00003",
        "O000003",
        "post_purchase",
        "2024-11-05 11:30:00",
        "email",
        "en",
        "eleven",
        "4",
        "",
        "",
        "",
        "",
        "",
    ),
    "feedback": (
        "F900001",
        "review",
        "shop site",
        "",
        "",
        "Kitchen",
        "price",
        "mixed",
        "3",
        "2024-11-05 11:30:00",
    ),
}


def write_files(
    folder: Path,
    customers: list[Customer],
    orders: list[Order],
    complaints: list[Complaint],
    responses: list[Response],
    feedback: list[Voice],
) -> None:
    """Write the five files; the same input gives the same bytes."""
    _write(folder, "customers", (vars(customer).values() for customer in customers))
    _write(folder, "orders", map(_order_row, orders))
    _write(folder, "complaints", map(_complaint_row, complaints))
    _write(folder, "responses", map(_response_row, responses))
    _write(folder, "feedback", map(_feedback_row, feedback))


def write_truth(path: Path, orders: list[Order]) -> None:
    """Write how late each parcel came, by the customer's address: what the simulated customers know."""
    delivered = [order for order in orders if order.delivered_at is not None and order.customer.email]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("email", "order_id", "delivered_at", "days_late"))
        writer.writerows(
            (order.customer.email.lower(), order.order_id, _time(order.delivered_at), order.days_late)
            for order in delivered
        )


def _write(folder: Path, name: str, rows: Iterable[Iterable[object]]) -> None:
    lines = [list(row) for row in rows]
    lines.insert(len(lines) // 2, list(BROKEN[name]))
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[name].split(","))
        writer.writerows(lines)


def _order_row(order: Order) -> Row:
    return (
        order.order_id, order.customer.customer_id, order.product, order.status,
        _time(order.ordered_at), _day(order.requested_on), _day(order.first_promised_on),
        _day(order.promised_on), _time(order.delivered_at),
    )  # fmt: skip


def _complaint_row(complaint: Complaint) -> Row:
    return (
        complaint.complaint_id, complaint.customer.customer_id, complaint.order_id, complaint.category,
        complaint.severity, complaint.channel, _time(complaint.received_at), _time(complaint.acknowledged_at),
        _time(complaint.resolved_at), _time(complaint.closed_at), _time(complaint.reopened_at),
        complaint.reopen_count, complaint.contact_count,
    )  # fmt: skip


def _response_row(response: Response) -> Row:
    return (
        response.response_id, response.customer.customer_id, response.order_id, response.survey,
        _time(response.submitted_at), response.channel, response.language, response.nps, response.csat,
        *(response.attributes.get(name, "") for name in ATTRIBUTES),
    )  # fmt: skip


def _feedback_row(voice: Voice) -> Row:
    customer_id = voice.customer.customer_id if voice.customer else ""
    return (
        voice.feedback_id, voice.kind, voice.channel, customer_id, voice.order_id, voice.product, voice.topic,
        voice.sentiment, voice.stars, _time(voice.received_at),
    )  # fmt: skip


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
