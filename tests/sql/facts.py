"""Facts of a made-up shop for tests of what is computed from them: as Python rows, and written to a warehouse."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

ZONE = ZoneInfo("Europe/Berlin")
SEGMENTS, PRODUCTS, REGIONS = (
    ("private", "business"),
    ("Sofa", "Lamp", "unknown"),
    ("North", "South", "a=b", "unknown"),
)
CAMPAIGNS, CHANNELS, LANGUAGES = ("post_purchase", "annual"), ("web", "phone"), ("en", "de", "unknown")
DISPOSITIONS = ("complete", "partial", "none", "refused", "bounced", "unknown", "unsubscribed")
WEIGHTS = (1000, 1000, 640, 2310, 1)


def local(moment: datetime) -> date:
    """The day of a moment in the time zone of the organisation."""
    return moment.astimezone(ZONE).date()


@dataclass(frozen=True)
class Order:
    source: str
    order_id: str
    contact_key: uuid.UUID
    segment: str
    product: str
    region: str
    status: str
    ordered_at: datetime
    ordered_on: date
    promised_on: date | None
    delivered_at: datetime | None
    delivered_on: date | None
    requested_on: date | None = None
    first_promised_on: date | None = None


@dataclass(frozen=True)
class Complaint:
    source: str
    complaint_id: str
    segment: str
    product: str
    region: str
    category: str
    received_at: datetime
    received_on: date
    acknowledged_at: datetime | None = None
    first_resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    reopen_count: int = 0
    contact_count: int | None = None
    channel: str = "unknown"
    language: str = "unknown"


@dataclass(frozen=True)
class Invitation:
    invitation_id: uuid.UUID
    campaign_id: str
    wave_id: str
    contact_key: uuid.UUID
    segment: str
    product: str
    region: str
    language: str
    state: str
    accepted_at: datetime | None
    accepted_on: date | None
    responded_at: datetime | None


@dataclass(frozen=True)
class Response:
    source: str
    response_id: str
    invitation_id: uuid.UUID | None
    survey_id: str
    campaign_id: str
    channel: str
    language: str
    segment: str
    product: str
    region: str
    is_complete: bool
    submitted_at: datetime
    submitted_on: date


@dataclass(frozen=True)
class Answer:
    source: str
    response_id: str
    question: str
    construct: str
    score: float
    scale_min: int
    scale_max: int
    campaign: str = "unknown"
    channel: str = "unknown"
    language: str = "unknown"
    segment: str = "unknown"
    product: str = "unknown"
    region: str = "unknown"
    is_complete: bool = True
    is_first: bool = True
    submitted_at: datetime = datetime(2025, 1, 15, 12, tzinfo=UTC)
    submitted_on: date = date(2025, 1, 15)
    weight_milli: int = 1000

    def of(self, response: Response) -> Answer:
        """The answer with all that the response says."""
        return replace(
            self,
            campaign=response.campaign_id,
            **{name: getattr(response, name) for name in OF_RESPONSE},
        )


OF_RESPONSE = (
    "source", "response_id", "channel", "language", "segment", "product", "region", "is_complete", "submitted_at",
    "submitted_on",
)  # fmt: skip


@dataclass(frozen=True)
class Ask:
    wave_id: str
    contact_key: uuid.UUID
    invitation_id: uuid.UUID
    campaign: str
    channel: str
    language: str
    segment: str
    product: str
    region: str
    asked_at: datetime
    asked_on: date
    disposition: str


@dataclass(frozen=True)
class Customer:
    contact_key: uuid.UUID
    segment: str
    product: str
    region: str
    first_ordered_on: date
    orders_within_90: int
    orders_181_365: int
    order_count: int


TABLES: dict[type, str] = {
    Order: "fct_order",
    Complaint: "fct_complaint",
    Invitation: "fct_invitation",
    Response: "fct_response",
    Answer: "fct_answer",
    Ask: "fct_ask",
    Customer: "fct_customer",
}


@dataclass
class Facts:
    """All facts of a shop."""

    orders: list[Order] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)

    def write(self, connection: psycopg.Connection[Any]) -> None:
        """Load the rows into ``cf_core`` and commit."""
        for rows in (
            *(self.orders, self.complaints, self.invitations, self.responses, self.answers),
            *(self.asks, self.customers),
        ):
            write_rows(connection, rows)
        connection.commit()


def write_rows(connection: psycopg.Connection[Any], rows: Sequence[Any]) -> None:
    """Load rows of one kind into their table."""
    if not rows:
        return
    columns = ", ".join(column.name for column in fields(rows[0]))
    statement = f"copy cf_core.{TABLES[type(rows[0])]} ({columns}) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(astuple(row))


class Shop:
    """Draws random facts, the same ones for the same seed, awkward cases included."""

    def __init__(
        self, seed: int, first: datetime = datetime(2025, 1, 1, tzinfo=UTC), days: int = 150
    ) -> None:
        self.random = random.Random(seed)
        self.first = first
        self.days = days

    def moment(self) -> datetime:
        """A random moment; many lie near midnight in Berlin, where days and months are easily confused."""
        moment = self.first + timedelta(seconds=self.random.randrange(self.days * 86400))
        if self.random.random() < 0.3:
            moment = moment.replace(hour=self.random.choice((22, 23)), minute=self.random.randrange(60))
        return moment

    def after(self, moment: datetime, hours: float) -> datetime:
        return moment + timedelta(hours=self.random.expovariate(1 / hours))

    def dimensions(self) -> tuple[str, str, str]:
        return self.random.choice(SEGMENTS), self.random.choice(PRODUCTS), self.random.choice(REGIONS)

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def order(self, number: int) -> Order:
        ordered_at = self.moment()
        status = self.random.choices(("delivered", "open", "cancelled"), (8, 2, 1))[0]
        promised = local(ordered_at) + timedelta(days=self.random.randrange(1, 10))
        delivered = (
            self.after(ordered_at, 100) if status == "delivered" and self.random.random() < 0.95 else None
        )
        last = promised if self.random.random() < 0.95 else None
        moved = timedelta(days=self.random.choice((0, 0, 0, 1, 4)))
        return Order(
            *("shop", f"o{number}", self.uuid(), *self.dimensions(), status, ordered_at, local(ordered_at)),
            *(last, delivered, delivered and local(delivered)),
            promised + timedelta(days=self.random.randrange(-3, 3)) if self.random.random() < 0.7 else None,
            last and last - moved,
        )

    def complaint(self, number: int) -> Complaint:
        received = self.moment()
        resolved = self.after(received, 90) if self.random.random() < 0.6 else None
        closed = self.after(resolved or received, 50) if self.random.random() < 0.7 else None
        if self.random.random() < 0.05:
            resolved = received - timedelta(hours=3)
        category = self.random.choice(("late", "damaged", "wrong item"))
        reopened = self.after(closed or resolved or received, 40) if self.random.random() < 0.2 else None
        if reopened and self.random.random() < 0.6:
            closed = self.after(reopened, 30)
        return Complaint(
            "shop",
            f"c{number}",
            *self.dimensions(),
            category,
            received,
            local(received),
            self.after(received, 5) if self.random.random() < 0.8 else None,
            resolved,
            closed,
            reopened,
            self.random.randint(1, 2) if reopened else 0,
            self.random.randint(1, 4) if self.random.random() < 0.8 else None,
            *(self.random.choice(CHANNELS), self.random.choice(LANGUAGES)),
        )

    def invitation(self, number: int) -> Invitation:
        state = self.random.choice(
            ("accepted", "responded", "unknown", "bounced", "expired", "planned", "refused")
        )
        accepted = self.moment() if state in {"accepted", "responded", "bounced", "expired"} else None
        wave, contact = f"w{self.random.randrange(20)}", uuid.UUID(int=self.random.randrange(40))
        return Invitation(
            *(self.uuid(), "post_purchase", wave, contact, *self.dimensions(), "en", state),
            *(accepted, accepted and local(accepted), None),
        )

    def response(self, number: int, invitation: Invitation | None) -> Response:
        accepted_at = invitation and invitation.accepted_at
        submitted = self.after(accepted_at, 60) if accepted_at else self.moment()
        segment, product, region = self.dimensions()
        return Response(
            source="form",
            response_id=f"r{number}",
            invitation_id=invitation.invitation_id if invitation else None,
            survey_id="post_purchase",
            campaign_id=self.random.choice(CAMPAIGNS),
            channel=self.random.choice(CHANNELS),
            language=self.random.choice(LANGUAGES),
            segment=segment,
            product=product,
            region=region,
            is_complete=self.random.random() < 0.8,
            submitted_at=submitted,
            submitted_on=local(submitted),
        )

    def answers(self, response: Response) -> list[Answer]:
        """NPS, sometimes twice, on another scale or off it, CSAT and CES, sometimes left out."""
        key, roll = (response.source, response.response_id), self.random.random
        given = [Answer(*key, "recommend", "nps", self.random.randint(0, 10), 0, 10)]
        if roll() < 0.1:
            given.append(Answer(*key, "recommend_again", "nps", self.random.randint(0, 10), 0, 10))
        if roll() < 0.2:
            given[0] = Answer(*key, "recommend", "nps", self.random.randint(1, 5), 1, 5)
        elif roll() < 0.05:
            given[0] = Answer(*key, "recommend", "nps", 11, 0, 10)
        if roll() < 0.8:
            given.append(Answer(*key, "satisfied", "csat", self.random.randint(1, 5), 1, 5))
        if roll() < 0.5:
            given.append(Answer(*key, "easy", "ces", self.random.randint(1, 7), 1, 7))
        weight = self.random.choice(WEIGHTS)
        return [
            replace(answer.of(response), is_first=is_first(answer, given), weight_milli=weight)
            for answer in given
        ]

    def ask(self, number: int) -> Ask:
        asked = self.moment()
        return Ask(
            *(f"w{self.random.randrange(20)}", self.uuid(), self.uuid(), self.random.choice(CAMPAIGNS)),
            *(self.random.choice(("mail", "phone")), self.random.choice(LANGUAGES), *self.dimensions()),
            *(asked, local(asked), self.random.choices(DISPOSITIONS, (5, 2, 8, 1, 1, 1, 1))[0]),
        )

    def customer(self, number: int) -> Customer:
        within, later = (self.random.choice((0, 0, 1, 3)) for _ in range(2))
        more = self.random.randrange(3)
        return Customer(
            self.uuid(), *self.dimensions(), local(self.moment()), within, later, 1 + within + later + more
        )


def is_first(answer: Answer, given: Sequence[Answer]) -> bool:
    """Whether this one of the answers of a response stands for its construct and scale."""
    same = [
        other.question
        for other in given
        if (other.construct, other.scale_min, other.scale_max)
        == (answer.construct, answer.scale_min, answer.scale_max)
        and other.scale_min <= other.score <= other.scale_max
    ]
    return answer.question == min(same, default=None)


def random_facts(seed: int, size: int = 200, days: int = 150) -> Facts:
    """Some ``size`` rows of each kind."""
    shop = Shop(seed, days=days)
    facts = Facts()
    facts.orders = [shop.order(number) for number in range(size)]
    facts.complaints = [shop.complaint(number) for number in range(size // 2)]
    facts.invitations = [shop.invitation(number) for number in range(size)]
    drawn = [*shop.random.sample(facts.invitations, size // 2), *[None] * (size // 2)]
    facts.responses = [shop.response(number, invitation) for number, invitation in enumerate(drawn)]
    facts.answers = [answer for response in facts.responses for answer in shop.answers(response)]
    facts.asks = [shop.ask(number) for number in range(size)]
    facts.customers = [shop.customer(number) for number in range(size)]
    unique = {(i.wave_id, i.contact_key, i.invitation_id): i for i in facts.invitations}
    facts.invitations = list(unique.values())
    return facts
