"""The Roundup of the tests is the real one."""

from __future__ import annotations

from typing import Any

from tests.servers.roundup import Roundup


def test_an_issue_is_made_changed_and_read_back(roundup: Roundup) -> None:
    issue = roundup.create("Broken lamp")
    roundup.update(issue, status="resolved")
    fields: dict[str, Any] = {"@fields": "title,creation,activity,status", "@verbose": "2"}
    [found] = roundup.call("GET", "/issue", id=issue, **fields)["collection"]
    assert found["title"] == "Broken lamp"
    assert found["status"]["name"] == "resolved"
    assert found["creation"] <= found["activity"]


def test_a_retired_issue_leaves_the_list(roundup: Roundup) -> None:
    issue = roundup.create("Sent twice")
    roundup.retire(issue)
    assert issue not in [found["id"] for found in roundup.call("GET", "/issue")["collection"]]
