"""Free TCP ports for servers that tests start, also while another process of the same run looks for some."""

from __future__ import annotations

import os
import random
import socket

FIRST, LAST = 10_000, 32_000
"""Below the ports that Linux lends to outgoing connections, which could take one before its server listens."""
MOST_WORKERS = 16


def free_ports(count: int) -> list[int]:
    """As many different ports as asked for, on which nothing listens now; no other worker is given the same."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST_WORKERS
    found: list[int] = []
    candidates = range(FIRST + worker, LAST, MOST_WORKERS)
    # System randomness: a seed that a test sets must not lead back to the ports of the test before.
    for port in random.SystemRandom().sample(candidates, len(candidates)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def free_port() -> int:
    """A TCP port that nothing listens on right now."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
