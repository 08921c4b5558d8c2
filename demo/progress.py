"""Progress lines: what happens now, and how many seconds since the demo began."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

SILENCE = 15.0  # seconds after which a line says that the demo is still at work


class Progress:
    """Prints steps as they begin and their outcome as they end."""

    def __init__(self, silence: float = SILENCE) -> None:
        self._silence = silence
        self._began = self._printed = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """One line with the elapsed seconds."""
        self.plain(f"[{self.seconds:5.1f} s] {text}")

    def plain(self, line: str) -> None:
        """A line that brings its own time, or needs none."""
        self._printed = time.monotonic()
        print(line, flush=True)

    def headline(self, title: str) -> None:
        """The title of a part of the walk."""
        self.plain(f"\n== {title}")

    @contextmanager
    def never_silent(self) -> Iterator[None]:
        """While the block runs, a slow step does not look like a dead one."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(self._silence / 10):
                if time.monotonic() - self._printed >= self._silence:
                    self.say("  ... still at it")

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


def counts(summary: object) -> str:
    """The numbers of a task's summary in words: `read 3,004, new 3,003, excluded 12`; zeros are left out.

    Of a list it is the length that counts, of counts by reason their sum. Positions of sources are no counts.
    """
    if not isinstance(summary, Mapping):
        return "done"
    numbers = {
        name.replace("_", " "): _number(value) for name, value in summary.items() if name != "positions"
    }
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items() if number) or "nothing new"


def _number(value: object) -> int:
    if isinstance(value, Mapping):
        if "fetched" in value:  # of a source: the other counts say what became of these
            return _number(value["fetched"])
        return sum(_number(part) for part in value.values())
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
