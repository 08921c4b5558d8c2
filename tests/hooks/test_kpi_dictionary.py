"""The KPI dictionary is that of the programme, and its worked examples can be worked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cf_operators.domain.kpi import Kpi
from cf_operators.domain.worked_example import numbers_of
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.kpi_dictionary import header_of, kpi_dictionary, written_examples
from cf_operators.kpi_dictionary import SHIPPED, main
from cf_operators.programme import load_programme
from tests.conftest import ROOT, Warehouse
from tests.demo.published import LEVELS, MONTHS, publish

PROGRAMME = load_programme()
DOCUMENT = SHIPPED.read_text(encoding="utf-8")
EXAMPLES = written_examples(DOCUMENT)


@pytest.mark.parametrize("path", sorted((ROOT / "include/sql/kpi").glob("*.sql")), ids=lambda path: path.stem)
def test_every_sql_file_says_who_is_counted(path: Path) -> None:
    entry = {"id": "k", "title": "K", "question": "?", "sql": path, "family": "proportion", "unit": "share"}
    header = header_of(Kpi.model_validate(entry | {"direction": "up"}))
    assert header.reads.startswith("the cases of cf_core.fct_")


def test_document_is_that_of_the_programme() -> None:
    assert kpi_dictionary(PROGRAMME, EXAMPLES) == DOCUMENT, "docs/kpi.md is out of date: `make kpi-docs`"


@pytest.mark.parametrize("kpi", [kpi.id for kpi in PROGRAMME.kpis])
def test_worked_example_can_be_worked_again(kpi: str) -> None:
    assert_works(PROGRAMME.kpi(kpi), EXAMPLES[kpi])


def assert_works(kpi: Kpi, example: str) -> None:
    numbers = numbers_of(example)
    assert numbers is not None, example
    names = ("per", "numerator", "denominator", "value", "n")
    per, top, bottom, value, n = (numbers[name] or 0 for name in names)
    assert n == bottom > 0
    low, high = numbers["low"], numbers["high"]
    assert low is None or low <= value
    assert high is None or value <= high
    if kpi.family != "duration":
        assert per == {"nps": 100, "rate": kpi.per}.get(kpi.family, 1)
        assert value == pytest.approx(per * top / bottom, abs=0.5e-4)
    else:
        assert 0 < top <= bottom
        if kpi.within_hours is not None:
            assert value >= top / bottom - 0.5e-4  # open cases may still keep the limit


def test_examples_are_taken_from_the_warehouse_and_kept_without_one(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "kpi.md"
    with warehouse.connect() as connection:
        publish(connection)
        connection.execute(
            "update cf_kpi.kpi_value set numerator = 50, denominator = 200, n = 200 where n > 0"
        )
        connection.execute(
            "update cf_kpi.kpi_value set value = 25, low = 10, high = 40 where kpi = 'nps' and n > 0"
        )
    monkeypatch.setenv("CF_BI_DATABASE", warehouse.bi_uri)
    assert main(["--into", str(into)]) == 0
    assert capsys.readouterr().out == f"{into}\n"
    measured = written_examples(into.read_text())
    assert measured.keys() == LEVELS.keys()
    assert measured["nps"].startswith(f"{MONTHS[-1]:%B %Y}: 100 × ")
    assert_works(PROGRAMME.kpi("nps"), measured["nps"])
    monkeypatch.delenv("CF_BI_DATABASE")
    assert main(["--into", str(into)]) == 0
    assert written_examples(into.read_text()) == measured


def test_unreachable_warehouse_and_missing_header_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CF_BI_DATABASE", "postgresql://cf_bi@127.0.0.1:1/none")
    assert main(["--into", str(tmp_path / "kpi.md")]) == 1
    assert "connection" in capsys.readouterr().err
    bare = tmp_path / "nps.sql"
    bare.write_text("select 1")
    with pytest.raises(ConfigurationError, match=r'KPI "nps", nps\.sql: the header has the fields none;'):
        header_of(PROGRAMME.kpi("nps").model_copy(update={"sql": bare}))
