"""Collecting from Qualtrics as a task: started, waited for by the trigger, downloaded, landed, and in the views."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import TaskDeferred

from cf_operators.errors import CfError, ConfigurationError, DataError, SourceChanged, SourceUnavailable
from cf_operators.hooks.qualtrics_trigger import QualtricsExportTrigger
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.programme import load_programme
from tests.conftest import ROOT, Warehouse
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW
from tests.qualtrics_server import SURVEY, TOKEN, QualtricsServer, refused

MAP = {
    "shape": "response",
    "fields": {
        "invitation_id": "invitation_id",
        "submitted_at": "RecordedDate",
        "is_complete": {"path": "Finished", "values": {"1": True, "0": False}},
        "language": "UserLanguage",
        "survey_id": {"value": "post_purchase"},
    },
    "questions": {
        "nps": {"construct": "nps", "scale": [0, 10]},
        "csat": {"construct": "csat", "scale": [1, 5]},
    },
}
Programme = Callable[..., None]


@dataclass
class Collecting:
    """The task, through its trigger."""

    server: QualtricsServer
    warehouse: Warehouse
    programme: Programme
    context: Callable[..., dict[str, Any]]

    def declare(self, *names: str, **changes: Any) -> None:
        """From now on the programme says so of these objects."""
        declared = {"stream": "responses", "read": SURVEY, "key": ["ResponseId"], "map": MAP, **changes}
        source = {"id": "qx", "kind": "qualtrics", "connection": "cf_qx", "time_zone": "UTC"}
        form = {"id": "form", "kind": "form", "staging": f"{ROOT}/include/sql/staging/form.sql"}
        objects = dict.fromkeys(names or ("purchases",), declared)
        self.programme(sources=[form, source | {"objects": objects}])

    def start(self, **params: Any) -> TaskDeferred:
        operator = CollectSourceOperator(task_id="collect", source_id="qx", stream="responses")
        with pytest.raises(TaskDeferred) as waiting:
            operator.execute(self.context(params=params))  # type: ignore[arg-type]
        return waiting.value

    def wait(self, waiting: TaskDeferred) -> dict[str, Any]:
        """The event; the trigger is kept and read again, and has run before, as Airflow may do."""
        path, kept = waiting.trigger.serialize()
        assert path == f"{QualtricsExportTrigger.__module__}.{QualtricsExportTrigger.__qualname__}"
        assert TOKEN not in json.dumps(kept)
        first = asyncio.run(_event(QualtricsExportTrigger(**json.loads(json.dumps(kept)))))
        assert asyncio.run(_event(QualtricsExportTrigger(**kept))) == first
        return first

    def resume(self, waiting: TaskDeferred, event: dict[str, Any], **params: Any) -> dict[str, Any]:
        operator = CollectSourceOperator(task_id="collect", source_id="qx", stream="responses")
        kept = json.loads(json.dumps({**(waiting.kwargs or {}), "event": event}))
        return operator.resume_execution(waiting.method_name, kept, self.context(params=params))  # type: ignore[no-any-return,arg-type]

    def __call__(self, **params: Any) -> dict[str, Any]:
        waiting = self.start(**params)
        return self.resume(waiting, self.wait(waiting), **params)

    def quarantine(self) -> list[str]:
        return [row["reason"] for row in self.warehouse.rows("select reason from cf_landing.quarantine")]


async def _event(trigger: QualtricsExportTrigger) -> dict[str, Any]:
    async for event in trigger.run():
        return event.payload  # type: ignore[no-any-return]
    raise AssertionError("the trigger ended without an event")


@pytest.fixture
def collecting(
    warehouse: Warehouse,
    programme: Programme,
    run_context: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Collecting]:
    monkeypatch.setattr(QualtricsExportTrigger, "SHORTEST", 0.01)
    with QualtricsServer() as server:
        connection = {"conn_type": "http", "host": server.url, "password": TOKEN}
        monkeypatch.setenv("AIRFLOW_CONN_CF_QX", json.dumps(connection))
        made = Collecting(server, warehouse, programme, run_context)
        made.declare()
        yield made


def test_from_the_export_to_the_answer_that_comes_home(collecting: Collecting, wave: WaveToSend) -> None:
    invitation = wave.plan(state="accepted", accepted_at=NOW)
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9", csat="4", invitation_id=str(invitation))
    collecting.server.record("R_2", "2026-03-17T11:00:00Z", nps="3", Finished="0")
    summary = collecting()
    assert (summary["fetched"], summary["new"], summary["quarantined"]) == (2, 2, 0)
    [asked] = collecting.server.asked
    assert (asked["format"], asked["useLabels"], asked["timeZone"]) == ("csv", False, "UTC")
    assert "startDate" not in asked
    row = wave.row(invitation)
    assert (row["state"], row["responded_at"].isoformat()) == ("responded", "2026-03-17T10:00:00+00:00")
    for stream in ("responses", "answers"):
        BuildModelOperator(task_id="model", stream=stream).execute(collecting.context())  # type: ignore[arg-type]
    rows = collecting.warehouse.rows(
        "select response_id, invitation_id, is_complete, submitted_at from cf_core.fct_response order by 1"
    )
    assert [(row["response_id"], row["invitation_id"], row["is_complete"]) for row in rows] == [
        ("R_1", invitation, True),
        ("R_2", None, False),
    ]
    scores = collecting.warehouse.rows(
        "select construct, score::int from cf_core.fct_answer order by response_id, construct"
    )
    assert [(row["construct"], row["score"]) for row in scores] == [("csat", 4), ("nps", 9), ("nps", 3)]


def test_the_next_export_begins_before_the_last_one_began(collecting: Collecting) -> None:
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    collecting()
    summary = collecting()
    first, second = collecting.server.asked
    begun = datetime.fromisoformat(second["startDate"])
    assert begun == datetime.fromisoformat(first["endDate"]) - timedelta(hours=1)
    assert summary["positions"]["purchases"]["before"]["until"].startswith(first["endDate"][:19])
    assert summary["fetched"] == 0
    collecting(reload=True)
    assert "startDate" not in collecting.server.asked[-1]


def test_a_period_is_exported_and_the_position_stays(collecting: Collecting) -> None:
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    collecting.server.record("R_2", "2026-03-18T10:00:00Z", nps="9")
    summary = collecting(since="2026-03-18T00:00:00Z", until="2026-03-19T00:00:00Z")
    assert summary["fetched"] == 1
    assert summary["positions"]["purchases"] == {"before": None, "after": None}
    [asked] = collecting.server.asked
    assert (asked["startDate"], asked["endDate"]) == ("2026-03-18T00:00:00Z", "2026-03-19T00:00:00Z")


def test_labels_instead_of_recodes_are_refused_by_name(collecting: Collecting) -> None:
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", csat="Very satisfied", nps="9")
    assert collecting()["quarantined"] == 1
    assert collecting.quarantine()[0].startswith('question "csat": "Very satisfied" is not a number')


def test_a_response_that_is_refused_again_is_in_quarantine_once(collecting: Collecting) -> None:
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", csat="Very satisfied")
    collecting()
    collecting.server.responses.clear()
    collecting.server.record("R_0", "2026-03-17T10:00:00Z", csat="4")
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", csat="Very satisfied")
    assert collecting(reload=True)["quarantined"] == 1
    assert len(collecting.quarantine()) == 1


def test_without_its_three_header_rows_nothing_of_an_export_is_read(collecting: Collecting) -> None:
    collecting.server.header_rows = 1
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    collecting.server.record("R_2", "2026-03-17T10:00:00Z", nps="9")
    with pytest.raises(DataError, match="third row does not hold the ImportId"):
        collecting()
    assert collecting.warehouse.rows("select 1 from cf_landing.record") == []


def test_questions_that_do_not_fit_are_named_before_an_export_is_made(collecting: Collecting) -> None:
    collecting.server.definition.questions |= {
        "why": ("TE", ("why",)),
        "grid": ("Matrix", ("grid_1", "grid_2")),
    }
    collecting.declare(map=MAP | {"ignore": ["grid_1", "gone"]})
    operator = CollectSourceOperator(task_id="collect", source_id="qx", stream="responses")
    with pytest.raises(ConfigurationError, match=r"questions why are not mapped.*no questions gone"):
        operator.execute(collecting.context())  # type: ignore[arg-type]
    assert collecting.server.asked == []


def test_a_column_of_a_question_that_nobody_named_is_refused_before_a_row_lands(
    collecting: Collecting,
) -> None:
    collecting.server.definition.questions |= {"grid": ("Matrix", ("grid_1", "grid_2"))}
    collecting.declare(map=MAP | {"ignore": ["grid_1"]})
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    with pytest.raises(ConfigurationError, match="questions grid_2 are not mapped"):
        collecting()


def test_a_question_without_a_tag_is_known_by_its_column(collecting: Collecting) -> None:
    collecting.server.definition.questions |= {"later": ("TE", ("later",))}
    collecting.server.definition.untagged = ("later",)
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    with pytest.raises(ConfigurationError, match="its questions later are not mapped"):
        collecting()
    assert len(collecting.server.asked) == 1
    collecting.declare(map=MAP | {"ignore": ["later"]})
    assert collecting()["new"] == 1


def test_answers_that_an_export_does_not_have_are_refused(collecting: Collecting) -> None:
    collecting.declare(map=MAP | {"answers": "values"})
    with pytest.raises(ConfigurationError, match="each answer in a column of its own; leave answers out"):
        load_programme()


def test_an_entry_changed_during_the_wait_is_exported_from_the_start_by_the_next_try(
    collecting: Collecting,
) -> None:
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9", csat="great")
    assert collecting()["quarantined"] == 1
    waiting = collecting.start()
    event = collecting.wait(waiting)
    assert "startDate" in collecting.server.asked[-1]
    great = {"csat": {"construct": "csat", "scale": [1, 5], "values": {"great": 5}}}
    questions = MAP["questions"] | great  # type: ignore[operator]
    collecting.declare(map=MAP | {"questions": questions})
    with pytest.raises(SourceChanged, match="its object purchases was changed in the programme while"):
        collecting.resume(waiting, event)
    summary = collecting()
    assert "startDate" not in collecting.server.asked[-1]
    assert (summary["new"], summary["quarantined"]) == (1, 0)
    assert collecting()["fetched"] == 0


@pytest.mark.parametrize("names", [("others",), ("purchases", "others")])
def test_an_object_that_comes_or_goes_during_the_wait_is_asked_for_by_the_next_try(
    collecting: Collecting, names: tuple[str, ...]
) -> None:
    waiting = collecting.start()
    event = collecting.wait(waiting)
    collecting.declare(*names)
    with pytest.raises(SourceChanged, match="its object others"):
        collecting.resume(waiting, event)
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    assert collecting()["new"] == len(names)


def test_a_source_that_is_taken_away_during_the_wait_is_said_to_be(
    collecting: Collecting, programme: Programme
) -> None:
    waiting = collecting.start()
    event = collecting.wait(waiting)
    programme(sources=[{"id": "form", "kind": "form", "staging": f"{ROOT}/include/sql/staging/form.sql"}])
    with pytest.raises(ConfigurationError, match='source "qx": is not in the programme any more'):
        collecting.resume(waiting, event)


def test_an_export_that_the_trigger_does_not_tell_of_is_asked_for_again(collecting: Collecting) -> None:
    waiting = collecting.start()
    with pytest.raises(SourceUnavailable, match="none was made; the next try starts one"):
        collecting.resume(waiting, {"status": "ready", "tickets": {}})


def test_an_export_that_fails_is_tried_again(collecting: Collecting) -> None:
    collecting.server.progress = [{"status": "failed", "percentComplete": 12.0}]
    with pytest.raises(SourceUnavailable, match="could not make it"):
        collecting()


def test_progress_that_never_ends_is_given_up(collecting: Collecting) -> None:
    collecting.declare(patience=1)
    collecting.server.progress = [{"status": "inProgress", "percentComplete": 99.0}]
    waiting = collecting.start()
    assert waiting.timeout == timedelta(minutes=10, seconds=1)
    event = collecting.wait(waiting)
    # Nothing that is tried again at once: what comes after the task would wait for all its tries.
    with pytest.raises(ConfigurationError, match=r"not ready in time, 99\.0 percent were done.*patience"):
        collecting.resume(waiting, event)


def test_an_export_is_waited_for_a_quarter_of_an_hour_unless_the_entry_says_more(
    collecting: Collecting,
) -> None:
    assert collecting.start().timeout == timedelta(minutes=25)


def test_more_patience_does_not_begin_a_survey_anew(collecting: Collecting) -> None:
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    collecting()
    collecting.declare(patience=1800)
    collecting()
    assert "startDate" in collecting.server.asked[-1]


def test_complete_at_100_percent_without_a_file_is_not_ready(collecting: Collecting) -> None:
    collecting.server.progress.insert(0, {"status": "complete", "percentComplete": 100.0})
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    assert collecting()["fetched"] == 1


@pytest.mark.parametrize(
    "reply",
    [
        refused(429, "Too many", **{"Retry-After": "0"}),
        refused(429, "Too many", **{"Retry-After": "Tue, 17 Mar 2026 10:00:00 GMT"}),
        refused(503, "Busy"),
        (200, {}, b"{"),
    ],
)
def test_the_trigger_looks_again_when_qualtrics_is_busy(collecting: Collecting, reply: Any) -> None:
    collecting.server.replies = [("export-responses/ES_", reply)] * 2
    collecting.server.record("R_1", "2026-03-17T10:00:00Z", nps="9")
    assert collecting()["fetched"] == 1


@pytest.mark.parametrize(
    ("part", "reply", "kind", "message"),
    [
        ("POST", refused(429, "Too many", **{"Retry-After": "90"}), SourceUnavailable, "HTTP 429"),
        ("POST", refused(400, "Bad timeZone"), DataError, r"HTTP 400 \(Bad timeZone\)"),
        ("survey-definitions", refused(401, "Invalid API Token"), ConfigurationError, "the API token"),
        ("survey-definitions", (200, {}, b'{"result": '), SourceUnavailable, "cut off"),
    ],
)
def test_refusals_before_the_wait(
    collecting: Collecting, part: str, reply: Any, kind: type[CfError], message: str
) -> None:
    collecting.server.replies = [(part, reply)]
    operator = CollectSourceOperator(task_id="collect", source_id="qx", stream="responses")
    with pytest.raises(kind, match=message) as stopped:
        operator.execute(collecting.context())  # type: ignore[arg-type]
    assert TOKEN not in str(stopped.value)
    assert stopped.value.retry_after == (timedelta(seconds=90) if "429" in message else None)


@pytest.mark.parametrize(("status", "kind"), [(404, SourceUnavailable), (403, ConfigurationError)])
def test_an_export_that_is_gone_or_forbidden_while_it_is_waited_for(
    collecting: Collecting, status: int, kind: type[CfError]
) -> None:
    collecting.server.replies = [("export-responses/ES_", refused(status, "No"))] * 2
    with pytest.raises(kind, match=f"HTTP {status}" if status == 403 else "it is gone"):
        collecting()


@pytest.mark.parametrize("cut", [0, 200])
def test_a_file_that_is_cut_off_lands_nothing_and_is_tried_again(collecting: Collecting, cut: int) -> None:
    for number in range(50):
        collecting.server.record(f"R_{number}", "2026-03-17T10:00:00Z", nps="9")
    waiting = collecting.start()
    event = collecting.wait(waiting)
    whole = collecting.server._file(collecting.server.asked[-1])
    collecting.server.replies = [("/file", (200, {}, whole[:cut]))]
    with pytest.raises(SourceUnavailable, match="cut off"):
        collecting.resume(waiting, event)
    assert collecting.warehouse.rows("select 1 from cf_landing.record") == []
    assert collecting()["new"] == 50


def test_a_file_that_is_gone_is_made_anew(collecting: Collecting) -> None:
    waiting = collecting.start()
    event = collecting.wait(waiting)
    collecting.server.replies = [("/file", refused(404, "File expired"))]
    with pytest.raises(SourceUnavailable, match="the file is gone"):
        collecting.resume(waiting, event)
