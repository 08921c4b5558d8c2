"""`make charts` on a real warehouse: what is drawn, from which rows, and what is said when there is nothing yet."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import psycopg
import pytest

from cf_operators.hooks.chart_data import ChartData
from cf_operators.hooks.migrations import migrate
from demo.charts import draw
from demo.errors import DemoError
from local.credentials import Credentials
from local.errors import StackError
from local.ports import Ports, variable_of
from local.postgres import EmbeddedPostgres
from local.settings import StackSettings
from local.warehouse_roles import prepare_databases
from tests.charts.drawn import png_size
from tests.conftest import ROOT, Warehouse
from tests.demo.published import AS_OF, LEVELS, MONTHS, WITHHELD, publish, publish_drivers, receive_complaints
from tests.local.conftest import free_ports
from tests.memory import memory_folder


def settings_in(state: Path) -> StackSettings:
    """Settings of the example shop with its state in a folder and free ports."""
    names = [part.name for part in fields(Ports)]
    ports = {variable_of(name): str(port) for name, port in zip(names, free_ports(len(names)), strict=True)}
    environment = {"CF_STATE_DIR": str(state)} | ports
    return replace(StackSettings.load("shop", environment), environment=environment)


@pytest.fixture
def pack() -> Iterator[tuple[StackSettings, EmbeddedPostgres]]:
    """A pack whose warehouse is migrated and up; nothing was measured in it."""
    with tempfile.TemporaryDirectory(prefix="cf-charts-", dir=memory_folder()) as folder:
        settings = settings_in(Path(folder))
        credentials = Credentials.load(settings.state, {})
        server = EmbeddedPostgres(
            settings.state / "postgres", settings.ports.postgres, credentials.postgres, durable=False
        )
        server.start()
        try:
            roles = ROOT / "include/sql/schema/roles.sql"
            prepare_databases(server.superuser_uri, credentials.database_roles, roles)
            yield settings, server
        finally:
            server.stop()


def engine(settings: StackSettings, server: EmbeddedPostgres) -> str:
    return server.uri("cf_engine", Credentials.load(settings.state, {}).cf_engine, "warehouse")


def test_from_nothing_to_pictures(
    pack: tuple[StackSettings, EmbeddedPostgres], capsys: pytest.CaptureFixture[str]
) -> None:
    settings, server = pack
    with pytest.raises(psycopg.errors.UndefinedTable):
        draw(settings)
    migrate(engine(settings, server))
    with pytest.raises(DemoError, match=r"Nothing was measured in pack 'shop' yet, .*`make demo`"):
        draw(settings)
    with psycopg.connect(engine(settings, server)) as connection:
        publish(connection)
        publish_drivers(connection)
        receive_complaints(connection, date(2025, 2, 3), {"late": 4, "damaged": 2})
    folder = settings.state.parent / "charts"
    folder.mkdir()
    (folder / "control_of_last_year.png").touch()
    server.stop()
    written = draw(settings)
    assert not server.is_running()  # as it was found
    names = {f"{kind}_{kpi}" for kpi in LEVELS for kind in ("control", "months")}
    names |= {"scorecard", "scorecard_all", "drivers_nps", "complaint_pareto"}
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("png", "svg")
    }
    assert set(written) == set(folder.iterdir())
    for path in written:
        if path.suffix == ".png":
            width, height = png_size(path.read_bytes())
            assert 1400 < width < 3200
            assert 500 < height < 2400
    told = capsys.readouterr()
    assert str(folder / "scorecard.png") in told.out.splitlines()
    assert (
        "not drawn: drivers_csat.  driver chart of Customer satisfaction: no rows; there are drivers when 30"
        in told.err
    )
    scorecard = (folder / "scorecard.svg").read_text()
    assert "5 of 6 targets surely met, 1 surely missed, 0 not clear yet" in scorecard
    assert "20 April 2025, 08:05 CEST" in scorecard  # the clock of the organisation
    assert "withheld" in (folder / "control_nps.svg").read_text()
    assert "2024" in (folder / "drivers_nps.svg").read_text()


def test_no_warehouse_is_told(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"no warehouse of pack 'shop' yet: `make demo` or `make up`"):
        draw(settings_in(tmp_path))


def test_command_fails_with_the_message_on_standard_error(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "demo.charts"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}/plugins", "CF_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("There is no warehouse of pack 'shop' yet")


def test_rows_that_charts_read_are_those_that_bi_tools_see(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        publish(connection)
        publish_drivers(connection)
    with psycopg.connect(warehouse.bi_uri) as connection:
        data = ChartData(connection)
        newest = data.newest()
        assert newest is not None
        assert (newest.data_as_of, newest.as_of_on) == (AS_OF, AS_OF.date())
        months = data.months(["nps", "csat"])
        assert len(months) == 48
        assert months[months.kpi == "nps"].period_start.tolist() == MONTHS
        (withheld,) = months[months.is_suppressed].to_dict("records")
        assert (withheld["kpi"], withheld["period_start"]) == ("nps", WITHHELD)
        points = data.control_points(["on_time_delivery"])
        assert points.direction.tolist()[-2:] == ["worse", "worse"]
        assert points.n.tolist() == [100 + place for place in range(24)]
        assert data.months(["nps"], "region=North").empty
        card = data.scorecard(["csat", "nps"])
        assert card.kpi.tolist() == ["csat", "nps"]  # in the order asked for
        assert card.period_start.tolist() == [MONTHS[-1]] * 2
        assert card.question.tolist()[1] == "Would customers recommend us?"
        assert set(data.subjects(["nps", "unknown"])) == {"nps"}
        assert data.subjects(["csat"])["csat"].target == 0.70
        drivers = data.drivers("nps")
        assert set(drivers.period_start) == {date(2024, 1, 1)}
        assert data.drivers("csat").empty


@pytest.mark.parametrize(
    ("as_of_on", "shown"), [(date(2025, 2, 10), (2024, 10)), (date(2025, 4, 1), (2025, 1))]
)
def test_complaints_of_the_newest_quarter_that_is_over(
    warehouse: Warehouse, as_of_on: date, shown: tuple[int, int]
) -> None:
    with warehouse.connect() as connection:
        receive_complaints(connection, date(2024, 11, 5), {"late": 3, "damaged": 5})
        receive_complaints(connection, date(2025, 2, 3), {"late": 1})
    with psycopg.connect(warehouse.bi_uri) as connection:
        complaints = ChartData(connection).complaints(as_of_on)
    assert set(complaints.period_start) == {date(*shown, 1)}
    assert complaints.category.tolist() == (["damaged", "late"] if shown[0] == 2024 else ["late"])
