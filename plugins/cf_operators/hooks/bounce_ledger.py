"""Bounces in the ledger: to which asks they belong, and what they mean for asks and addresses."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

from cf_operators.domain.bounce import FOR_A_PERSON, Match, Report, match
from cf_operators.hooks.mailbox import StoredMail
from cf_operators.hooks.sql_text import sql_text

SOFT_WITHIN_DAYS = 180
"""Soft bounces that are older say nothing about an address any more."""

PROVEN_DAYS = 7
"""A mail on which nobody has reported for so many days has arrived: servers give up after five (RFC 5321, 4.5.4.1)."""


@dataclass
class Written:
    """What the mails of one batch, or of several, came to.

    ``kinds``: new reports by kind. ``known``: reports that were in the ledger already. ``bounced``: invitations that
    became bounced. ``suppressed``: addresses that are given up now.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    known: int = 0
    bounced: int = 0
    suppressed: int = 0

    def add(self, other: Written) -> None:
        """Count another batch in."""
        self.kinds += other.kinds
        self.known += other.known
        self.bounced += other.bounced
        self.suppressed += other.suppressed


class BounceLedger:
    """Writes reports batch by batch, each in one transaction on the connection it was given.

    :param read_address: the invitation that a genuine return address in a text belongs to.
    :param soft_bounces: an address is given up after so many.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        read_address: Callable[[str], UUID | None],
        soft_bounces: int,
    ) -> None:
        self._connection = connection
        self._read_address = read_address
        self._soft_bounces = soft_bounces

    def record(
        self, reports: Sequence[tuple[StoredMail, Report]], clock: datetime
    ) -> tuple[Written, dict[str, bool]]:
        """Keep what is new, and do what follows from it: mark invitations, give addresses up.

        :returns: the counts, and for each mail, by its key, whether a person should look at it.
        """
        with self._connection.transaction():
            matched = self._matched([report for _, report in reports])
            new = self._write(reports, matched, clock)
            bounce_ids = [bounce_id for bounce_id, _ in new]
            result = Written(Counter(kind for _, kind in new))
            result.known = sum(len(each) for each in matched) - len(new)
            if new:
                result.bounced = self._execute("mark", bounce_ids=bounce_ids)
                self._execute("note_complaints", bounce_ids=bounce_ids, clock=clock)
                result.suppressed = self._execute("suppress_hard", bounce_ids=bounce_ids, clock=clock)
                result.suppressed += self._execute(
                    "suppress_soft",
                    bounce_ids=bounce_ids,
                    clock=clock,
                    soft_bounces=self._soft_bounces,
                    within_days=SOFT_WITHIN_DAYS,
                    proven_days=PROVEN_DAYS,
                )
        flags = {
            mail.key: any(each.kind in FOR_A_PERSON for each in matches)
            for (mail, _), matches in zip(reports, matched, strict=True)
        }
        return result, flags

    def _matched(self, reports: Sequence[Report]) -> list[list[Match]]:
        """The asks of each report: those that its return addresses and Message-IDs name, and that are ours."""
        texts = {
            text
            for report in reports
            for text in (*report.addressed_to, *(notice.recipient for notice in report.notices))
        }
        found = {text: self._read_address(text) for text in texts if text}
        tokens = {text: invitation_id for text, invitation_id in found.items() if invitation_id}
        values = {
            "invitation_ids": list(set(tokens.values())),
            "message_ids": sorted({each for report in reports for each in report.message_ids}),
        }
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(sql_text("bounces/find.sql").encode(), values)
            by_message_id = {message_id: invitation_id for invitation_id, message_id in cursor}
        known = set(by_message_id.values())
        return [match(report, tokens, by_message_id, known) for report in reports]

    def _write(
        self,
        reports: Sequence[tuple[StoredMail, Report]],
        matched: Sequence[Sequence[Match]],
        clock: datetime,
    ) -> list[tuple[int, str]]:
        rows = [
            (_hash(mail.content), number, mail.received_at, each)
            for (mail, _), matches in zip(reports, matched, strict=True)
            for number, each in enumerate(matches, start=1)
        ]
        values: dict[str, Any] = {
            "clock": clock,
            "hashes": [content_hash for content_hash, *_ in rows],
            "numbers": [number for _, number, *_ in rows],
            "received_at": [received_at for *_, received_at, _ in rows],
            "invitation_ids": [each.invitation_id for *_, each in rows],
            "kinds": [each.kind.value for *_, each in rows],
            "statuses": [each.notice.status for *_, each in rows],
            "diagnostics": [each.notice.diagnostic for *_, each in rows],
        }
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(sql_text("bounces/write.sql").encode(), values)
            return [(bounce_id, kind) for bounce_id, kind, _ in cursor]

    def _execute(self, name: str, **values: Any) -> int:
        return self._connection.execute(sql_text(f"bounces/{name}.sql").encode(), values).rowcount


def _hash(content: bytes) -> bytes:
    """The same for a mail from a Maildir and by IMAP, which differ in the line ends only."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).digest()
