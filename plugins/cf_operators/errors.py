"""What can go wrong, by what to do about it: fatal errors fail a task at once, retriable ones are tried again.

The message of each error says what failed, where, which value was seen, and what to do. It never names a person.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class CfError(Exception):
    """Any error that this package raises on purpose.

    ``is_retriable`` tells whether the same call may succeed later without anybody changing anything.
    """

    is_retriable: ClassVar[bool] = False
    retry_after: timedelta | None = None
    """How long to wait before the next try; None leaves it to the retry policy."""


class ConfigurationError(CfError):
    """The programme, a connection or a definition is wrong. Somebody has to change it; trying again is of no use."""


class DataError(CfError):
    """Input cannot be used at all, e.g. a file without its key column. A single bad row is quarantined instead."""


class PublicationStopped(CfError):
    """A measurement failed a check of its own. Nothing of it is published; what was published before stays."""


class SourceTaken(CfError):
    """Another run has begun to read the same object of a source; this one has to stop."""


class SourcesFailed(CfError):
    """Some of the sources of a run could not be collected. The others were; nothing of them is lost."""


class SourceUnavailable(CfError):
    """A source of orders, complaints or responses does not answer, or answers that it is busy."""

    is_retriable = True


class SourceChanged(CfError):
    """The entry of a source was changed while a run waited for what it had asked for by the old one."""

    is_retriable = True


class WarehouseUnavailable(CfError):
    """The warehouse does not answer, is starting or stopping, or had to give up a transaction it may repeat."""

    is_retriable = True


class MailServerUnavailable(CfError):
    """The mail server does not answer or takes no mail for now."""

    is_retriable = True


class MailPutOff(CfError):
    """The mail server wants some of the mails later. They wait in the ledger; what it took stays taken."""

    is_retriable = True

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after
