"""What a trial tells of itself is its own."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

MEGABYTE = 2**20
CHILD = """
from bench.trial import peak_memory
block = bytearray({held})
block[::4096] = b"x" * len(block[::4096])
print(peak_memory())
"""
PARENT = """
import subprocess, sys
block = bytearray({held})
block[::4096] = b"x" * len(block[::4096])
print(subprocess.run([sys.executable, "-c", {child!r}], capture_output=True, text=True, check=True).stdout)
"""


def peak(child_holds: int, parent_holds: int) -> int:
    """Peak memory that a child tells which holds so much, of a parent that holds so much."""
    text = PARENT.format(held=parent_holds, child=CHILD.format(held=child_holds))
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_the_peak_memory_of_a_trial_is_not_that_of_its_parent() -> None:
    small = peak(0, 0)
    assert peak(0, 600 * MEGABYTE) < small + 100 * MEGABYTE
    assert peak(300 * MEGABYTE, 0) > small + 250 * MEGABYTE
