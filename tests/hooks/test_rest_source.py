"""A REST source read page by page from a local server: nothing lost, nothing endless, whatever happens meanwhile."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from cf_operators.domain.collecting import Page, Position, TimeRange
from cf_operators.domain.source_row import DeletedRow, RefusedRow, SourceRow
from cf_operators.errors import ConfigurationError, DataError
from cf_operators.hooks.rest_source import RestSourceHook
from tests.rest_desk import BEGIN, PAGINGS, Desk, case, desk_source, stamp
from tests.rest_server import Asked, Reply, RestServer, serving

THREE = {"kind": "offset", "size_parameter": "limit", "size": 3}
Read = Callable[..., tuple[list[Any], Position | None]]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[[RestServer], None]:
    def point(server: RestServer) -> None:
        connection = {"conn_type": "http", "host": server.url, "password": "tok-secret"}
        monkeypatch.setenv("AIRFLOW_CONN_CF_DESK", json.dumps(connection))

    return point


@pytest.fixture
def desk(connect: Callable[[RestServer], None]) -> Iterator[Callable[[Desk], RestServer]]:
    """Starts a server for a desk."""
    stops: list[Any] = []

    def start(answering: Any) -> RestServer:
        running = serving(answering)
        server = running.__enter__()
        stops.append(running)
        connect(server)
        return server

    yield start
    for running in stops:
        running.__exit__(None, None, None)


def read(
    source: Any, position: Position | None = None, period: TimeRange | None = None
) -> tuple[list[Any], Any]:
    """The rows of a reading, and the last position that it gave."""
    rows: list[Any] = []
    for page in RestSourceHook(source, sleep=lambda _: None).pages("cases", position, period):
        rows += page.rows
        position = page.position() or position
    return rows, position


def ids(rows: list[Any]) -> list[int]:
    return [int(row.external_id) for row in rows]


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_each_paging_gives_each_row_once(desk: Any, paging: str, count: int) -> None:
    """Empty, one page that is not full, exactly one full page, and so on."""
    desk(Desk([case(number) for number in range(count)]))
    rows, _ = read(desk_source(paging))
    assert ids(rows) == list(range(count))


def test_a_page_that_is_shorter_than_asked_for_is_not_the_end(desk: Any) -> None:
    """Some sources give a hundred rows however many are asked for."""
    desk(Desk([case(number) for number in range(7)], size=2))
    wide = {"kind": "page", "size_parameter": "limit", "size": 500}
    assert len(read(desk_source(wide))[0]) == 7


def test_more_tells_the_end_without_another_request(desk: Any) -> None:
    server = desk(
        lambda asked: Reply(
            {"items": [case(int(asked.params["page"]))], "pages": 3, "page": int(asked.params["page"])}
        )
    )
    paging = {"kind": "page", "more": "page < pages"}
    assert ids(read(desk_source(paging=paging))[0]) == [1, 2, 3]
    assert len(server.asked) == 3


@pytest.mark.parametrize("paging", PAGINGS)
def test_in_order_of_change_the_position_moves_with_every_page(desk: Any, paging: str) -> None:
    server = desk(Desk([case(number, number * 60) for number in range(5)]))
    source = desk_source(paging, {"ordered": True})
    pages = RestSourceHook(source).pages("cases", None, None)
    positions = [position for page in pages if (position := page.position())]
    assert [position["since"][:19] for position in positions[:3]] == [
        stamp(60)[:19],
        stamp(120)[:19],
        stamp(180)[:19],
    ]
    rows, position = read(source, positions[-1])
    assert set(ids(rows)) == {4}
    assert server.asked[-1].params["since"] >= stamp(239)[:19]
    assert position == positions[-1]


@pytest.mark.parametrize("paging", PAGINGS)
@pytest.mark.parametrize("grain", ["same millisecond", "same second"])
def test_equal_times_across_a_page_boundary_are_all_read(desk: Any, paging: str, grain: str) -> None:
    step = 0 if grain == "same millisecond" else 0.001
    desk(Desk([case(0, 0)] + [case(number, 60 + number * step) for number in range(1, 8)] + [case(8, 120)]))
    rows, position = read(desk_source(paging, {"ordered": True}))
    assert set(ids(rows)) == set(range(9))
    assert position is not None
    assert position["since"][:19] == stamp(120)[:19]


FORMATS = {
    "iso": "%Y-%m-%dT%H:%M:%SZ",
    "naive": "%Y-%m-%dT%H:%M:%S",
    "date": "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S.%f": "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S": "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M": "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H": "%Y-%m-%d %H",
}


@pytest.mark.parametrize("is_excluded", [True, False])
@pytest.mark.parametrize("written", FORMATS)
def test_rows_of_the_moment_that_since_names_are_met_again(
    desk: Any, written: str, is_excluded: bool
) -> None:
    """The page ends within the longest time that the format tells as one; the source may begin behind it."""

    class Coarse(Desk):
        def rows(self, since: str = "", until: str = "") -> list[dict[str, Any]]:
            def said(item: dict[str, Any]) -> str:
                return datetime.fromisoformat(item["updated_at"]).strftime(FORMATS[written])

            found = super().rows()
            return [item for item in found if said(item) > since or (said(item) == since and not is_excluded)]

    day = 86_400
    times = [0, 1, day, day + 0.001, day + 0.002, day + 0.003, 2 * day, 2 * day + 60, 3 * day]
    desk(Coarse([case(number, seconds) for number, seconds in enumerate(times)]))
    rows, _ = read(desk_source("offset", {"ordered": True, "format": written}))
    assert set(ids(rows)) == set(range(len(times)))


@pytest.mark.parametrize("paging", PAGINGS)
def test_rows_that_move_to_the_end_meanwhile_take_none_with_them(desk: Any, paging: str) -> None:
    """Counting pages over a list whose first row moves to its end leaves out the row that slips over the boundary."""
    moving = Desk([case(number, number * 60) for number in range(9)])

    def change(page: int) -> None:
        if page <= 4:
            moving.cases[page - 1] = case(page - 1, 10_000 + page)

    moving.before_page = change
    desk(moving)
    rows, _ = read(desk_source(paging, {"ordered": True}))
    newest = {row.external_id: json.loads(row.payload)["updated_at"] for row in rows}
    assert newest == {str(item["id"]): item["updated_at"] for item in moving.cases.values()}


@pytest.mark.parametrize("is_ordered", [True, False])
def test_rows_that_appear_behind_the_position_are_met_by_the_overlap(desk: Any, is_ordered: bool) -> None:
    late = Desk([case(number, number * 60) for number in range(6)], is_ordered=is_ordered)
    late.visible = lambda item: item["id"] != 2
    server = desk(late)
    source = desk_source("offset", {"ordered": is_ordered, "overlap": 300})
    answer = server.answer
    now = (BEGIN + timedelta(seconds=400)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.answer = lambda asked: Reply(answer(asked).document, headers={"Date": now})
    rows, position = read(source)
    assert set(ids(rows)) == {0, 1, 3, 4, 5}
    late.visible = lambda item: True
    assert 2 in ids(read(source, position)[0])


def test_without_an_order_the_position_moves_at_the_end_to_the_beginning_of_the_reading(desk: Any) -> None:
    """By the clock of the server: what changes while the list is read is read again."""
    unordered = Desk([case(number, -number) for number in range(5)], is_ordered=False)
    server = desk(unordered)
    answer = server.answer
    minutes = iter(range(100))

    def later(asked: Asked) -> Reply:
        found = answer(asked)
        return Reply(found.document, headers={"Date": f"Sun, 01 Mar 2026 12:{next(minutes):02}:00 GMT"})

    server.answer = later
    source = desk_source("offset", {})
    positions = [page.position() for page in RestSourceHook(source).pages("cases", None, None)]
    assert positions[:-1] == [None] * (len(positions) - 1)
    assert positions[-1] == {"since": "2026-03-01T12:00:00+00:00"}


def test_rows_out_of_order_take_the_position_back_to_the_safe_way(desk: Any) -> None:
    """The entry says that rows come in order, and they do not: then no page moves the position, only the end."""
    server = desk(Desk([case(number, -number * 60) for number in range(6)], is_ordered=False))
    rows, position = read(desk_source("offset", {"ordered": True}))
    assert ids(rows) == [0, 1, 2, 3, 4, 5]
    begun = datetime.fromisoformat(position["since"])
    assert begun.year > 2025
    assert len(server.asked) == 4


def test_an_order_that_is_none_is_told_with_source_and_object(
    desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    desk(Desk([case(0, 60), case(1, 120), case(2, 60)], size=3, is_ordered=False))
    with caplog.at_level(logging.WARNING):
        read(desk_source(THREE, {"ordered": True}))
    (told,) = [record.getMessage() for record in caplog.records if "changed.ordered" in record.getMessage()]
    assert told.startswith('source "desk", object "cases": changed.ordered says that rows come oldest first')
    assert f"one of {stamp(120)[:19]}+00:00 comes before one of {stamp(60)[:19]}+00:00 (updated_at)" in told
    caplog.clear()
    desk(Desk([case(number, number * 60) for number in range(6)]))
    with caplog.at_level(logging.WARNING):
        read(desk_source("offset", {"ordered": True}))
    assert [
        record.getMessage() for record in caplog.records if "changed.ordered" in record.getMessage()
    ] == []


def test_what_was_left_out_for_an_order_that_is_none_is_read_after_all(desk: Any) -> None:
    """The first page is in order by chance; behind it stands an older row, before the one that gives it away."""
    times = [300, 360, 370, 60, 400, 380, 90]
    desk(Desk([case(number, at) for number, at in enumerate(times)], size=3, is_ordered=False))
    rows, position = read(desk_source(THREE, {"ordered": True}))
    assert set(ids(rows)) == set(range(7))
    assert datetime.fromisoformat(position["since"]) > BEGIN + timedelta(days=1), "all was read"


def test_a_time_in_the_future_moves_no_position(desk: Any) -> None:
    """One slip of the keyboard must not hide everything that changes until then."""
    desk(Desk([case(1, 0), case(2, 60), case(3, 10**9)]))
    _, position = read(desk_source("offset", {"ordered": True}))
    assert position["since"] < "2027"


def test_a_period_is_read_by_since_and_until_and_no_further(desk: Any) -> None:
    server = desk(Desk([case(number, number * 60) for number in range(8)]))
    period = TimeRange(BEGIN + timedelta(seconds=120), BEGIN + timedelta(seconds=300))
    rows, _ = read(desk_source("offset", {}), period=period)
    assert ids(rows) == [2, 3, 4]
    assert server.asked[0].params["since"] == stamp(120)[:19] + "Z"
    assert server.asked[0].params["until"] == stamp(301)[:19] + "Z"
    without = desk_source("offset", {"until": None})
    assert ids(read(without, period=period)[0]) == [2, 3, 4]


def test_deleted_rows_are_told_apart(desk: Any) -> None:
    cases = [
        case(1),
        case(2, archived=True),
        case(3, archived=1),
        case(4, archived="true"),
        {"archived": True},
    ]
    desk(lambda asked: Reply({"items": cases}))
    rows, _ = read(desk_source(paging="none", deleted={"path": "archived"}))
    assert [type(row) for row in rows] == [SourceRow, DeletedRow, SourceRow, SourceRow, RefusedRow]
    assert "key (id) is empty" in rows[4].reason


def test_a_list_of_its_own_tells_what_is_gone(desk: Any) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.params.get("archived"):
            page = int(asked.params["page"])
            return Reply({"gone": [{"id": 10 + page}] if page < 3 else []})
        return Reply({"items": [case(1)]})

    server = desk(answer)
    request = {"read": "/api/{team}/gone", "params": {"archived": "yes"}, "records": "gone", "paging": "page"}
    source = desk_source(**{"paging": "none", "deleted": {"request": request}, "with": {"team": "a/b"}})
    rows, _ = read(source)
    assert rows[1:] == [DeletedRow("11"), DeletedRow("12")]
    assert server.asked[-1].path == "/api/a%2Fb/gone"


def test_a_token_that_lasts_is_the_position(desk: Any) -> None:
    def answer(asked: Asked) -> Reply:
        start = int(asked.params.get("after", 0))
        return Reply(
            {"items": [case(start)] if start < 3 else [], "end": start >= 2, "after": str(min(start + 1, 3))}
        )

    server = desk(answer)
    paging = {"kind": "cursor", "token": "after", "parameter": "after", "more": "!end", "lasting": True}
    changed = {"since": "start", "until": None, "begin": "2026-01-01T00:00:00Z", "format": "seconds"}
    source = desk_source(paging, changed)
    rows, position = read(source)
    assert (ids(rows), position) == ([0, 1, 2], {"token": "3"})
    assert server.asked[0].params == {"start": "1767225600"}
    assert read(source, position) == ([], {"token": "3"})
    assert server.asked[-1].params["after"] == "3"


def test_a_list_that_never_ends_is_noticed(desk: Any) -> None:
    server = desk(lambda asked: Reply({"items": [case(1)], "next": {"after": "NTI1Cg"}}))
    with pytest.raises(DataError, match=r'paging leads back to a page that was read: "NTI1Cg"') as error:
        read(desk_source("cursor"))
    assert 'GET /api/cases (connection "cf_desk")' in str(error.value)
    assert len(server.asked) == 2


def test_a_page_parameter_that_is_not_obeyed_is_noticed(desk: Any) -> None:
    server = desk(lambda asked: Reply({"items": [case(1)]}))
    with pytest.raises(DataError, match="gives the same page again and again"):
        read(desk_source("page"))
    assert len(server.asked) == 2


def test_pages_are_bounded(desk: Any) -> None:
    server = desk(lambda asked: Reply({"items": [case(int(asked.params["page"]))]}))
    with pytest.raises(DataError, match="has more than 5 pages; raise most_pages"):
        read(desk_source("page", source={"most_pages": 5}))
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    "link", ["http://evil.example/api/cases?x=1", "//evil.example/api", "http://127.0.0.1:1/api"]
)
def test_a_next_page_on_another_host_is_refused(desk: Any, link: str) -> None:
    desk(lambda asked: Reply({"items": [case(1)], "next": {"link": link}}))
    with pytest.raises(DataError, match="its next page is on another host"):
        read(desk_source("next_link"))


def test_a_relative_next_link_is_followed(desk: Any) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.params.get("p", 1))
        links = {1: "?p=2", 2: "/api/cases?p=3"}
        return Reply({"items": [case(page)], "next": {"link": links.get(page, "")}})

    desk(answer)
    assert ids(read(desk_source("next_link"))[0]) == [1, 2, 3]


@pytest.mark.parametrize("document", [{}, {"items": None}, {"items": {"id": 1}}, [], "x", None])
def test_an_answer_without_the_list_is_an_error_and_not_an_empty_list(desk: Any, document: Any) -> None:
    desk(lambda asked: Reply(document))
    with pytest.raises(DataError, match="the answer has no list at items"):
        read(desk_source("page"))


def test_a_search_by_post_pages_in_its_body(desk: Any) -> None:
    def answer(asked: Asked) -> Reply:
        start = int(asked.body["after"])
        return Reply({"items": [case(start)], "next": {"after": start + 1} if start < 2 else None})

    server = desk(answer)
    paging = {"kind": "cursor", "token": "next.after", "parameter": "after", "first": "0"}
    body = {"filters": [{"name": "updated", "from": "{since}"}], "note": "{{since}}", "to": "{until}"}
    source = desk_source(
        changed={"since": None, "until": None, "format": "milliseconds", "begin": "1970-01-02T00:00:00Z"},
        method="POST",
        body=body,
        paging=paging,
    )
    assert ids(read(source)[0]) == [0, 1, 2]
    assert [asked.body for asked in server.asked] == [
        {
            "filters": [{"name": "updated", "from": "86400000"}],
            "note": "{since}",
            "after": str(number),
        }
        for number in range(3)
    ]


def structure_answer(asked: Asked) -> Reply:
    if asked.path == "/surveys/77":
        return Reply(
            {
                "questions": [
                    {"ref": "q1", "title": "Recommend?"},
                    {"ref": "q2", "title": "Why?"},
                    {"ref": "q3"},
                ]
            }
        )
    return Reply({"items": []})


def survey_source(**mapping: Any) -> Any:
    return desk_source(
        **{
            "stream": "responses",
            "paging": "none",
            "with": {"survey": "77"},
            "structure": {"read": "/surveys/{survey}", "questions": "questions"},
            "map": {"shape": "response", "fields": {"submitted_at": "at"}, "answers": "answers"} | mapping,
        }
    )


def test_unknown_questions_are_all_named_before_anything_is_read(desk: Any) -> None:
    server = desk(structure_answer)
    source = survey_source(
        questions={
            "q1": {"construct": "nps", "scale": [0, 10]},
            "gone": {"construct": "ces", "scale": [1, 7]},
        }
    )
    with pytest.raises(ConfigurationError) as error:
        read(source)
    assert str(error.value) == (
        'source "desk", object "cases": the survey has questions that are not mapped: "q2" ("Why?"), "q3"; give their '
        'construct and scale under map.questions, or name them under map.ignore; the survey has no question "gone", '
        "which map.questions names; correct or remove it"
    )
    assert [asked.path for asked in server.asked] == ["/surveys/77"]


def test_a_survey_whose_questions_are_known_is_read(desk: Any) -> None:
    server = desk(structure_answer)
    read(survey_source(questions={"q1": {"construct": "nps", "scale": [0, 10]}}, ignore=["q2", "q3"]))
    read(survey_source(questions={"q1": {"construct": "nps", "scale": [0, 10]}}, ignore=["*"]))
    assert [asked.path for asked in server.asked] == ["/surveys/77", "/api/cases", "/api/cases"]


def test_a_position_of_another_kind_of_source_says_what_to_do(desk: Any) -> None:
    desk(Desk([]))
    with pytest.raises(ConfigurationError, match="is not one of this source; read it again with reload"):
        read(desk_source("offset", {}), {"since": 3})


def test_pages_are_complete_before_they_are_given(desk: Any) -> None:
    desk(Desk([case(number) for number in range(3)]))
    for page in RestSourceHook(desk_source()).pages("cases", None, None):
        assert isinstance(page, Page)
        assert isinstance(page.rows, list)


def test_a_row_that_no_database_holds_is_refused_alone(desk: Any) -> None:
    deep: Any = "end"
    for _ in range(150):
        deep = [deep]
    desk(
        lambda asked: Reply(
            {"items": [case(1), case(2, note=deep), "text", None, case(3, note="\ud800"), case(4)]}
        )
    )
    rows, _ = read(desk_source("none"))
    assert [type(row).__name__ for row in rows] == ["SourceRow", *["RefusedRow"] * 4, "SourceRow"]
    assert [row.reason.split(",")[0] for row in rows[1:5]] == [
        "is nested deeper than 100 levels",
        "is not an object",
        "is not an object",
        "the row holds half a character (a lone surrogate)",
    ]
    assert rows[4].raw.startswith('{"id": 3')
    assert rows[1].location == "/api/cases"
