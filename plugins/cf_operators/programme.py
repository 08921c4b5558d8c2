"""Reads the programme file into the domain, or says everything that is wrong with it at once.

``python -m cf_operators.programme check [FILE]`` lists the problems, and what makes a survey hard to answer as hints,
which are no reason to refuse it; ``... schema`` prints the JSON Schema.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cf_operators.domain.declared import Declared
from cf_operators.domain.problem import Problem, problems_of
from cf_operators.domain.programme import Programme, missing_parts
from cf_operators.errors import ConfigurationError
from cf_operators.marked_yaml import MarkedYaml
from cf_operators.programme_files import absolute_path, file_hints, file_problems, template_problems
from cf_operators.source_presets import with_presets

SHIPPED = Path(__file__).resolve().parents[2] / "include" / "config" / "programme.yml"


def load_programme(path: Path | None = None) -> Programme:
    """The programme of a file: the one given, else of the environment variable CF_PROGRAMME, else the shipped one.

    Read again only when the file has changed. Paths in the result are absolute. Raises ``ConfigurationError`` that
    lists every problem with its line, its path in the file, the value seen and what is allowed.
    """
    chosen = Path(path or os.environ.get("CF_PROGRAMME") or SHIPPED).resolve()
    try:
        changed = chosen.stat().st_mtime_ns
    except OSError as error:
        raise ConfigurationError(
            f"no programme at {chosen} ({error.strerror}); set CF_PROGRAMME to the path of your programme.yml"
        ) from error
    return _load(chosen, changed)


@lru_cache(maxsize=8)
def _load(path: Path, _changed: int) -> Programme:
    try:
        document = MarkedYaml.read(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot read the programme {path}: {error}; it has to be a text file in UTF-8"
        ) from error
    data, problems = with_presets(document.data)
    problems += document.problems
    programme = None
    if data is not None:
        try:
            programme = Programme.model_validate(
                data, context=Declared.of(data, partial(absolute_path, path.parent))
            )
        except ValidationError as error:
            problems += problems_of(error, data, schema())
        problems += [*missing_parts(data), *template_problems(data)]
        problems += file_problems(data, path.parent)
    if problems or programme is None:
        raise ConfigurationError(_report(path, document, problems))
    return programme


def schema() -> dict[str, Any]:
    """JSON Schema of the programme file, for editors."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Programme of Customer Focus for Apache Airflow",
    }
    return head | {key: value for key, value in Programme.model_json_schema().items() if key != "title"}


def schema_text() -> str:
    """The JSON Schema as it is written to a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _report(path: Path, document: MarkedYaml, problems: list[Problem]) -> str:
    ordered = sorted(
        {(document.line_of(problem.location), problem.path, problem.message) for problem in problems}
    )
    count = f"{len(ordered)} problem{'s' if len(ordered) > 1 else ''}"
    lines = [f"  line {line}: {place}{': ' if place else ''}{message}" for line, place, message in ordered]
    return "\n".join([f"{path} has {count}:", *lines])


def _hints(path: Path) -> list[str]:
    document = MarkedYaml.read(path.read_text(encoding="utf-8-sig"))
    return [
        f"line {document.line_of(hint.location)}: {hint.path}: {hint.message}"
        for hint in file_hints(document.data, path.parent)
    ]


def main(arguments: list[str] | None = None) -> int:
    """Command line: 0 when the programme is right, also with hints; 1 when it is not."""
    parser = argparse.ArgumentParser(prog="python -m cf_operators.programme", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="list everything that is wrong with a programme file")
    check.add_argument(
        "file", nargs="?", type=Path, help="programme file; default: CF_PROGRAMME, else the shipped one"
    )
    commands.add_parser("schema", help="print the JSON Schema of the programme file")
    chosen = parser.parse_args(arguments)
    if chosen.command == "schema":
        sys.stdout.write(schema_text())
        return 0
    try:
        programme = load_programme(chosen.file)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for line in _hints(Path(chosen.file or os.environ.get("CF_PROGRAMME") or SHIPPED).resolve()):
        sys.stdout.write(f"hint: {line}\n")
    parts = ("sources", "surveys", "campaigns", "kpis", "targets")
    counts = ", ".join(f"{len(getattr(programme, part))} {part}" for part in parts)
    sys.stdout.write(f"no problems: {counts}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
