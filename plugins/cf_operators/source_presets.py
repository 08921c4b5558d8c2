"""Descriptions of systems that come with the package, put below what the programme says of a source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cf_operators.domain.declared import entries
from cf_operators.domain.problem import Location, Problem, shown
from cf_operators.marked_yaml import MarkedYaml

PRESETS = Path(__file__).resolve().parents[2] / "include" / "sources"
_WHOLE = ("auth", "paging", "fields", "questions", "values")
"""What the programme gives under these keys goes over the preset's item by item: items themselves are not mixed."""


def preset_names() -> list[str]:
    """The names of the descriptions."""
    return sorted(path.stem for path in PRESETS.glob("*.yml"))


def with_presets(data: object) -> tuple[Any, list[Problem]]:
    """The raw data of a programme, its sources completed by their presets; and presets that there are none of.

    A preset has the keys of a source, and ``object``: what holds for each of its objects. The programme's word goes
    first: mappings are completed key by key, anything else replaces what the preset says, and null takes it away.
    """
    problems: list[Problem] = []
    completed: dict[int, Any] = {}
    for index, entry in entries(data, "sources"):
        if (name := entry.get("preset")) is None or entry.get("kind") != "rest":
            continue
        if name not in preset_names():
            location: Location = ("sources", index, "preset")
            message = f"{shown(name)} is not a preset; presets are: {', '.join(preset_names())}"
            problems.append(Problem(location, message))
            continue
        completed[index] = _completed(entry, _preset(str(name)))
    if not completed or not isinstance(data, Mapping):
        return data, problems
    sources = [completed.get(index, entry) for index, entry in enumerate(data["sources"])]
    return {**data, "sources": sources}, problems


@cache
def _preset(name: str) -> Mapping[str, Any]:
    data = MarkedYaml.read((PRESETS / f"{name}.yml").read_text(encoding="utf-8")).data
    assert isinstance(data, dict), f"{name}.yml is a mapping"
    return data


def _completed(entry: Mapping[str, Any], preset: Mapping[str, Any]) -> dict[str, Any]:
    source = {key: value for key, value in preset.items() if key != "object"}
    merged = _over(entry, source)
    objects = entry.get("objects")
    if isinstance(objects, Mapping):
        merged["objects"] = {
            name: _over(item, preset["object"]) if isinstance(item, Mapping | None) else item
            for name, item in objects.items()
        }
    return merged


def _over(own: Mapping[str, Any] | None, below: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in (own or {}).items():
        base = below.get(key)
        if value is None and key in below:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(base, Mapping) and not _is_other_kind(value, base):
            merged[key] = {**base, **value} if key in _WHOLE else _over(value, base)
            merged[key] = {name: item for name, item in merged[key].items() if item is not None}
        else:
            merged[key] = value
    return merged


def _is_other_kind(value: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    """Another way to log in or to page shares no keys with that of the preset."""
    return "kind" in value and value["kind"] != base.get("kind")
