"""What a mail in the mailbox for bounces says about an ask: never reachable, not this time, a complaint, or nothing.

Hard from soft is told by the enhanced status code (RFC 3463). Only what is certain is hard: one hard bounce is enough
to give an address up, and a person who is given up by mistake is never asked again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from cf_operators.domain.delivery import is_about_address, names_nobody


class Kind(StrEnum):
    """What is told about one recipient.

    ``hard``: nobody is there. ``soft``: not delivered, for another reason. ``delayed``: the server still tries.
    ``delivered``: it arrived. ``complaint``: the person reported the mail as spam. ``auto_reply``: an automatic answer.
    ``loop``: a mail of ours that came back as it was. ``unmatched``: a bounce or complaint about no ask of ours.
    ``unreadable``: a person has to read it.
    """

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    LOOP = "loop"
    UNMATCHED = "unmatched"
    UNREADABLE = "unreadable"


FOR_A_PERSON = frozenset({Kind.UNMATCHED, Kind.UNREADABLE})
"""What somebody should look at: mails that say one of these are flagged in the mailbox."""

_ABOUT_AN_ASK = frozenset({Kind.HARD, Kind.SOFT, Kind.COMPLAINT})
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
_SUCCESS = frozenset({"delivered", "relayed", "expanded"})


@dataclass(frozen=True, slots=True)
class Notice:
    """What a report says about one recipient.

    ``status``: the enhanced status code, as ``5.1.1``. ``diagnostic``: the words of the server, without addresses.
    ``recipient``: the fields that name the recipient; they may hold a return address of ours, and are never kept.
    """

    kind: Kind
    status: str | None = None
    diagnostic: str | None = None
    recipient: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """One mail of the mailbox.

    ``notices``: at least one. ``addressed_to``: header texts that may hold the return address of an ask, best first.
    ``returned_ids``: Message-IDs of the mail that it is about, best first. ``own_id``: its own Message-ID.
    """

    notices: tuple[Notice, ...]
    addressed_to: tuple[str, ...] = field(default=(), repr=False)
    returned_ids: tuple[str, ...] = ()
    own_id: str | None = None

    @property
    def message_ids(self) -> tuple[str, ...]:
        """All Message-IDs by which the ask may be found."""
        return (*self.returned_ids, self.own_id) if self.own_id else self.returned_ids


@dataclass(frozen=True, slots=True)
class Match:
    """To which ask each notice of a report belongs (None: none of ours), and what it means then."""

    notice: Notice
    kind: Kind
    invitation_id: UUID | None


def match(
    report: Report,
    tokens: Mapping[str, UUID],
    by_message_id: Mapping[str, UUID],
    known: Collection[UUID],
) -> list[Match]:
    """Find the ask of each notice: by the return address, else by the Message-ID of the mail that came back.

    :param tokens: invitations by the header texts and recipient fields that hold a genuine return address of theirs.
    :param by_message_id: invitations by their Message-IDs, as far as they are ours.
    :param known: the ids of invitations that are in the ledger.
    """
    candidates = [tokens.get(text) for text in report.addressed_to]
    candidates += [by_message_id.get(text) for text in report.returned_ids]
    of_report = next((each for each in candidates if each in known), None)
    is_ours = report.own_id in by_message_id
    matches = []
    for notice in report.notices:
        own = tokens.get(notice.recipient)
        invitation_id = of_report or (own if own in known else None)
        kind = notice.kind
        if is_ours and kind in {Kind.AUTO_REPLY, Kind.UNREADABLE}:
            kind, invitation_id = Kind.LOOP, invitation_id or by_message_id[str(report.own_id)]
        elif kind in _ABOUT_AN_ASK and invitation_id is None:
            kind = Kind.UNMATCHED
        matches.append(Match(notice, kind, invitation_id))
    return matches


def kind_of(action: str, status: str | None, diagnostic: str) -> Kind:
    """What the fields of one recipient say (RFC 3464, 2.3).

    :param action: failed, delayed, delivered, relayed or expanded; whatever else is judged by the status alone.
    :param status: as in :func:`status_of`.
    """
    action = action.strip().lower()
    status_class = status[0] if status else ""
    if action in _SUCCESS or (action not in {"failed", "delayed"} and status_class == "2"):
        return Kind.DELIVERED
    if action == "delayed" or (action != "failed" and status_class == "4"):
        return Kind.DELAYED
    if action != "failed" and status_class != "5":
        return Kind.UNREADABLE
    if status and not status.endswith(".0.0"):
        _, subject, detail = (int(number) for number in status.split("."))
        return Kind.HARD if status_class == "5" and is_about_address(subject, detail) else Kind.SOFT
    code = _REPLY_CODE.search(diagnostic)
    return Kind.HARD if code and names_nobody(int(code[1]), diagnostic) else Kind.SOFT


def status_of(status: str, diagnostic: str) -> str | None:
    """The enhanced status code; that of the server's words where the field says nothing in particular (x.0.0)."""
    found = [each for each in (_ENHANCED.search(status), _ENHANCED.search(diagnostic)) if each]
    telling = [each for each in found if each[2] != "0"]
    return (telling or found)[0][0] if found else None
