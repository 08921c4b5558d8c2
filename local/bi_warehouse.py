"""The warehouse of a pack for somebody who only reads results, whether the stack is up or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from local.connections import Replacements
from local.credentials import Credentials
from local.errors import StackError
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings


@contextmanager
def bi_warehouse(settings: StackSettings) -> Iterator[str]:
    """The address of the warehouse for the role `cf_bi`, up at least as long as the block runs.

    A warehouse that is not up is started, and stopped again. Raises `StackError` when there is none yet.
    """
    if Replacements.of(settings).warehouse:
        given = settings.given("CF_BI_DATABASE")
        if given is None:
            raise StackError(
                "The warehouse is your own (AIRFLOW_CONN_CF_WAREHOUSE): "
                "set CF_BI_DATABASE=postgresql://cf_bi:<password>@<host>/<database>."
            )
        yield given
        return
    data = settings.state / "postgres"
    if not data.exists():
        raise StackError(
            f"There is no warehouse of pack {settings.pack!r} yet: `make demo` or `make up` makes one."
        )
    credentials = Credentials.load(settings.state, settings.environment)
    server = EmbeddedPostgres(data, settings.ports.postgres, credentials.postgres)
    was_running = server.is_running()
    if not was_running:
        server.start()
    try:
        yield server.uri("cf_bi", credentials.cf_bi, "warehouse")
    finally:
        if not was_running:
            server.stop()
