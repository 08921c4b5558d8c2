"""Submissions to the public form, against bare FastAPI routes in the same server process.

The form reads and checks a signed link, limits rates, checks the answers against the questionnaire, looks whether the
invitation is open, writes one row and a line of the hit log, and sets its headers. The bare routes do none of that: one
does nothing at all, the other writes one row with the same answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import URLError
from uuid import UUID, uuid4

from bench.form_app import PREFIX
from bench.load import Load, quantile, request, run_load
from cf_operators.domain.link import sign_link
from cf_operators.domain.survey import version_of
from cf_operators.hooks.warehouse import WarehouseHook
from local.ports import LOOPBACK, find_free
from local.settings import ROOT

SURVEY = ROOT / "include" / "surveys" / "annual.json"
ANSWERS = {
    "nps": 9,
    "csat": 4,
    "delivery": 3,
    "comment": "The delivery was late, the rest was fine. Thank you!",
}
CONNECTIONS = 16
ROUNDS = 6
WARM_UP = 100
KEY = secrets.token_hex(32)


def measure(count: int) -> dict[str, Any]:
    """Post so many submissions to the form and as many requests to each bare route.

    The three take turns, in an order that changes, so that a machine whose load drifts favours none.

    :returns: for ``form``, ``insert`` and ``nothing``: requests per ``second``, ``p50`` and ``p99`` in seconds.
    """
    definition = json.loads(SURVEY.read_text(encoding="utf-8"))
    invitations = _invite(definition, count + WARM_UP)
    body = json.dumps(
        {"answers": ANSWERS, "complete": True, "language": "en", "version": version_of(definition)}
    ).encode()
    with _server() as port:
        host = f"{LOOPBACK}:{port}"
        until = datetime.now(UTC) + timedelta(days=1)
        posts = {
            "form": [
                request(f"/s/{sign_link(KEY, 'answer', each, until)}", body, host) for each in invitations
            ],
            "insert": [request(f"{PREFIX}/insert/{each}", body, host) for each in invitations],
            "nothing": [request(f"{PREFIX}/nothing", body, host)] * len(invitations),
        }
        return {"count": count, "connections": CONNECTIONS} | asyncio.run(_take_turns(port, posts))


async def _take_turns(port: int, posts: Mapping[str, Sequence[bytes]]) -> dict[str, dict[str, float]]:
    for requests in posts.values():
        await run_load(LOOPBACK, port, requests[:WARM_UP], CONNECTIONS)
    loads: dict[str, list[Load]] = {name: [] for name in posts}
    for turn in range(ROUNDS):
        for name in sorted(posts, reverse=turn % 2 == 1):
            share = posts[name][WARM_UP:][turn::ROUNDS]
            loads[name].append(await run_load(LOOPBACK, port, share, CONNECTIONS))
    return {name: _figures(of) for name, of in loads.items()}


def _figures(loads: Sequence[Load]) -> dict[str, float]:
    latencies = [latency for load in loads for latency in load.latencies]
    return {
        "second": len(latencies) / sum(load.seconds for load in loads),
        "p50": quantile(latencies, 0.5),
        "p99": quantile(latencies, 0.99),
    }


def _invite(definition: dict[str, Any], count: int) -> list[UUID]:
    """Write so many accepted invitations to one wave."""
    now, version = datetime.now(UTC), version_of(definition)
    values = {"version": version, "definition": json.dumps(definition), "now": now}
    invitations = [uuid4() for _ in range(count)]
    with WarehouseHook().transaction() as connection:
        connection.execute(
            """insert into cf_ledger.survey (survey_id, version, definition, registered_at)
               values ('annual', %(version)s, %(definition)s, %(now)s)""",
            values,
        )
        connection.execute(
            """insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after,
                                           answer_until, opened_at, opened_by_run)
               values ('annual/1', 'annual', '1', 'annual', %(version)s, %(now)s, %(now)s + interval '1 day', %(now)s,
                       'bench')""",
            values,
        )
        connection.execute(
            """insert into cf_ledger.invitation (invitation_id, wave_id, campaign_id, contact_key, occasion, language,
                                                 message_id, state, send_not_before, planned_at)
               select i, 'annual/1', 'annual', gen_random_uuid(), '2026', 'en', i::text, 'accepted', %(now)s, %(now)s
               from unnest(%(invitations)s::uuid[]) as i""",
            values | {"invitations": invitations},
        )
        connection.execute(
            """create table bare_submission (
                   submission_id bigint generated always as identity primary key, invitation_id uuid not null,
                   is_complete boolean not null, answers jsonb not null, language text not null,
                   received_at timestamptz not null default now()
               )"""
        )
    with WarehouseHook().transaction() as connection:
        connection.execute("analyze")
    return invitations


@contextmanager
def _server() -> Iterator[int]:
    """One worker of uvicorn with both applications; gives its port."""
    port = find_free()
    warehouse = os.environ["AIRFLOW_CONN_CF_WAREHOUSE"].replace("postgres://", "postgresql://", 1)
    with tempfile.NamedTemporaryFile(prefix="cf-hits-") as hits:
        environment = {
            "CF_FORM_DATABASE": warehouse.replace("cf_engine", "cf_form", 1),
            "CF_BENCH_DATABASE": warehouse,
            "CF_FORM_SIGNING_KEY": KEY,
            "CF_FORM_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
            "CF_FORM_RATE": "1000000000",
            "CF_FORM_HIT_LOG": hits.name,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")]),
        }
        command = [
            "--factory",
            "bench.form_app:create",
            "--host",
            LOOPBACK,
            "--port",
            str(port),
            "--no-access-log",
        ]
        server = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", *command, "--no-server-header", "--log-level", "warning"],
            env=os.environ | environment,
            cwd=ROOT,
        )
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("form: the server did not start; its words stand above")


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
