"""YAML that knows its lines: reads a document, finds keys written twice, and tells the line of each path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from cf_operators.domain.problem import Location, Problem

# The C parser is some ten times faster; a PyYAML without it reads the same.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class MarkedYaml:
    """A document as plain data, the line (from 1) of each path, and its problems."""

    data: object = None
    lines: dict[Location, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line_of(self, location: Location) -> int:
        """Line of a path, or of the nearest path around it; 1 when there is none."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)

    @classmethod
    def read(cls, text: str) -> MarkedYaml:
        """Read one document. Broken YAML is a problem with line and column, not an exception."""
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return cls(problems=(Problem((), "the file is empty"),))
            marks = list(_walk(node, (), set()))
            data = loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            return cls(problems=(Problem((), _syntax(error)),))
        except yaml.YAMLError as error:
            return cls(problems=(Problem((), f"not YAML: {error}"),))
        finally:
            loader.dispose()
        lines: dict[Location, int] = {}
        problems = []
        for location, line in marks:
            if location in lines:
                message = (
                    f"is written twice, on lines {lines[location]} and {line}; the second would win, keep one"
                )
                problems.append(Problem(location, message))
            else:
                lines[location] = line
        return cls(data, lines, tuple(problems))


def _syntax(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    what = ", ".join(part for part in (error.context, error.problem) if part)
    return f"not YAML: {where}{what}"


def _walk(node: yaml.Node, location: Location, around: set[int]) -> Iterator[tuple[Location, int]]:
    """Path and line of each node, depth first. An anchor inside itself is walked once."""
    if id(node) in around:
        return
    inside = around | {id(node)}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                place = (*location, key.value)
                yield place, key.start_mark.line + 1
                yield from _walk(value, place, inside)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*location, index), item.start_mark.line + 1
            yield from _walk(item, (*location, index), inside)
