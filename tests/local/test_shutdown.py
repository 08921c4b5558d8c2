"""Signals end a block in order: once, and not in the middle of what must be finished."""

from __future__ import annotations

import os
import signal

import pytest

from local.shutdown import SIGNALS, Stopped, signals_held, stop_on_signals


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_ends_the_block_and_a_second_does_not_disturb_its_end(
    number: signal.Signals,
) -> None:
    handlers = [signal.getsignal(each) for each in SIGNALS]
    seen = []
    with stop_on_signals():
        try:
            os.kill(os.getpid(), number)
            seen.append("went on")
        finally:
            os.kill(os.getpid(), signal.SIGINT)
            seen.append("cleaned up")
    assert seen == ["cleaned up"]
    assert [signal.getsignal(each) for each in SIGNALS] == handlers


def test_a_signal_waits_for_what_must_be_finished() -> None:
    seen = []
    with stop_on_signals():
        with signals_held():
            os.kill(os.getpid(), signal.SIGTERM)
            seen.append("finished")
        seen.append("went on")
    assert seen == ["finished"]


def test_no_error_handling_on_the_way_swallows_it() -> None:
    with stop_on_signals():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        except Exception as error:  # noqa: BLE001
            pytest.fail(f"caught {error!r}")
    assert not issubclass(Stopped, Exception)


def test_other_errors_pass_through() -> None:
    with pytest.raises(ValueError, match="planted"), stop_on_signals():
        raise ValueError("planted")
