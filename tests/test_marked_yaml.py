"""YAML with lines: where things stand, and what is said of broken documents."""

from __future__ import annotations

import pytest

from cf_operators.domain.problem import Location
from cf_operators.marked_yaml import MarkedYaml

TEXT = """\
# a comment
organisation:
  name: Meridian
  languages: [en,
    de]
owners:
  - id: a
  - {id: b,
     name: B}
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("organisation",), 2),
        (("organisation", "name"), 3),
        (("organisation", "languages", 0), 4),
        (("organisation", "languages", 1), 5),
        (("owners", 0, "id"), 7),
        (("owners", 1), 8),
        (("owners", 1, "name"), 9),
        (("owners", 1, "email"), 8),
        (("owners", 9, "id"), 6),
        (("nowhere",), 1),
        ((), 1),
    ],
)
def test_the_line_of_a_path_or_of_what_is_around_it(location: Location, line: int) -> None:
    assert MarkedYaml.read(TEXT).line_of(location) == line


def test_the_data_are_those_of_yaml() -> None:
    document = MarkedYaml.read(TEXT)
    assert document.problems == []
    assert document.data == {
        "organisation": {"name": "Meridian", "languages": ["en", "de"]},
        "owners": [{"id": "a"}, {"id": "b", "name": "B"}],
    }


def test_a_key_written_twice_is_found_once() -> None:
    document = MarkedYaml.read("a: {x: 1, y: 2}\nb:\n  c: 1\n  c: 2\na: {x: 1, y: 2}\n")
    assert [(problem.path, problem.message) for problem in document.problems] == [
        ("b.c", "is written twice, on lines 3 and 4; the last would win, keep one"),
        ("a", "is written twice, on lines 1 and 5; the last would win, keep one"),
    ]


def test_anchors_merges_and_loops_are_read() -> None:
    document = MarkedYaml.read("base: &base {x: 1}\nmade:\n  <<: *base\n  y: 2\nloop: &loop [*loop]\n")
    assert document.problems == []
    assert isinstance(document.data, dict)
    assert document.data["made"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not YAML: column 2: while parsing a flow sequence"),
        ("a: 1\n\tb: 2\n", 2, "not YAML: column 1: "),
        ("a: b: c\n", 1, "not YAML: column 5: "),
        ("a: *nowhere\n", 1, "not YAML: column 4: found undefined alias"),
        ("a: 1\n---\nb: 2\n", 2, "but found another document"),
        ("a: !!python/object:os.system {}\n", 1, "could not determine a constructor"),
        ("? [a, b]\n: 1\n", 1, "unhashable key"),
        ("on: 2024-13-45\n", 1, "not YAML: month must be in 1..12"),
        ("a: \x07\n", 1, "not YAML: "),
        ("", 1, "holds no programme; it is empty"),
        ("# only a comment\n", 1, "holds no programme; it is empty"),
        ("null\n", 1, "holds no programme; it is empty"),
    ],
)
def test_a_broken_document_is_one_problem_with_its_line(text: str, line: int, message: str) -> None:
    document = MarkedYaml.read(text)
    assert document.data is None
    assert len(document.problems) == 1
    assert message in document.problems[0].message
    assert document.line_of(document.problems[0].location) == line
