"""Judging rows: what lands, what is refused and why, and when two keys are the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cf_operators.domain.source import FilesObject
from cf_operators.domain.source_row import RefusedRow, SourceRow, external_id, judge, storable

ORDERS = FilesObject.model_validate(
    {
        "stream": "orders",
        "read": "orders*.csv",
        "key": ["order_id"],
        "columns": {"order_id": "text", "ordered_at": "timestamp", "items": "integer?", "note": "text?"},
    }
)
GOOD = {"order_id": "A1", "ordered_at": "2024-05-01 10:00:00", "items": "3", "note": ""}


def landed(values: dict[str, Any]) -> dict[str, Any]:
    row = judge(values, ORDERS)
    assert isinstance(row, SourceRow), row
    payload: dict[str, Any] = json.loads(row.payload)
    return payload


def test_values_land_as_they_came_and_empty_cells_as_null() -> None:
    row = judge({**GOOD, "carrier": "DHL", "weight": ""}, ORDERS)
    assert isinstance(row, SourceRow)
    assert row.external_id == "A1"
    assert json.loads(row.payload) == {**GOOD, "note": None, "carrier": "DHL", "weight": None}


def test_blanks_alone_are_empty_in_a_declared_column() -> None:
    assert landed({**GOOD, "items": "  ", "note": " \t"}) == {**GOOD, "items": None, "note": None}


def test_a_column_that_may_be_missing_is_null() -> None:
    assert landed({"order_id": "A1", "ordered_at": "2024-05-01 10:00"})["items"] is None


def test_the_hash_depends_on_the_content_and_not_on_the_order_of_columns() -> None:
    first, reordered = judge(GOOD, ORDERS), judge(dict(reversed(GOOD.items())), ORDERS)
    changed = judge({**GOOD, "items": "4"}, ORDERS)
    assert isinstance(first, SourceRow)
    assert isinstance(reordered, SourceRow)
    assert isinstance(changed, SourceRow)
    assert first.content_hash == reordered.content_hash != changed.content_hash


def test_every_reason_is_named_with_column_and_value() -> None:
    verdict = judge({"order_id": "", "ordered_at": "yesterday", "items": "few"}, ORDERS)
    assert verdict == (
        'column "order_id" is empty; a value is required; '
        'column "ordered_at": "yesterday" is not a timestamp (YYYY-MM-DD HH:MM:SS, with or without an offset); '
        'column "items": "few" is not an integer'
    )


def test_bytes_that_are_not_utf_8_are_refused_by_column() -> None:
    verdict = judge({**GOOD, "note": b"caf\xe9".decode("utf-8", "surrogateescape")}, ORDERS)
    assert verdict == 'column "note": "caf\\\\xe9" holds bytes that are not UTF-8'


def test_nul_is_refused_and_the_two_letters_backslash_u_are_not() -> None:
    assert "NUL" in str(judge({**GOOD, "note": "a\0b"}, ORDERS))
    assert landed({**GOOD, "note": "\\u0000"})["note"] == "\\u0000"


def test_typed_values_are_judged_by_their_text() -> None:
    assert landed({**GOOD, "items": 3})["items"] == 3
    assert "is not an integer" in str(judge({**GOOD, "items": 3.5}, ORDERS))


def test_a_refused_row_can_be_stored_anywhere() -> None:
    row = RefusedRow.of("orders.csv", 3, "reason", b"a\xff\x00b".decode("utf-8", "surrogateescape"))
    assert row.raw == "a\\xff\\0b"
    assert row.raw.encode()


def test_a_key_of_one_column_is_its_value() -> None:
    assert external_id(["a|b"]) == "a|b"
    assert external_id(["a", "b"]) == "a|b"


keys = st.lists(st.text(alphabet="a|\\", max_size=4), min_size=2, max_size=3)


@settings(deadline=None)
@given(keys, keys)
def test_different_keys_are_never_spelt_alike(one: list[str], other: list[str]) -> None:
    if len(one) == len(other):
        assert (external_id(one) == external_id(other)) == (one == other)


@settings(deadline=None)
@given(st.binary())
def test_storable_text_is_valid_and_keeps_what_was_valid(raw: bytes) -> None:
    text = storable(raw.decode("utf-8", "surrogateescape"))
    assert "\0" not in text
    assert text.encode("utf-8").decode("utf-8") == text
    if b"\0" not in raw and raw.decode("utf-8", "replace").encode() == raw:
        assert text == raw.decode("utf-8")


def test_half_a_character_is_refused_and_kept_as_text() -> None:
    """JSON may hold the half of a pair of surrogates alone; no database can."""
    reason = judge({**GOOD, "note": "broken \ud83d!"}, ORDERS)
    assert reason == "the row holds half a character (a lone surrogate), which no text may hold"
    assert storable("a\ud83d\udcffz\0") == "a\\ud83d\\xffz\\0"
    assert RefusedRow.of("x", None, reason, "\udfff").raw == "\\udfff"
    assert isinstance(judge({**GOOD, "note": "whole \U0001f600"}, ORDERS), SourceRow)


def test_a_key_that_no_index_can_hold_is_refused() -> None:
    assert isinstance(judge({**GOOD, "order_id": "A" * 1000}, ORDERS), SourceRow)
    reason = judge({**GOOD, "order_id": "ä" * 501}, ORDERS)
    assert isinstance(reason, str)
    assert reason.startswith('key (order_id): "ä')
    assert reason.endswith("is longer than 1000 bytes, as no key is")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "the row holds NaN or Infinity, which are no numbers of JSON"),
        ({"a": [float("-inf")]}, "the row holds NaN or Infinity, which are no numbers of JSON"),
        ({"a": ["\udc80"]}, "holds bytes that are not UTF-8"),
    ],
)
def test_what_no_json_of_a_database_holds_is_refused_however_deep(value: object, reason: str) -> None:
    declared = FilesObject.model_validate(
        {"stream": "orders", "read": "o.csv", "key": ["k"], "columns": {"k": "text"}}
    )
    verdict = judge({"k": "1", "more": value}, declared)
    assert isinstance(verdict, str)
    assert verdict.endswith(reason)
