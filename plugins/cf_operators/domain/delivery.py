"""What the answer of a mail server, or its silence, means for an invitation.

A mail is handed over by the final dot. Whatever happens before it is safe to try again; a reply after it settles the
matter; silence after it leaves it unknown, and an unknown mail is never sent again by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from cf_operators.domain.greeting_name import one_line

Result = Literal["accepted", "refused", "unknown", "planned"]
"""The state of an invitation after a try; `planned`: to be tried again."""

FIRST_DELAY = timedelta(minutes=5)
LONGEST_DELAY = timedelta(hours=4)

BRAKE_OUTCOMES = 100
"""How many of the newest outcomes of a wave the brake looks at."""
BRAKE_FEWEST = 20
"""With fewer outcomes than this, a share says nothing yet."""
BRAKE_SHARE = 0.2

_ADDRESS = re.compile(r"[^\s<>\"'()]+@[^\s<>\"'()]+")
_NOBODY = re.compile(
    r"(user|mailbox|recipient|address|account)\b.*\b(unknown|unavailable|not found|does(n't| not) exist|invalid)"
    r"|(unknown|no such|invalid|nonexistent)\b.*\b(user|mailbox|recipient|address|account)",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")


class Stage(StrEnum):
    """How far the dialogue about one mail had come."""

    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one mail.

    ``is_attempt``: whether the server was asked to take it; a mail that never got a connection was not tried.
    ``is_address_bad``: whether the server says that nobody can be reached at this address.
    ``is_line_stale``: whether the connection was over before the dialogue about this mail began.
    """

    result: Result
    reply: str | None = None
    reason: str | None = None
    is_attempt: bool = True
    is_address_bad: bool = False
    is_line_stale: bool = False


NOT_TRIED = Delivery("planned", is_attempt=False)
ON_ITS_WAY = Delivery("unknown", reason="the worker ended while the mail was on its way")
NO_ADDRESS = Delivery("refused", reason="no address that mail can be sent to")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written to the ledger about one invitation that was claimed.

    ``send_not_before``: None leaves it as it is. ``attempts``: how many more there are now, 0 or 1.
    """

    invitation_id: UUID
    state: Result
    reason: str | None
    reply: str | None
    accepted_at: datetime | None
    send_not_before: datetime | None
    attempts: int


def answered(stage: Stage, code: int, text: str) -> Delivery:
    """The meaning of a reply: 2xx after the dot accepts, 4xx puts off, 5xx refuses.

    A reply that fits nowhere (a 2xx or 3xx in the wrong place) is no acceptance: before the dot the mail is put off,
    after it nobody knows.
    """
    reply = one_line(f"{code} {without_addresses(text)}", 300)
    if stage is Stage.DOT and 200 <= code < 300:
        return Delivery("accepted", reply)
    if 500 <= code < 600 and stage is Stage.SENDER:
        # It is we who are refused, not this recipient: nobody is given up for that.
        return Delivery("planned", reply, "the sender is refused")
    if 500 <= code < 600:
        address_is_bad = stage is Stage.RECIPIENT and _says_address_is_bad(code, text)
        return Delivery("refused", reply, f"refused at {stage}", is_address_bad=address_is_bad)
    if stage is Stage.DOT and not 400 <= code < 500:
        return Delivery("unknown", reply, "a reply that is none")
    # 421: the server closes the connection, e.g. because it has carried enough mails.
    return Delivery(
        "planned", reply, f"put off at {stage}", is_line_stale=stage is Stage.SENDER and code == 421
    )


def lost(stage: Stage) -> Delivery:
    """The meaning of a connection that broke, or of a reply that did not come in time."""
    if stage is Stage.DOT:
        return Delivery("unknown", reason="connection lost between the mail and the reply")
    return Delivery("planned", reason=f"connection lost at {stage}", is_line_stale=stage is Stage.SENDER)


def settle(invitation_id: UUID, attempts_before: int, delivery: Delivery, clock: datetime) -> Settlement:
    """What a delivery that ended at ``clock`` means for the ledger: a mail that was put off waits for a while."""
    is_put_off = delivery.result == "planned" and delivery.is_attempt
    return Settlement(
        invitation_id=invitation_id,
        state=delivery.result,
        reason=delivery.reason,
        reply=delivery.reply,
        accepted_at=clock if delivery.result == "accepted" else None,
        send_not_before=clock + retry_delay(attempts_before + 1) if is_put_off else None,
        attempts=int(delivery.is_attempt),
    )


def outcome_word(delivery: Delivery) -> str:
    """The outcome for a summary: accepted, refused, unknown, put_off or not_tried."""
    if not delivery.is_attempt:
        return "not_tried"
    return "put_off" if delivery.result == "planned" else delivery.result


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after this many attempts: 5 minutes, doubled each time, 4 hours at most."""
    doublings = min(max(attempts, 1) - 1, 16)
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << doublings))


def is_refused_too_often(outcomes: int, refused: int) -> bool:
    """Whether a wave has to be stopped: more than a fifth of its newest outcomes are refusals."""
    return outcomes >= BRAKE_FEWEST and refused > BRAKE_SHARE * outcomes


def without_addresses(text: str) -> str:
    """A server's reply without the mail addresses that servers like to quote."""
    return _ADDRESS.sub("[address]", text)


def is_about_address(subject: int, detail: int) -> bool:
    """Whether an enhanced status code says that nobody is there (RFC 3463): x.1.y is about the address and x.2.1 a
    closed mailbox; x.1.7 and x.1.8 are about the sender's.
    """
    return (subject == 1 and detail not in {7, 8}) or (subject, detail) == (2, 1)


def names_nobody(code: int, text: str) -> bool:
    """Whether a reply without an enhanced code says in words that nobody is there.

    The bare codes also stand for "relaying denied" and "blocked", which say nothing about the address.
    """
    return code in {550, 551, 553} and bool(_NOBODY.search(text))


def _says_address_is_bad(code: int, text: str) -> bool:
    """Policy (x.7.y) or a full box (x.2.2) do not say so."""
    enhanced = _ENHANCED.search(text)
    if enhanced:
        return is_about_address(int(enhanced[2]), int(enhanced[3]))
    return names_nobody(code, text)
