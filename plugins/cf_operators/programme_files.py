"""The files and mail templates that a programme names: whether each is there, and whether its surveys can be asked.

Problems are errors: with one the programme is refused. Hints are told by the command ``check`` only.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from cf_operators.domain.declared import entries
from cf_operators.domain.problem import Location, Problem, shown
from cf_operators.domain.survey import Scales
from cf_operators.survey_files import survey_errors, survey_hints

MAIL_TEMPLATES = Path(__file__).resolve().parents[2] / "include" / "templates" / "mail"
_FRAME = "frame"  # the texts around every mail; no template of its own

_PATH_KEYS = (("sources", "staging"), ("surveys", "definition"), ("campaigns", "audience"), ("kpis", "sql"))


def absolute_path(folder: Path, name: str) -> Path:
    """A path of the programme from the programme's folder: without ``..``, and without following links."""
    return Path(os.path.normpath(folder / name))


def file_problems(data: object, folder: Path) -> Iterator[Problem]:
    """Files that are not there, and surveys that cannot be asked. ``data`` may be broken in any other way."""
    languages, scales = _languages(data), _scales(data)
    for location, name in _named_files(data):
        path = absolute_path(folder, name)
        if not _is_file(path):
            yield Problem(location, f"{shown(name)} is not a file; looked for {path}")
        elif location[0] == "surveys":
            for problem in survey_errors(path, languages, scales):
                yield Problem(location, f"{shown(name)}: {problem}")


def file_hints(data: object, folder: Path) -> Iterator[Problem]:
    """What makes the surveys of a right programme hard to answer. They can be asked all the same."""
    for index, entry in entries(data, "surveys"):
        for hint in survey_hints(absolute_path(folder, entry["definition"])):
            yield Problem(("surveys", index, "definition"), f"{shown(entry['definition'])}: {hint}")


def template_problems(data: object) -> Iterator[Problem]:
    """Mail templates that a campaign names and that nobody has written."""
    known = {file.parent.name for file in MAIL_TEMPLATES.glob("*/*.yml")} - {_FRAME}
    for index, entry in entries(data, "campaigns"):
        name = entry.get("template")
        if isinstance(name, str) and name not in known:
            message = f"{shown(name)} is not a mail template; templates are: {', '.join(sorted(known))}"
            yield Problem(("campaigns", index, "template"), message)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no right to look, or a name that no file can have
        return False


def _named_files(data: object) -> Iterator[tuple[Location, str]]:
    for section, key in _PATH_KEYS:
        for index, entry in entries(data, section):
            if isinstance(name := entry.get(key), str) and name:
                yield (section, index, key), name
    for index, entry in entries(data, "sources"):
        objects = entry.get("objects")
        for name, item in objects.items() if isinstance(objects, dict) else ():
            read = item.get("read") if isinstance(item, dict) else None
            if entry.get("kind") == "sql" and isinstance(read, str) and read.endswith(".sql"):
                yield ("sources", index, "objects", name, "read"), read


def _languages(data: object) -> list[str]:
    """The languages of the organisation, as far as they can be read."""
    organisation = data.get("organisation") if isinstance(data, dict) else None
    languages = organisation.get("languages") if isinstance(organisation, dict) else None
    return [tag for tag in languages if isinstance(tag, str)] if isinstance(languages, list) else []


def _scales(data: object) -> Scales:
    """On which scales the KPIs count the answers of each construct, as far as they can be read."""
    scales: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for _, kpi in entries(data, "kpis"):
        match kpi:
            case {"construct": str(construct), "scale": [int(low), int(high)]}:
                scales[construct].add((low, high))
    return scales
