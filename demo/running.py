"""The stack that the demo walks on: the one that is up already, or one of its own for as long as the walk takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from demo.progress import Progress
from local.settings import StackSettings
from local.stack import Stack
from local.supervisor import Record

STACK_TIME = re.compile(
    r"^\[ *[\d.]+ s\] "
)  # the stack's own clock; ours counts from the beginning of the demo
DAGS = (
    "cf_prepare_warehouse",
    "cf_collect_orders",
    "cf_collect_complaints",
    "cf_collect_responses",
    "cf_collect_feedback",
    "cf_measure",
    "cf_act",
)


@contextmanager
def running_stack(settings: StackSettings, progress: Progress) -> Iterator[Stack]:
    """A stack with all DAGs ready; one that was started here is stopped at the end, whatever happens."""
    with progress.never_silent():
        yield from _running(settings, progress)


def _running(settings: StackSettings, progress: Progress) -> Iterator[Stack]:
    if is_up(settings):
        progress.say(f"The stack of pack {settings.pack!r} is up already and stays up")
        stack = Stack(settings, progress.plain)
        stack.ready()
        yield stack
        return

    def tell(line: str) -> None:
        progress.say(STACK_TIME.sub("", line))

    progress.headline(f"Start PostgreSQL, Airflow, the survey form and a mail catcher in {settings.state}")
    settings.remember()
    stack = Stack(settings, tell)
    try:
        with stack:
            stack.ready(DAGS)
            yield stack
    finally:
        progress.say("The stack is stopped")


def is_up(settings: StackSettings) -> bool:
    """Whether a stack of this pack runs, started by `make up`."""
    record = Record.read(settings.state)
    return record is not None and bool(record.running())
