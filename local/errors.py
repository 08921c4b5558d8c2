"""What can go wrong while the local stack is set up, started, asked or stopped."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot do what was asked; the message says what, where and what to do, and is shown as it is."""


class RunFailed(StackError):
    """A DAG run ended in failure; the message shows the failed tasks and the end of their logs."""
