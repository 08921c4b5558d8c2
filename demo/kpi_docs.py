"""`python -m demo.kpi_docs [--pack NAME]`: `docs/kpi.md` for the shipped programme, with worked examples of a pack.

The warehouse is started for it when it is not up; when there is none, the worked examples stay as they are.
"""

from __future__ import annotations

import argparse
import sys

import psycopg

from cf_operators import kpi_dictionary
from cf_operators.errors import ConfigurationError
from local.bi_warehouse import bi_warehouse
from local.errors import StackError
from local.settings import StackSettings


def write(settings: StackSettings) -> None:
    """Write the dictionary with the examples of a pack. Raises `StackError` when it has no warehouse yet."""
    with bi_warehouse(settings) as uri:
        kpi_dictionary.write_dictionary(settings.programme, kpi_dictionary.SHIPPED, uri)


def main() -> int:
    """0 when the file was written; also without worked examples, which is said."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.kpi_docs",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pack", help="the pack to use instead of the one last used")
    arguments = parser.parse_args()
    try:
        settings = StackSettings.load(arguments.pack)
        try:
            write(settings)
        except StackError as reason:
            print(f"The worked examples stay as they are.  {reason}", file=sys.stderr, flush=True)
            kpi_dictionary.write_dictionary(settings.programme, kpi_dictionary.SHIPPED, None)
    except (StackError, ConfigurationError, psycopg.Error) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    print(kpi_dictionary.SHIPPED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
