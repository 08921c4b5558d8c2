"""A load generator: posts ready-made requests over connections that stay open, and takes the time of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What a round of requests took.

    ``latencies``: seconds of each request; ``seconds``: of the whole round.
    """

    latencies: list[float]
    seconds: float


def request(path: str, body: bytes, host: str) -> bytes:
    """A POST of JSON, ready to be sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"User-Agent: Mozilla/5.0 (bench)\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run_load(host: str, port: int, requests: Sequence[bytes], connections: int) -> Load:
    """Send each request once, over so many connections at a time.

    :raises SystemExit: a reply is not 200 with the status accepted.
    """
    waiting = iter(requests)
    started = time.perf_counter()
    found = await asyncio.gather(*(_one(host, port, waiting) for _ in range(connections)))
    seconds = time.perf_counter() - started
    return Load([latency for latencies in found for latency in latencies], seconds)


async def _one(host: str, port: int, waiting: Iterator[bytes]) -> list[float]:
    reader, writer = await asyncio.open_connection(host, port)
    latencies = []
    for sent in waiting:
        started = time.perf_counter()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        latencies.append(time.perf_counter() - started)
        if not head.startswith(b"HTTP/1.1 200") or b'"accepted"' not in body:
            raise SystemExit(f"form: a post was not accepted: {head[:40]!r} {body[:200]!r}")
    writer.close()
    return latencies


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
