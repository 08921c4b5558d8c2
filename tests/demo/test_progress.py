"""Progress lines, and the counts of a task in words."""

from __future__ import annotations

import time

import pytest

from demo.progress import Progress, counts


def test_a_slow_step_does_not_look_dead(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(silence=0.1)
    began, printed = time.monotonic(), ""
    with progress.never_silent():
        progress.headline("Slow")
        while printed.count("still at it") < 2 and time.monotonic() - began < 60:
            time.sleep(0.01)
            printed += capsys.readouterr().out
    took = time.monotonic() - began
    lines = (printed + capsys.readouterr().out).split("\n")
    assert lines[:2] == ["", "== Slow"]
    assert all(line.endswith("... still at it") for line in lines[2:-1])
    assert 2 <= len(lines[2:-1]) <= took / 0.1
    time.sleep(0.2)
    assert capsys.readouterr().out == ""


def test_lines_carry_the_elapsed_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().say("Collecting")
    assert capsys.readouterr().out == "[  0.0 s] Collecting\n"


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        ({"read": 3004, "new": 3003, "changed": 0, "quarantined": 1}, "read 3,004, new 3,003, quarantined 1"),
        (
            {
                "campaign": "annual",
                "in_period": True,
                "planned": 5,
                "excluded": {"no_consent": 2, "bounced": 1},
            },
            "planned 5, excluded 3",
        ),
        ({"missed": 1, "opened": [{"task_id": "x"}], "data_as_of": "2026-11-21"}, "missed 1, opened 1"),
        ({"read": 0, "new": 0}, "nothing new"),
        (
            {"shop": {"fetched": 4504, "new": 4502, "positions": {"a": {"after": 9}}}, "crm": None},
            "shop 4,504",
        ),
        ({"fetched": 2, "new": 1, "positions": {"a": {"before": 7, "after": 9}}}, "fetched 2, new 1"),
        (None, "done"),
    ],
)
def test_counts(summary: object, text: str) -> None:
    assert counts(summary) == text
