"""Entries of help desks: what need not be said, what counts when it is said, and the course of a ticket."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from cf_operators.domain.any_source import Source
from cf_operators.domain.change_key import ChangeKey
from cf_operators.domain.shape import SHAPES
from cf_operators.domain.source import CollectedSource
from cf_operators.domain.ticket_course import StatusChange, course_of

KINDS = {
    "salesforce": ("cases", "Case"),
    "zendesk": ("tickets", "tickets"),
    "request_tracker": ("tickets", "id > 0"),
    "tryton": ("complaints", "sale.complaint"),
    "odoo": ("tickets", "helpdesk.ticket"),
}


def source_of(kind: str, **changes: Any) -> CollectedSource:
    entry = {"id": "desk", "kind": kind, "connection": "cf_desk", "time_zone": "UTC", **changes}
    source: Any = TypeAdapter(Source).validate_python(entry)
    assert isinstance(source, CollectedSource)
    return source


@pytest.mark.parametrize("kind", KINDS)
def test_id_kind_connection_and_time_zone_are_enough(kind: str) -> None:
    source = source_of(kind)
    name, read = KINDS[kind]
    declared = source.objects[name]
    assert (declared.stream, declared.read) == ("complaints", read)
    assert declared.map is not None
    assert declared.map.shape == "complaint"
    assert (
        {"received_at", "closed_at", "contact_email"} <= set(declared.map.fields) <= set(SHAPES["complaint"])
    )
    assert source_of(kind, objects={name: {}}) == source
    # What is written of a source is read as the same source.
    assert source_of(kind, **source.model_dump(exclude={"id", "kind", "connection", "time_zone"})) == source


@pytest.mark.parametrize("kind", KINDS)
def test_fields_are_mapped_otherwise_one_by_one(kind: str) -> None:
    name, _ = KINDS[kind]
    fields = {"order_id": "order_ref", "category": None, "closed_at": {"path": "ended_at"}}
    declared = source_of(kind, objects={name: {"map": {"fields": fields}}}).objects[name]
    assert declared.map is not None
    assert declared.map.fields["order_id"].path == "order_ref"
    assert declared.map.fields["closed_at"].path == "ended_at"
    assert "category" not in declared.map.fields
    assert "received_at" in declared.map.fields


@pytest.mark.parametrize("kind", KINDS)
def test_another_shape_takes_nothing_over(kind: str) -> None:
    name, _ = KINDS[kind]
    feedback = {"shape": "feedback", "fields": {"received_at": "at"}}
    declared = source_of(kind, objects={name: {"stream": "feedback", "map": feedback}}).objects[name]
    assert declared.map is not None
    assert set(declared.map.fields) == {"received_at"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "entry", [None, [], "cases", {"map": []}, {"map": {"fields": []}}, {"map": {"fields": {"x": "y"}}}]
)
def test_an_entry_that_is_none_is_refused(kind: str, entry: Any) -> None:
    name, _ = KINDS[kind]
    with pytest.raises(ValidationError):
        source_of(kind, objects={name: entry})


def test_a_course_counts_only_what_leaves_or_enters_the_settled_statuses() -> None:
    statuses = ("new", "open", "resolved", "rejected", "open", "resolved", "open")
    steps = enumerate(pairwise(statuses), start=1)
    changes = [StatusChange(str(at), before, after) for at, (before, after) in steps]
    settled = frozenset({"resolved", "rejected"})
    told = {"_first_resolved_at": "2", "_reopened_at": "6", "_reopen_count": 2}
    assert course_of(changes, "open", settled) == told | {"_closed_at": None}
    assert course_of(changes[:5], "resolved", settled) == {
        "_first_resolved_at": "2",
        "_closed_at": "5",
        "_reopened_at": "4",
        "_reopen_count": 1,
    }
    nothing = dict.fromkeys(("_first_resolved_at", "_closed_at", "_reopened_at"))
    assert course_of([], "new", settled) == nothing | {"_reopen_count": 0}


def test_a_place_is_kept_only_as_far_as_it_is_settled() -> None:
    early = ChangeKey.of({"at": "2024-05-01T10:00:00+00:00", "id": "b"})
    late = ChangeKey.of({"at": "2024-05-01T11:00:00+00:00"})
    assert early is not None
    assert late is not None
    assert early.settled(late.at) == early
    assert ChangeKey(late.at, "b").settled(late.at) == late
    assert early.as_position() == {"at": "2024-05-01T10:00:00+00:00", "id": "b"}
    assert late.as_position() == {"at": "2024-05-01T11:00:00+00:00"}
