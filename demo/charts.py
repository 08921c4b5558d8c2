"""`python -m demo.charts [--pack NAME] [--all]`: the results as pictures for a meeting, in `var/charts`.

Draws what was measured last: scorecard, control charts, months, drivers, complaints by category; each as PNG and SVG.
The warehouse is started for it when it is not up.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import psycopg
from psycopg import IsolationLevel

from cf_operators.charts.rows import NothingToDraw
from cf_operators.errors import ConfigurationError
from cf_operators.hooks.chart_data import ChartData
from cf_operators.hooks.chart_files import write_chart
from cf_operators.programme import load_programme
from demo.errors import DemoError
from demo.gallery import gallery
from local.bi_warehouse import bi_warehouse
from local.errors import StackError
from local.settings import StackSettings


def draw(settings: StackSettings, *, all_kpis: bool = False) -> list[Path]:
    """Draw all charts of a pack into the folder `charts` beside its state; what is not there yet is said and left out.

    Charts of an earlier run are removed first. Raises `DemoError` when nothing was measured yet.
    """
    programme = load_programme(settings.programme)
    folder = settings.state.parent / "charts"
    written: list[Path] = []
    with bi_warehouse(settings) as uri, psycopg.connect(uri, options="-c timezone=UTC") as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        data = ChartData(connection)
        newest = data.newest()
        if newest is None:
            raise DemoError(
                f"Nothing was measured in pack {settings.pack!r} yet, so there is nothing to draw: `make demo` fills "
                "it, or `make up` and then a run of the DAG cf_measure."
            )
        pictures = list(gallery(data, programme, newest, all_kpis=all_kpis))
    for old in [*folder.glob("*.png"), *folder.glob("*.svg")]:
        old.unlink()
    for picture in pictures:
        try:
            written += write_chart(picture.draw(), folder, picture.name)
        except NothingToDraw as reason:
            print(f"not drawn: {picture.name}.  {reason}", file=sys.stderr, flush=True)
        else:
            print(written[-2], flush=True)
    return written


def main() -> int:
    """Draw; 0 when there are charts, 1 with the reason when there are none."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.charts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pack", help="the pack to use instead of the one last used")
    parser.add_argument(
        "--all", action="store_true", help="charts of every KPI, not only of those with a target"
    )
    arguments = parser.parse_args()
    try:
        draw(StackSettings.load(arguments.pack), all_kpis=arguments.all)
    except (StackError, ConfigurationError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except psycopg.errors.UndefinedTable as error:
        print(
            f"The warehouse is of an earlier version ({error.diag.message_primary}): `make up` brings it up to date.",
            file=sys.stderr,
            flush=True,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
