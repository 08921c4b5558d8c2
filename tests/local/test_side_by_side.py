"""Commands that run side by side are each heard out, and one that fails is enough to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.side_by_side import main


def test_all_run_and_each_output_is_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"echo {name}1; sleep 0.05; echo {name}2 >&2; sleep 0.05; echo {name}3" for name in "abc"]
    assert main(lines) == 0
    printed = capsys.readouterr().out
    assert all(f"{name}1\n{name}2\n{name}3\n" in printed for name in "abc")


def test_two_run_at_a_time(tmp_path: Path) -> None:
    """Each waits for the other's file, so one after the other they would wait in vain."""
    meet = "touch {0}; for try in $(seq 600); do test -e {1} && exit 0; sleep 0.05; done; exit 1"
    one, other = tmp_path / "one", tmp_path / "other"
    assert main([meet.format(one, other), meet.format(other, one)]) == 0


def test_a_failure_is_named_and_stops_none_of_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = tmp_path / "late"
    assert main(["echo wrong; exit 3", f"sleep 0.2; touch {late}"]) == 1
    out, err = capsys.readouterr()
    assert "exit code 3" in out
    assert "wrong\n" in out
    assert err == "failed: echo wrong; exit 3\n"
    assert late.exists()


def test_nothing_to_run_is_an_error() -> None:
    assert main([]) == 1
