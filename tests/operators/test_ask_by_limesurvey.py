"""Asking through LimeSurvey: planned, participants created, mailed with its link, answered there, and come home."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from cf_operators.errors import ConfigurationError, SourceUnavailable
from cf_operators.hooks.survey_tokens import SurveyTokens
from cf_operators.operators.build_model import BuildModelOperator
from cf_operators.operators.collect_source import CollectSourceOperator
from cf_operators.operators.count_due import CountDueOperator
from cf_operators.operators.create_survey_tokens import CreateSurveyTokensOperator
from tests.conftest import Warehouse
from tests.limesurvey_server import LOGIN, PASSWORD, LimeSurveyServer, StandIn
from tests.mail_servers import MailCatcher
from tests.operators.wave_to_send import WaveToSend
from tests.people import NOW, People

LIME = {
    "id": "lime",
    "kind": "limesurvey",
    "connection": "cf_lime",
    "time_zone": "Europe/Berlin",
    "objects": {
        "purchases": {
            "stream": "responses",
            "read": "123456",
            "key": ["id"],
            "entity": ["token"],
            "map": {
                "shape": "response",
                "fields": {
                    "token": "token",
                    "submitted_at": "datestamp",
                    "is_complete": "_is_complete",
                    "language": "startlanguage",
                    "survey_id": {"value": "post_purchase"},
                    "channel": {"value": "limesurvey"},
                },
                "questions": {
                    "nps": {"construct": "nps", "scale": [0, 10]},
                    "csat": {"construct": "csat", "scale": [1, 5]},
                },
            },
        }
    },
}
FORM = {"id": "form", "kind": "form", "staging": "../sql/staging/form.sql"}
SURVEY = {"id": "post_purchase", "definition": "../surveys/post_purchase.json"}


@dataclass
class Asking:
    """One campaign whose survey stands on LimeSurvey."""

    server: LimeSurveyServer
    wave: WaveToSend
    warehouse: Warehouse
    context: Callable[..., dict[str, Any]]

    @property
    def survey(self) -> StandIn:
        return self.server.surveys[123456]

    def tokens(self, **settings: Any) -> dict[str, int]:
        operator = CreateSurveyTokensOperator(
            task_id="tokens", campaign_ids=["post_purchase"], clock=lambda: NOW, **settings
        )
        return operator.execute(self.context(now=NOW))  # type: ignore[arg-type]

    def token_of(self, invitation: UUID) -> str:
        [row] = self.warehouse.rows(
            "select token from cf_ledger.survey_token where invitation_id = %s", [invitation]
        )
        return str(row["token"])

    def collect(self) -> dict[str, Any]:
        operator = CollectSourceOperator(task_id="collect", source_id="lime", stream="responses")
        return operator.execute(self.context(now=NOW))  # type: ignore[arg-type]

    def build(self) -> None:
        for stream in ("responses", "answers"):
            BuildModelOperator(task_id="model", stream=stream).execute(self.context(now=NOW))  # type: ignore[arg-type]


@pytest.fixture
def asking(
    wave: WaveToSend,
    warehouse: Warehouse,
    mail_catcher: MailCatcher,
    programme: Callable[..., None],
    run_context: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Asking]:
    from tests.conftest import ROOT

    def absolute(entry: dict[str, Any]) -> dict[str, Any]:
        return {
            key: value.replace("../", f"{ROOT}/include/") if isinstance(value, str) else value
            for key, value in entry.items()
        }

    others = [
        absolute({"id": name, "definition": f"../surveys/{name}.json"})
        for name in ("annual", "ad_hoc", "complaint_follow_up", "service_aspects")
    ]
    on_lime = absolute(SURVEY) | {"platform": {"source": "lime", "survey": "123456"}}
    programme(sources=[absolute(FORM), LIME], surveys=[on_lime, *others])
    with LimeSurveyServer() as server:
        server.surveys[123456] = StandIn()
        connection = {"conn_type": "http", "host": server.url, "login": LOGIN, "password": PASSWORD}
        connection["extra"] = {"survey_url": "https://surveys.example/index.php"}  # type: ignore[assignment]
        monkeypatch.setenv("AIRFLOW_CONN_CF_LIME", json.dumps(connection))
        yield Asking(server, wave, warehouse, run_context)


def texts(mail_catcher: MailCatcher) -> list[str]:
    found = []
    for mail in mail_catcher.caught:
        body = mail.message.get_body(("plain",))
        assert body is not None
        found.append(str(body.get_content()) + str(mail.message.get_body(("html",))))
    return found


def test_from_the_plan_to_the_answer_that_comes_home(
    asking: Asking, people: People, plan: Callable[..., dict[str, Any]], mail_catcher: MailCatcher
) -> None:
    contact = people.contact("ana@customers.example", language="de")
    people.order(contact)
    assert plan()["planned"] == 1
    [row] = asking.warehouse.rows("select invitation_id from cf_ledger.invitation")
    invitation = row["invitation_id"]
    assert asking.tokens() == {"created": 1, "recorded": 1}
    [participant] = asking.survey.participants or []
    assert set(participant) == {"token", "language", "validuntil", "tid", "completed"}
    assert asking.wave.send()["accepted"] == 1
    token = asking.token_of(invitation)
    link = f"https://surveys.example/index.php/123456?token={token}&lang=de"
    [text] = texts(mail_catcher)
    assert link in text
    assert "feedback.example/s/" not in text
    assert "feedback.example/u/" in text

    asking.survey.answer(1, token, "2026-03-17 10:00:00", submitted=False, nps=2)
    assert asking.collect()["new"] == 1
    assert asking.wave.row(invitation)["state"] == "accepted"
    # A second visit, as LimeSurvey keeps it: another row with the same token.
    asking.survey.answer(2, token, "2026-03-18 10:00:00", nps=9, csat=5)
    asking.survey.answer(3, token, "2026-03-19 10:00:00", submitted=False, nps=0)
    assert asking.collect()["new"] == 2
    answered = asking.wave.row(invitation)
    assert (answered["state"], answered["responded_at"].isoformat()) == (
        "responded",
        "2026-03-18T09:00:00+00:00",
    )
    asking.build()
    [response] = asking.warehouse.rows(
        "select invitation_id, contact_key, campaign_id, survey_version <> 'unknown' as is_known, is_complete, "
        "channel, language, submitted_at from cf_core.fct_response"
    )
    assert (response["invitation_id"], response["contact_key"]) == (invitation, contact)
    assert (response["campaign_id"], response["is_known"], response["is_complete"]) == (
        "post_purchase",
        True,
        True,
    )
    assert asking.warehouse.rows("select construct, score::int from cf_core.fct_answer order by 1") == [
        {"construct": "csat", "score": 5},
        {"construct": "nps", "score": 9},
    ]
    questions = asking.warehouse.rows(
        "select q.construct, q.scale_max::int from cf_core.fct_answer as a inner join cf_core.fct_response as r "
        "using (source, response_id) inner join cf_core.dim_question as q on q.survey_id = r.survey_id "
        "and q.version = r.survey_version and q.question = a.question order by 1"
    )
    assert [tuple(row.values()) for row in questions] == [("csat", 5), ("nps", 10)]


def test_without_a_token_no_mail_goes_out(asking: Asking, mail_catcher: MailCatcher) -> None:
    waiting, ready = asking.wave.plan(), asking.wave.plan()
    with asking.warehouse.connect() as connection:
        connection.execute(
            "insert into cf_ledger.survey_token values (%s, 'lime', '123456', 'known', %s)", [ready, NOW]
        )
    due = CountDueOperator(task_id="due", campaign_ids=["post_purchase"], clock=lambda: NOW)
    assert len(due.execute(asking.context(now=NOW))) == 1  # type: ignore[arg-type]
    summary = asking.wave.send()
    assert (summary["accepted"], summary["waiting"]["token"]) == (1, 1)
    assert asking.wave.row(waiting)["state"] == "planned"
    assert due.execute(asking.context(now=NOW)) == []  # type: ignore[arg-type]
    asking.tokens()
    assert asking.wave.send()["accepted"] == 1
    assert len(mail_catcher.caught) == 2


def test_who_was_created_before_a_crash_is_not_created_twice(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitations = [asking.wave.plan() for _ in range(5)]

    class Killed(BaseException):
        pass

    def die(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(SurveyTokens, "record", die)
        with pytest.raises(Killed):
            asking.tokens(batch=2)
    assert len(asking.survey.participants or []) == 2
    assert asking.tokens(batch=2) == {"created": 3, "recorded": 5}
    assert asking.tokens(batch=2) == {"created": 0, "recorded": 0}
    tokens = [each["token"] for each in asking.survey.participants or []]
    assert sorted(tokens) == sorted(asking.token_of(each) for each in invitations)
    assert all(len(token) == 32 and token.isalnum() for token in tokens)


def test_two_runs_at_once_create_nobody_twice(asking: Asking) -> None:
    """The other run creates the participants between our look and our call."""
    asking.wave.plan()

    def other(method: str) -> None:
        if method == "list_participants" and not asking.survey.participants:
            asking.server.after = lambda method: None
            asking.tokens()

    asking.server.after = other
    asking.tokens()
    assert len(asking.survey.participants or []) == 1


def test_a_reminder_carries_the_link_of_the_first_ask(asking: Asking, mail_catcher: MailCatcher) -> None:
    contact = asking.wave.people.contact()
    first = asking.wave.plan(contact)
    asking.tokens()
    asking.wave.send()
    asking.wave.plan(contact, reminds_id=first, send_not_before=NOW)
    assert asking.tokens() == {"created": 0, "recorded": 0}
    assert asking.wave.send()["accepted"] == 1
    assert all(f"token={asking.token_of(first)}" in text for text in texts(mail_catcher))


def test_mails_of_later_get_their_tokens_later(asking: Asking) -> None:
    asking.wave.plan(send_not_before=NOW + timedelta(days=5))
    assert asking.tokens() == {"created": 0, "recorded": 0}
    assert asking.server.calls == []


def test_a_survey_without_participants_is_named(asking: Asking) -> None:
    asking.wave.plan()
    asking.survey.participants = None
    with pytest.raises(ConfigurationError, match=r"survey 123456.*switch the survey's participants on"):
        asking.tokens()


def test_a_platform_that_is_away_creates_nothing_and_loses_nothing(asking: Asking) -> None:
    asking.wave.plan()
    asking.server.raw["add_participants"] = (503, {"Retry-After": "60"}, b"")
    with pytest.raises(SourceUnavailable) as busy:
        asking.tokens()
    assert busy.value.retry_after == timedelta(seconds=60)
    del asking.server.raw["add_participants"]
    assert asking.tokens() == {"created": 1, "recorded": 1}


def test_an_answer_of_somebody_else_is_nobodys(asking: Asking) -> None:
    invitation = asking.wave.plan()
    asking.tokens()
    asking.survey.answer(1, "made-in-limesurvey", "2026-03-17 10:00:00", nps=2)
    asking.collect()
    assert asking.wave.row(invitation)["state"] == "planned"
    asking.build()
    assert asking.warehouse.rows("select invitation_id from cf_core.fct_response") == [
        {"invitation_id": None}
    ]


def test_the_tasks_are_in_the_dags_only_when_a_survey_stands_elsewhere(asking: Asking) -> None:
    from airflow.dag_processing.dagbag import DagBag

    from tests.conftest import ROOT

    dags = DagBag(dag_folder=str(ROOT / "dags")).dags
    assert dags["cf_send_post_purchase"].get_task("tokens").downstream_task_ids == {"due"}
    assert "tokens" in dags["cf_send_due"].task_ids
