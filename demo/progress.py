"""Progress lines: what happens now, and how many seconds since the demo began."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Prints steps as they begin and their outcome as they end."""

    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """One line with the elapsed seconds."""
        print(f"[{self.seconds:5.1f} s] {text}", flush=True)

    def plain(self, line: str) -> None:
        """A line that brings its own time, or needs none."""
        print(line, flush=True)

    def headline(self, title: str) -> None:
        """The title of a part of the walk."""
        print(f"\n== {title}", flush=True)


def counts(summary: object) -> str:
    """The whole numbers of a task's summary in words: `read 3,004, new 3,003, quarantined 1`."""
    if not isinstance(summary, Mapping):
        return "done"
    parts = [
        f"{name.replace('_', ' ')} {value:,}"
        for name, value in summary.items()
        if isinstance(value, int) and not isinstance(value, bool)
    ]
    return ", ".join(parts) or "done"
