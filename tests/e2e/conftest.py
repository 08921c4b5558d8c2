"""One browser for the tests of a module, and a form server for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Warehouse
from tests.e2e.browser import running_browser
from tests.e2e.forms import Forms
from tests.web.running_form import running_form


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def forms(warehouse: Warehouse, browser: Browser) -> Iterator[Forms]:
    with running_form(warehouse) as url:
        yield Forms(url, warehouse, browser)
