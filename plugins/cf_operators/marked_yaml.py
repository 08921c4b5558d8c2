"""YAML that knows its lines: reads a document, finds keys written twice, and tells the line of each path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from cf_operators.domain.problem import Location, Problem

# The C parser is some ten times faster; a PyYAML without it reads the same.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class MarkedYaml:
    """A document as plain data, the line (from 1) of each path, and its problems. ``data`` is None if unreadable."""

    data: object = None
    lines: dict[Location, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, location: Location) -> int:
        """Line of a path, or of the nearest path around it; 1 when there is none."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    @classmethod
    def read(cls, text: str) -> MarkedYaml:
        """Read one document. Broken YAML is a problem with line and column, not an exception."""
        marks = cls()
        try:
            data = _construct(text, marks)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = ", ".join(part for part in (error.context, error.problem) if part)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            return cls(lines={(): line}, problems=[Problem((), f"not YAML: column {column}: {what}")])
        except (yaml.YAMLError, ValueError, RecursionError) as error:  # e.g. a date that no calendar has
            return cls(problems=[Problem((), f"not YAML: {error}")])
        if data is None:
            marks.problems.append(Problem((), "the file holds no programme; it is empty"))
        return cls(data, marks.lines, marks.problems)


def _construct(text: str, marks: MarkedYaml) -> object:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _mark(node, (), marks, frozenset())
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _mark(node: yaml.Node, location: Location, marks: MarkedYaml, around: frozenset[int]) -> None:
    """Note the line of everything below a node. An anchor inside itself is walked once."""
    if id(node) in around:
        return
    inside = around | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            marks.lines[(*location, index)] = item.start_mark.line + 1
            _mark(item, (*location, index), marks, inside)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*location, str(key.value))
            line = key.start_mark.line + 1
            if place in marks.lines:
                lines = f"lines {marks.lines[place]} and {line}"
                marks.problems.append(
                    Problem(place, f"is written twice, on {lines}; the last would win, keep one")
                )
                continue
            marks.lines[place] = line
            _mark(value, place, marks, inside)
