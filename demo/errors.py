"""What can go wrong in the demo itself."""

from __future__ import annotations

from local.errors import StackError


class DemoError(StackError):
    """The demo cannot do what was asked, or does not show what it claims; the message is shown as it is."""
