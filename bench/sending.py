"""Sending a wave with the ledger on, against a bare smtplib loop into the same mail server."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

from bench.bare_smtp import ready_made, send_bare
from bench.sending_worker import send
from bench.wave import plan_wave, states


def measure(count: int, workers: int, bare_count: int) -> dict[str, Any]:
    """Plan and send so many invitations, and send ``bare_count`` ready-made mails.

    The bare loop runs half before and half after, so that a machine whose load drifts favours neither side.

    :returns: seconds of both, ``memory`` of the largest worker in bytes, and ``accepted`` as the ledger has it.
    """
    now = datetime.now(UTC)
    plan_wave(count, now)
    parcel = ready_made(now)
    bare_seconds = send_bare(parcel, bare_count // 2)
    seconds, said = send(workers)
    bare_seconds += send_bare(parcel, bare_count - bare_count // 2)
    found = states()
    if found != {"accepted": count}:
        raise SystemExit(f"sending: {count} invitations should be accepted, the ledger has {found}")
    return {
        "count": count,
        "workers": workers,
        "seconds": seconds,
        "bare_count": bare_count,
        "bare_seconds": bare_seconds,
        "memory": max(each["memory"] for each in said),
        "accepted": found["accepted"],
        "mail_bytes": len(parcel.content),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
