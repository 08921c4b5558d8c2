"""A mail as a customer sees it: who got it, where its survey link leads, and how to unsubscribe."""

from __future__ import annotations

import re
from dataclasses import dataclass

from local.mail_store import CaughtMail

SURVEY_LINK = re.compile(r"https?://[^\s<>\"]+/s/[^\s<>\"]+")
UNSUBSCRIBE_LINK = re.compile(r"<(https?://[^\s<>]+)>")


@dataclass(frozen=True)
class Letter:
    """What the crowd needs of one mail; a link is None when the mail has none."""

    name: str
    message_id: str
    recipient: str
    survey_link: str | None
    unsubscribe_link: str | None

    @classmethod
    def of(cls, mail: CaughtMail) -> Letter:
        """Read a caught mail; the survey link is that of the plain text part."""
        survey = SURVEY_LINK.search(mail.text or "")
        unsubscribe = UNSUBSCRIBE_LINK.search(str(mail.message.get("List-Unsubscribe", "")))
        return cls(
            name=mail.name,
            message_id=str(mail.message["Message-ID"]).strip(),
            recipient=mail.envelope_recipients[0].lower() if mail.envelope_recipients else "",
            survey_link=survey[0] if survey else None,
            unsubscribe_link=unsubscribe[1] if unsubscribe else None,
        )
