"""A limit on how often one client may call, kept in the memory of the process.

It keeps one client from wearing the server out. It does not count people: many may share one address, so the
default is far above what people do.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

MAX_CLIENTS = 20_000
"""Clients that are remembered at a time; whoever was not seen for longest is forgotten first."""


class RateLimit:
    """A token bucket per client: a minute's worth at once, then as many as the rate gives back."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Count one call. Returns 0 when it may go on, else the seconds after which to try again."""
        if self._per_minute == 0:
            return 0
        now = self._clock()
        left, seen_at = self._buckets.pop(client, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - seen_at) * self._per_minute / 60)
        is_allowed = left >= 1
        self._buckets[client] = (left - 1 if is_allowed else left, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if is_allowed else max(1, math.ceil((1 - left) * 60 / self._per_minute))


@lru_cache(maxsize=1024)
def client_key(address: str | None) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
