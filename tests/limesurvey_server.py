"""LimeSurvey's RemoteControl 2 over JSON-RPC, as its manual documents it, with surveys that tests fill.

https://manual.limesurvey.org/RemoteControl_2_API and https://api.limesurvey.org/classes/remotecontrol-handle.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

LOGIN, PASSWORD, KEY = "collector", "a secret of LimeSurvey", "session-key-1"

SETTINGS = {"active": "Y", "datestamp": "Y", "anonymized": "N", "alloweditaftercompletion": "N"}


def field_of(title: str, aid: str = "", kind: str = "5", scale: int | None = None) -> dict[str, Any]:
    """An entry of the field map that is a question."""
    made: dict[str, Any] = {"fieldname": f"1X1X1{aid}", "type": kind, "sid": 1, "gid": "1", "qid": "1"}
    made |= {"aid": aid, "title": title, "question": f"{title}?"}
    return made if scale is None else made | {"scale_id": scale}


@dataclass
class StandIn:
    """One survey: what is asked, what was answered, and who may answer."""

    questions: list[dict[str, Any]] = field(default_factory=lambda: [field_of("nps"), field_of("csat")])
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    responses: dict[int, dict[str, Any]] = field(default_factory=dict)
    participants: list[dict[str, Any]] | None = field(default_factory=list)

    def answer(
        self, number: int, token: str | None, at: str, *, submitted: bool = True, **answers: object
    ) -> None:
        """A response as it stands after its last page; a second call with the number goes on with it."""
        before = self.responses.get(number, {"startdate": at})
        codes = {_code(each): None for each in self.questions}
        self.responses[number] = {
            "id": str(number), "submitdate": at if submitted else None, "lastpage": "2", "startlanguage": "en",
            "seed": "7", "token": token, "startdate": before["startdate"], "datestamp": at, **codes,
            **{name: str(value) for name, value in answers.items()},
        }  # fmt: skip


def _code(question: dict[str, Any]) -> str:
    code = str(question["title"]) + (f"[{question['aid']}]" if question["aid"] else "")
    return code + (f"[{question['scale_id'] + 1}]" if "scale_id" in question else "")


class LimeSurveyServer:
    """Answers on a port of its own while it is entered.

    ``says``: method to the reply that it gives instead of its result; ``raw``: to an HTTP status, headers and body.
    ``calls``: methods and parameters, without the session key.
    """

    def __init__(self) -> None:
        self.surveys: dict[int, StandIn] = {}
        self.says: dict[str, Any] = {}
        self.raw: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.calls: list[tuple[str, list[Any]]] = []
        self.after: Callable[[str], None] = lambda method: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/index.php/admin/remotecontrol"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers, body = server.reply(asked)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                server.after(asked["method"])

            def log_message(self, *_: object) -> None:
                return

        return Handler

    def reply(self, asked: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        method, params = asked["method"], list(asked["params"])
        if method in self.raw:
            return self.raw[method]
        if method != "get_session_key":
            if params.pop(0) != KEY:
                return _json(asked, {"status": "Invalid session key"})
            self.calls.append((method, params))
        if method in self.says:
            return _json(asked, self.says[method])
        return _json(asked, getattr(self, f"_{method}")(*params))

    def _get_session_key(self, login: str, password: str, plugin: str) -> Any:
        if (login, password) != (LOGIN, PASSWORD):
            return {"status": "Invalid user name or password"}
        return KEY

    def _release_session_key(self) -> str:
        return "OK"

    def _get_survey_properties(self, number: int, names: list[str]) -> Any:
        if number not in self.surveys:
            return {"status": "Error: Invalid survey ID"}
        return {name: self.surveys[number].settings[name] for name in names}

    def _get_fieldmap(self, number: int) -> Any:
        meta = {
            name: {"fieldname": name, "type": name, "qid": "", "aid": ""} for name in self._columns(number)
        }
        return meta | {str(place): each for place, each in enumerate(self.surveys[number].questions)}

    def _columns(self, number: int) -> set[str]:
        settings = self.surveys[number].settings
        dates = {"startdate", "datestamp"} if settings["datestamp"] != "N" else set()
        return {"id", "submitdate"} | dates | ({"token"} if settings["anonymized"] != "Y" else set())

    def _export_responses(
        self, number: int, kind: str, language: Any, completion: str, heading: str, answers: str,
        first: int | None, last: int | None, fields: list[str] | None, _: Any,
    ) -> Any:  # fmt: skip
        assert (kind, completion, heading, answers) == ("json", "all", "code", "short")
        found = self.surveys[number].responses
        if self.surveys[number].settings["active"] != "Y":
            return {"status": "No Data, survey table does not exist."}
        if not found:
            return {"status": "No Data, could not get max id."}
        rows = [
            {name: value for name, value in found[each].items() if not fields or name in fields}
            for each in sorted(found)
            if (first or 1) <= each <= (last or max(found))
        ]
        return base64.b64encode(json.dumps({"responses": rows}).encode()).decode()

    def _list_participants(
        self, number: int, start: int, limit: int, unused: bool, attributes: Any, conditions: dict[str, Any]
    ) -> Any:
        participants = self.surveys[number].participants
        if participants is None:
            return {"status": "Error: No survey participants table"}
        operator, *wanted = conditions["token"]
        assert operator == "IN"
        found = [
            {"tid": each["tid"], "token": each["token"], "participant_info": {}}
            for each in participants
            if each["token"] in wanted
        ]
        return found[start : start + limit] or {"status": "No survey participants found."}

    def _add_participants(self, number: int, rows: list[dict[str, Any]], create_tokens: bool) -> Any:
        participants = self.surveys[number].participants
        if participants is None:
            return {"status": "No survey participants table"}
        assert not create_tokens
        made = []
        for row in rows:
            if any(each["token"] == row["token"] for each in participants):
                made.append(row | {"errors": {"token": [f'Token "{row["token"]}" has already been taken.']}})
            else:
                participants.append(row | {"tid": str(len(participants) + 1), "completed": "N"})
                made.append(participants[-1])
        return made


def _json(asked: dict[str, Any], result: Any) -> tuple[int, dict[str, str], bytes]:
    body = json.dumps({"id": asked["id"], "result": result, "error": None}).encode()
    return 200, {"Content-Type": "application/json"}, body
