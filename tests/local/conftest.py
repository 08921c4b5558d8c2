"""What the tests of the local stack share: free ports, settings in a scratch folder, and waiting."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from local.ports import Ports
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from tests.memory import memory_folder
from tests.ports import free_ports as free_ports


def wait_until(condition: Callable[[], object], timeout: float = 60) -> None:
    """Return as soon as the condition holds; fail the test if it does not in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    """Settings of the example shop with its state in a scratch folder and free ports."""
    names = [part.name for part in fields(Ports)]
    ports = Ports(**dict(zip(names, free_ports(len(names)), strict=True)))
    environment = {"CF_STATE_DIR": str(tmp_path / "var")}
    # A .env file of whoever runs the tests must not change what they see.
    return replace(StackSettings.load("shop", environment), ports=ports, environment=environment)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A running embedded PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="cf-local-", dir=memory_folder()))
    made = EmbeddedPostgres(folder / "postgres", free_ports(1)[0], "super-secret", durable=False)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)
