"""A filled warehouse, made once for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.bi.filled import fill
from tests.conftest import WarehouseServer


@pytest.fixture(scope="session")
def filled_uri(warehouse_server: WarehouseServer) -> Iterator[str]:
    """The address of a warehouse with rows in every relation of ``cf_kpi``, for the role ``cf_bi``."""
    made = warehouse_server.create("filled_for_bi", "cf_template")
    with made.connect() as connection:
        fill(connection)
    yield made.bi_uri
    warehouse_server.drop("filled_for_bi")


@pytest.fixture
def bi(filled_uri: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A connection to it as ``cf_bi``."""
    with psycopg.connect(filled_uri, row_factory=dict_row, options="-c timezone=UTC") as connection:
        yield connection
