"""The crowd on real files and a real HTTP server: who acts, what is posted, and that nobody acts twice."""

from __future__ import annotations

import asyncio
import html
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

import pytest

from cf_operators.domain.submission import SubmissionRules
from demo.crowd.crowd import Crowd, Deeds, decide
from demo.crowd.lateness import days_late_by_address
from demo.crowd.letter import Letter
from demo.crowd.opinion import answers
from demo.crowd.page import SurveyPage
from demo.errors import DemoError
from local.mail_store import MailStore

ROOT = Path(__file__).parents[2]
POST_PURCHASE = json.loads((ROOT / "include/surveys/post_purchase.json").read_text(encoding="utf-8"))


@dataclass
class FormServer:
    """A small server with survey pages, which remembers what was posted to it."""

    url: str = ""
    status: int = 200
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    unsubscribed: list[str] = field(default_factory=list)


@pytest.fixture
def form() -> Iterator[FormServer]:
    state = FormServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = {"definition": POST_PURCHASE, "language": "de", "post": self.path}
            page = f'<script type="application/json" id="survey">{json.dumps(data)}</script>'
            self._reply(f"<!doctype html><p>{html.escape('Größe & Maß')}</p>{page}")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path.startswith("/u/"):
                assert body == "List-Unsubscribe=One-Click"
                state.unsubscribed.append(self.path)
            else:
                assert self.headers["Content-Type"] == "application/json"
                state.answers.setdefault(self.path, []).append(json.loads(body))
            self._reply("{}")

        def _reply(self, text: str) -> None:
            self.send_response(state.status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def put_mail(store: MailStore, url: str, number: int, text: str | None = None) -> str:
    """Store one invitation as the mail catcher does; returns its file name."""
    mail = EmailMessage()
    mail["From"] = "Care <care@shop.example>"
    mail["To"] = f"c{number}@example.org"
    mail["Subject"] = "Ihr Einkauf: Küche"
    mail["Message-ID"] = f"<invitation-{number}@shop.example>"
    mail["List-Unsubscribe"] = f"<mailto:out@shop.example>, <{url}/u/token-{number}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text or f"Guten Tag,\n\nbitte antworten Sie hier:\n{url}/s/token-{number}\n\nDanke.\n")
    mail.add_alternative(f'<a href="{url}/s/token-{number}">Antworten</a>', subtype="html")
    return store.save("bounce@shop.example", [f"C{number}@example.org"], mail.as_bytes())


def crowd_of(tmp_path: Path) -> Crowd:
    truth = tmp_path / "truth.csv"
    if not truth.exists():
        truth.write_text("email,order_id,delivered_at,days_late\nc1@example.org,O1,2026-01-01 10:00:00,3\n")
    return Crowd(MailStore(tmp_path / "mail"), truth, tmp_path / "handled.txt")


def test_each_customer_acts_once_as_decided(tmp_path: Path, form: FormServer) -> None:
    crowd = crowd_of(tmp_path)
    for number in range(150):
        put_mail(crowd.store, form.url, number)
    wanted = Counter(decide(f"<invitation-{number}@shop.example>") for number in range(150))

    deeds = asyncio.run(crowd.answer_all())

    assert deeds == Deeds(150, wanted["answered"], wanted["unsubscribed"], wanted["ignored"])
    assert min(deeds.answered, deeds.unsubscribed, deeds.ignored) > 0
    assert len(form.answers) == deeds.answered
    assert all(len(posts) == 1 for posts in form.answers.values())
    assert len(form.unsubscribed) == deeds.unsubscribed
    for number in range(150):
        is_answered = decide(f"<invitation-{number}@shop.example>") == "answered"
        assert (f"/s/token-{number}" in form.answers) == is_answered


def test_a_second_reading_acts_on_new_mails_only(tmp_path: Path, form: FormServer) -> None:
    crowd = crowd_of(tmp_path)
    for number in range(20):
        put_mail(crowd.store, form.url, number)
    asyncio.run(crowd.answer_all())
    before = dict(form.answers)
    assert asyncio.run(crowd_of(tmp_path).answer_all()) == Deeds()
    assert form.answers == before
    for number in range(20, 40):
        put_mail(crowd.store, form.url, number)
    assert asyncio.run(crowd_of(tmp_path).answer_all()).mails == 20
    assert all(len(posts) == 1 for posts in form.answers.values())


def test_posts_are_complete_answers_in_the_language_of_the_page(tmp_path: Path, form: FormServer) -> None:
    crowd = crowd_of(tmp_path)
    for number in range(60):
        put_mail(crowd.store, form.url, number)
    asyncio.run(crowd.answer_all())
    posts = [post for posts in form.answers.values() for post in posts]
    for post in posts:
        assert post["complete"] is True
        assert post["language"] == "de"
        assert post["answers"]["nps"] in range(11)
        assert post["answers"]["csat"] in range(1, 6)
        assert set(post["answers"]) <= {"nps", "csat", "ces", "delivery", "comment"}
    assert any("comment" in post["answers"] for post in posts)


def test_a_mail_without_a_link_is_an_error_that_names_it(tmp_path: Path, form: FormServer) -> None:
    crowd = crowd_of(tmp_path)
    number = next(n for n in range(100) if decide(f"<invitation-{n}@shop.example>") == "answered")
    name = put_mail(crowd.store, form.url, number, text="Nothing to click here.\n")
    with pytest.raises(DemoError, match=rf"Mail {name} to c{number}@example.org has no survey link"):
        asyncio.run(crowd.answer_all())


def test_a_link_that_opens_no_survey_is_an_error(tmp_path: Path, form: FormServer) -> None:
    crowd = crowd_of(tmp_path)
    form.status = 404
    for number in range(10):
        put_mail(crowd.store, form.url, number)
    with pytest.raises(DemoError, match="opened no survey: 404"):
        asyncio.run(crowd.answer_all())


def test_shares_of_those_who_act() -> None:
    deeds = Counter(decide(f"<{number}@shop.example>") for number in range(5000))
    assert 0.42 < deeds["answered"] / 5000 < 0.48
    assert 0.02 < deeds["unsubscribed"] / 5000 < 0.04


def test_late_parcels_make_less_happy_customers() -> None:
    in_time = [answers(POST_PURCHASE, 0, "de", Random(seed)) for seed in range(400)]
    late = [answers(POST_PURCHASE, 4, "de", Random(seed)) for seed in range(400)]
    for question, difference in (("nps", 2.0), ("csat", 1.0), ("delivery", 0.8)):
        happy = fmean(given[question] for given in in_time if question in given)
        sad = fmean(given[question] for given in late if question in given)
        assert happy - sad > difference, question


def test_answers_fit_other_scales_and_leave_out_conditional_questions() -> None:
    definition = {
        "pages": [
            {
                "elements": [
                    {
                        "type": "panel",
                        "elements": [
                            {"type": "rating", "name": "seven", "cfConstruct": "csat", "rateMin": 1, "rateMax": 7,
                             "isRequired": True},
                        ],
                    },
                    {"type": "rating", "name": "shown_later", "isRequired": True, "visibleIf": "{seven} < 3"},
                    {"type": "html", "name": "words"},
                ]
            }
        ]
    }  # fmt: skip
    given = [answers(definition, 0, "en", Random(seed)) for seed in range(200)]
    assert all(set(each) == {"seven"} for each in given)
    assert {each["seven"] for each in given} >= {1, 7}
    assert all(each["seven"] in range(1, 8) for each in given)


@pytest.mark.parametrize(
    "name", ["post_purchase", "annual", "ad_hoc", "complaint_follow_up", "service_aspects"]
)
def test_the_form_takes_what_the_crowd_answers_to_any_survey_of_the_library(name: str) -> None:
    definition = json.loads((ROOT / f"include/surveys/{name}.json").read_text(encoding="utf-8"))
    rules = SubmissionRules(definition)
    given = [answers(definition, seed % 5, "en", Random(seed)) for seed in range(200)]
    assert [rules.problems(each, is_complete=True) for each in given] == [[]] * 200
    assert {question for each in given for question in each} == {
        question["name"] for page in definition["pages"] for question in page["elements"]
    }


def test_letter_of_a_mail(tmp_path: Path) -> None:
    store = MailStore(tmp_path)
    put_mail(store, "http://127.0.0.1:9", 7)
    letter = Letter.of(next(store.mails()))
    assert letter == Letter(
        name="00000001.eml",
        message_id="<invitation-7@shop.example>",
        recipient="c7@example.org",
        survey_link="http://127.0.0.1:9/s/token-7",
        unsubscribe_link="http://127.0.0.1:9/u/token-7",
    )


def test_page_without_a_questionnaire() -> None:
    page = '<p>Thank you.</p><script type="application/json">{"texts": {}}</script><script>1 < 2</script>'
    assert SurveyPage.read(page, "http://127.0.0.1/s/x") is None


def test_lateness_is_that_of_the_newest_parcel(tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "email,order_id,delivered_at,days_late\n"
        "a@example.org,O1,2026-02-01 10:00:00,0\n"
        "a@example.org,O2,2026-03-01 10:00:00,5\n"
        "a@example.org,O3,2026-01-01 10:00:00,9\n"
    )
    assert days_late_by_address(truth) == {"a@example.org": 5}
    with pytest.raises(DemoError, match="is gone"):
        days_late_by_address(tmp_path / "missing.csv")
