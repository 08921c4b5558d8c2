"""Checks SQL files with sqlfluff: `python -m local.sql_lint FOLDER...`.

The files carry Jinja for structure and psycopg's `%(name)s` for values, and sqlfluff can read only one of the two.
The placeholders are shown to it as psql variables, `:name`, which its PostgreSQL grammar knows.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlfluff.core import FluffConfig, Linter

PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def readable(path: Path) -> str:
    """The text of a file as sqlfluff can read it."""
    return PLACEHOLDER.sub(r":\1", path.read_text()).replace("%%", "%")


def problems(linter: Linter, path: Path) -> list[str]:
    """What is wrong with one file, a line each."""
    text = readable(path)
    found = linter.lint_string(text, fname=str(path)).get_violations()
    return [f"{path}:{violation.line_no}: {violation.rule_code()} {violation.desc()}" for violation in found]


def main(folders: list[str]) -> int:
    """Check all .sql files below the folders; the exit code is 1 if anything is wrong."""
    files = sorted(path for folder in folders for path in Path(folder).rglob("*.sql"))
    config = FluffConfig.from_root()
    with TemporaryDirectory() as included:
        # The macros that files import, made readable too.
        for macros in (path for path in files if path.parent.name == "macros"):
            copy = Path(included) / "macros" / macros.name
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(readable(macros))
        config.set_value(["templater", "jinja", "loader_search_path"], included)
        config.set_value(
            ["templater", "jinja", "library_path"], str(Path(__file__).with_name("sql_lint_filters"))
        )
        linter = Linter(config=config)
        found = [problem for path in files for problem in problems(linter, path)]
    print("\n".join([*found, f"{len(files)} SQL files, {len(found)} problems"]))
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
