"""A Maildir that tests put reports into, and what the ledger says after it was read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cf_operators.operators.collect_bounces import CollectBouncesOperator
from tests.people import NOW, People

REPORT = """\
Delivered-To: {to}
From: MAILER-DAEMON@mx.customers.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <report-{number}@mx.customers.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customers.example

Final-Recipient: rfc822; somebody@customers.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <somebody@customers.example> no

--report
Content-Type: text/rfc822-headers

Message-ID: {message_id}
--report--
"""

COMPLAINT = """\
From: feedback@isp.example
To: {to}
Message-ID: <report-{number}@isp.example>
Content-Type: multipart/report; report-type=feedback-report; boundary="report"

--report
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1

--report
Content-Type: message/rfc822

Message-ID: {message_id}

x
--report--
"""


@dataclass
class BounceMailbox:
    """The mailbox of the connection ``cf_bounces``."""

    folder: Path
    people: People
    context: Callable[..., dict[str, Any]]
    number: int = 0

    def put(self, content: str | bytes, at: datetime = NOW) -> None:
        self.number += 1
        path = self.folder / "new" / f"{self.number:04d}.mail"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (at.timestamp(), at.timestamp()))

    def report(
        self,
        invitation: UUID | None = None,
        status: str = "5.1.1",
        action: str = "failed",
        at: datetime = NOW,
        to: str = "bounces@meridian-home.example",
        form: str = REPORT,
    ) -> None:
        """A report about the mail of an invitation; without one, about a mail that is not ours."""
        message_id = "<none@elsewhere.example>"
        if invitation:
            [row] = self.people.warehouse.rows(
                "select message_id from cf_ledger.invitation where invitation_id = %s", [invitation]
            )
            message_id = row["message_id"]
        values = {"number": self.number, "status": status, "action": action, "to": to}
        self.put(form.format(message_id=message_id, **values), at)

    def collect(self, clock: datetime = NOW, **settings: Any) -> dict[str, int]:
        """Read the mailbox; the counts that are not 0."""
        operator = CollectBouncesOperator(task_id="collect", clock=lambda: clock, **settings)
        summary = operator.execute(self.context(now=clock))  # type: ignore[arg-type]
        return {name: count for name, count in summary.items() if count}

    def unread(self) -> int:
        return len(list((self.folder / "new").iterdir()))

    def flags(self) -> list[str]:
        """The flags of the mails that were read, in the order in which they came."""
        return [path.name.rpartition(":2,")[2] for path in sorted((self.folder / "cur").iterdir())]

    def make_unread(self) -> None:
        for path in list((self.folder / "cur").iterdir()):
            path.rename(self.folder / "new" / path.name.partition(":")[0])

    def rows(self) -> list[dict[str, Any]]:
        return self.people.warehouse.rows("select * from cf_ledger.bounce order by bounce_id")

    def suppressed(self) -> list[tuple[str, str]]:
        """Address and reason of everybody who is not written to."""
        rows = self.people.warehouse.rows(
            "select distinct c.email, s.reason from cf_ledger.suppression as s "
            "left join cf_ledger.contact as c on s.address_hash = c.address_hash order by 1, 2"
        )
        return [(row["email"], row["reason"]) for row in rows]


def make_maildir(folder: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder
