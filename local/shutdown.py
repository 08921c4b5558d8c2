"""How signals end the stack: in order, once, and never between starting a process and writing it down."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked to stop; not an `Exception`, so that no error handling on the way swallows it."""


class _Arrivals:
    """Signals that arrived, and whether they have to wait."""

    is_held = False
    waiting: int | None = None


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or SIGHUP into a normal end of the block; while it ends, further ones count
    for nothing: an impatient second Ctrl-C must not interrupt the clean-up and leave processes behind.
    """

    def leave(number: int, _: FrameType | None) -> None:
        if _Arrivals.is_held:
            _Arrivals.waiting = number
            return
        _ignore_signals()
        raise Stopped(number)

    before = {each: signal.signal(each, leave) for each in SIGNALS}
    try:
        yield
    except Stopped:
        pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def signals_held() -> Iterator[None]:
    """Let signals that arrive during the block take effect at its end; of no effect outside `stop_on_signals`."""
    _Arrivals.is_held = True
    try:
        yield
    finally:
        _Arrivals.is_held = False
        number, _Arrivals.waiting = _Arrivals.waiting, None
        if number is not None:
            _ignore_signals()
            raise Stopped(number)


def _ignore_signals() -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
