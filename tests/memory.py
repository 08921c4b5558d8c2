"""A place in memory for databases of tests: each makes and deletes a thousand files, which a disk is slow at."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED = 4 * 2**30
"""Bytes that have to be free; in containers there are often 64 MB."""


def memory_folder() -> Path | None:
    """Where the machine keeps files in memory, if it has enough; None, which `tempfile` takes for a disk, elsewhere."""
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= NEEDED:
        return MEMORY
    return None
