"""Vendors' APIs as they are documented: their parameters, their payloads, their limits and their traps."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.rest_server import Asked, Reply

Record = dict[str, Any]


class HubSpot:
    """The CRM search and the list of archived records.

    https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/guide: the search gives ``most`` records at most,
    counts pages by offset, and never gives archived ones.
    """

    def __init__(self, records: list[Record], most: int = 10_000) -> None:
        self.records = records
        self.most = most

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != "Bearer pat-eu1-key":
            return Reply({"status": "error", "category": "INVALID_AUTHENTICATION"}, 401)
        if asked.method == "GET":
            found = [
                item for item in self.records if item["archived"] == (asked.params["archived"] == "true")
            ]
            return self._page(found, int(asked.params.get("after", 0)), int(asked.params["limit"]))
        body = asked.body
        (condition,) = body["filterGroups"][0]["filters"]
        assert (condition["propertyName"], condition["operator"]) == ("hs_lastmodifieddate", "GTE")
        assert body["sorts"] == ["hs_lastmodifieddate"]
        since = int(condition["value"])
        found = [item for item in self.records if not item["archived"] and self._changed(item) >= since]
        found.sort(key=lambda item: (self._changed(item), item["id"]))
        start = int(body["after"])
        if start + body["limit"] > self.most:
            return Reply({"status": "error", "message": "paging past 10000"}, 400)
        return self._page(found, start, body["limit"], total=len(found))

    def _changed(self, item: Record) -> int:
        return int(datetime.fromisoformat(item["properties"]["hs_lastmodifieddate"]).timestamp() * 1000)

    def _page(self, found: list[Record], start: int, limit: int, **more: Any) -> Reply:
        document: dict[str, Any] = {"results": found[start : start + limit]} | more
        if start + limit < len(found):
            after = str(start + limit)
            document["paging"] = {"next": {"after": after, "link": f"?after={after}"}}
        return Reply(document)


class Typeform:
    """https://www.typeform.com/developers/responses/reference/retrieve-responses/

    Newest first; ``before`` a token; ``since`` is held against ``submitted_at``, and with ``response_type`` against
    ``landed_at``. What was submitted in the last half hour is not given yet.
    """

    def __init__(self, responses: list[Record], fields: list[Record], now: datetime) -> None:
        self.responses = responses
        self.fields = fields
        self.now = now

    def __call__(self, asked: Asked) -> Reply:
        headers = {"Date": format_datetime(self.now, usegmt=True)}
        if asked.path == "/forms/u6nXL7":
            return Reply({"id": "u6nXL7", "fields": self.fields}, headers=headers)
        if asked.path != "/forms/u6nXL7/responses":
            return Reply({"code": "FORM_NOT_FOUND"}, 404)
        date = "landed_at" if "response_type" in asked.params else "submitted_at"
        ready = (self.now - timedelta(minutes=30)).isoformat()
        found = [item for item in self.responses if item["submitted_at"][:19] <= ready[:19]]
        found = [item for item in found if item[date][:19] >= asked.params.get("since", "")]
        found = [item for item in found if item[date][:19] <= asked.params.get("until", "9")]
        found.sort(key=lambda item: item["submitted_at"], reverse=True)
        if before := asked.params.get("before"):
            tokens = [item["token"] for item in found]
            found = found[tokens.index(before) + 1 :]
        size = int(asked.params["page_size"])
        document = {"total_items": len(found), "page_count": -(-len(found) // size), "items": found[:size]}
        return Reply(document, headers=headers)


class SurveyMonkey:
    """https://api.surveymonkey.com/v3/docs#api-endpoints-get-surveys-id-responses-bulk"""

    def __init__(self, responses: list[Record], questions: list[Record]) -> None:
        self.responses = responses
        self.questions = questions

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/details"):
            return Reply({"id": "77", "pages": [{"id": "1", "questions": self.questions}]})
        params = asked.params
        assert (params["sort_by"], params["sort_order"]) == ("date_modified", "ASC")
        since = params.get("start_modified_at", "")
        found = [item for item in self.responses if item["date_modified"][:19] > since]
        found.sort(key=lambda item: item["date_modified"])
        page, size = int(params.get("page", 1)), int(params["per_page"])
        document = {
            "data": found[(page - 1) * size : page * size],
            "per_page": size,
            "page": page,
            "links": {},
        }
        if page * size < len(found):
            query = "&".join(f"{name}={value}" for name, value in params.items() if name != "page")
            document["links"] = {
                "next": f"http://{asked.headers['host']}{asked.path}?{query}&page={page + 1}"
            }
        return Reply(document)


class Formbricks:
    """https://formbricks.com/docs/api-v2-reference: management API v2; the survey by v1."""

    def __init__(self, responses: list[Record], questions: list[Record]) -> None:
        self.responses = responses
        self.questions = questions

    def __call__(self, asked: Asked) -> Reply:
        if asked.headers.get("x-api-key") != "fbk_key":
            return Reply({"error": {"code": 401, "message": "Unauthorized"}}, 401)
        if asked.path.startswith("/api/v1/management/surveys/"):
            return Reply({"data": {"id": asked.path.rpartition("/")[2], "questions": self.questions}})
        params = asked.params
        assert (params["sortBy"], params["order"], params["filterDateField"]) == (
            "updatedAt",
            "asc",
            "updatedAt",
        )
        since = params.get("startDate", "").rstrip("Z")
        found = [item for item in self.responses if item["updatedAt"] >= since]
        found.sort(key=lambda item: item["updatedAt"])
        start, size = int(params["skip"]), int(params["limit"])
        return Reply({"data": found[start : start + size], "meta": {"total": len(found)}})


class Jira:
    """https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/: the search by JQL.

    Times in JQL are to the minute, in the time zone of the user (here UTC+1).
    """

    def __init__(self, issues: list[Record]) -> None:
        self.issues = issues

    def __call__(self, asked: Asked) -> Reply:
        pattern = r'project = "SUP" and updated >= "(\d{4}-\d\d-\d\d \d\d:\d\d)" order by updated asc'
        match = re.fullmatch(pattern, asked.params["jql"])
        if match is None:
            return Reply({"errorMessages": ["Error in the JQL Query"]}, 400)
        since = datetime.fromisoformat(f"{match[1]}:00+01:00")
        found = [item for item in self.issues if datetime.fromisoformat(item["fields"]["updated"]) >= since]
        found.sort(key=lambda item: datetime.fromisoformat(item["fields"]["updated"]))
        start, size = int(asked.params.get("nextPageToken", 0)), int(asked.params["maxResults"])
        document: dict[str, Any] = {"issues": found[start : start + size]}
        if start + size < len(found):
            document["nextPageToken"] = str(start + size)
        return Reply(document | {"isLast": start + size >= len(found)}, headers={"Date": _now()})


def _now() -> str:
    return format_datetime(datetime.now(UTC), usegmt=True)
