"""Continuous integration accepts no skipped test without a good reason."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RAN = '<testcase classname="tests.a" name="test_ran"/>'


def skipped(reason: str) -> str:
    return f'<testcase classname="tests.a" name="test_b"><skipped type="pytest.skip" message="{reason}"/></testcase>'


@pytest.mark.parametrize(
    ("cases", "has_shared", "code"),
    [
        (RAN, True, 0),
        (RAN + skipped("machine cannot have: a graphics card"), True, 0),
        (RAN + skipped("not today"), True, 1),
        (RAN + skipped("machine cannot have: the shared data folder is not there"), False, 0),
        (RAN + skipped("machine cannot have: the shared data folder is not there"), True, 1),
        (skipped("machine cannot have: anything"), True, 1),
        ("", True, 1),
    ],
)
def test_a_skip_needs_a_good_reason(tmp_path: Path, cases: str, has_shared: bool, code: int) -> None:
    report = tmp_path / "junit.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    shared = tmp_path if has_shared else tmp_path / "missing"
    result = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "skipped.py"), str(report)],
        env={**os.environ, "CF_SHARED": str(shared)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == code, result.stdout
    assert ("tests.a::test_b: not today" in result.stdout) == ("not today" in cases)
