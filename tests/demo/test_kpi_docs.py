"""`make kpi-docs`: worked examples of a pack, and what happens when it has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cf_operators.hooks.kpi_dictionary import written_examples
from cf_operators.kpi_dictionary import SHIPPED
from demo.kpi_docs import main
from tests.conftest import Warehouse
from tests.demo.published import LEVELS, publish


def test_examples_stay_when_there_is_no_warehouse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CF_STATE_DIR", str(tmp_path / "state"))
    into = tmp_path / "kpi.md"
    shutil.copy(SHIPPED, into)
    assert main(["--pack", "shop", "--into", str(into)]) == 0
    assert "The worked examples stay as they are.  There is no warehouse" in capsys.readouterr().err
    assert into.read_text() == SHIPPED.read_text()


def test_examples_are_those_of_the_warehouse(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warehouse.connect() as connection:
        publish(connection)
        connection.execute("update cf_kpi.kpi_value set numerator = 50, denominator = 200 where n > 0")
    monkeypatch.setenv("CF_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CF_BI_DATABASE", warehouse.bi_uri)
    monkeypatch.setenv("CF_FORM_DATABASE", warehouse.form_uri)
    into = tmp_path / "kpi.md"
    assert main(["--pack", "shop", "--into", str(into)]) == 0
    assert written_examples(into.read_text()).keys() == LEVELS.keys()
