"""Preparing the warehouse: the schema is brought up to date, and the surveys are looked at before a wave needs them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.operators.prepare_warehouse import PrepareWarehouseOperator
from cf_operators.programme import SHIPPED
from tests.conftest import ROOT, Warehouse

Prepare = Callable[[], dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of ``include``, whose programme is in use; the folder of its surveys."""
    for part in ("config", "surveys", "sql"):
        shutil.copytree(ROOT / "include" / part, tmp_path / part)
    monkeypatch.setenv("CF_PROGRAMME", str(tmp_path / "config" / SHIPPED.name))
    return tmp_path / "surveys"


@pytest.fixture
def prepare(warehouse: Warehouse, folder: Path, run_context: Callable[..., Any]) -> Prepare:
    return lambda: PrepareWarehouseOperator(task_id="migrate").execute(run_context())


def versions(warehouse: Warehouse) -> dict[str, list[str]]:
    rows = warehouse.rows(
        "select survey_id, array_agg(version) as versions from cf_ledger.survey group by survey_id"
    )
    return {row["survey_id"]: row["versions"] for row in rows}


def test_the_surveys_of_the_programme_are_registered_once(warehouse: Warehouse, prepare: Prepare) -> None:
    first = prepare()
    assert first["before"] == first["after"]
    assert {"post_purchase", "annual", "ad_hoc"} <= first["surveys"].keys()
    assert prepare() == first
    assert versions(warehouse) == {survey: [version] for survey, version in first["surveys"].items()}


def test_a_changed_scale_is_refused_before_a_wave(
    warehouse: Warehouse, folder: Path, prepare: Prepare
) -> None:
    prepare()
    before = versions(warehouse)
    (folder / "constructs.yml").write_text("delivery: {scale: [1, 7]}\n", encoding="utf-8")
    definition = json.loads((folder / "post_purchase.json").read_text(encoding="utf-8"))
    (delivery,) = [each for each in definition["pages"][0]["elements"] if each["name"] == "delivery"]
    delivery["rateMax"] = 7
    annual = json.loads((folder / "annual.json").read_text(encoding="utf-8"))
    annual["pages"][1]["elements"][2]["rateMax"] = 7
    for name, content in (("post_purchase", definition), ("annual", annual)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        prepare()
    for name in ("post_purchase", "annual"):
        assert f'survey "{name}"' in str(refused.value)
    assert str(refused.value).count('question "delivery" was answered on 1..5, now on 1..7') == 2
    assert versions(warehouse) == before
