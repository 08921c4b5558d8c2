"""The response export of Qualtrics as https://api.qualtrics.com documents it, with responses that tests fill.

Only the survey's definition is in the vendor's OpenAPI file; the export is after the documentation of its API.
"""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

TOKEN = "a secret of Qualtrics"
SURVEY = "SV_0TQdSpdFrdFGfyJ"
META = {
    "RecordedDate": "recordedDate",
    "Finished": "finished",
    "ResponseId": "_recordId",
    "UserLanguage": "userLanguage",
}

Reply = tuple[int, dict[str, str], bytes]


@dataclass
class Definition:
    """The survey: tag to type and columns of its questions, and its embedded data; ``untagged`` ones have no tag."""

    questions: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=lambda: {"nps": ("MC", ("nps",)), "csat": ("MC", ("csat",)), "intro": ("DB", ())}
    )
    embedded: tuple[str, ...] = ("invitation_id",)
    untagged: tuple[str, ...] = ()


class QualtricsServer:
    """Answers on a port of its own while it is entered.

    ``responses``: as changed at a time, with columns to values. ``progress``: what each look at an export finds, the
    last one for ever. ``replies``: part of a request to what is replied instead, each once. ``asked``: bodies of the
    exports that were started; ``requests``: methods and paths; ``drip``: seconds between two bytes.
    """

    def __init__(self) -> None:
        self.definition = Definition()
        self.responses: list[tuple[str, dict[str, str]]] = []
        self.progress: list[dict[str, Any]] = [
            {"status": "inProgress", "percentComplete": 40.0},
            {"status": "complete", "percentComplete": 100.0, "fileId": ""},
        ]
        self.replies: list[tuple[str, Reply]] = []
        self.asked: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.header_rows = 3
        self.drip = 0.0
        self._looks = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def record(self, response_id: str, changed_at: str, **values: str) -> None:
        """A response; ``changed_at`` in UTC, as the API writes times."""
        row = {"ResponseId": response_id, "Finished": "1", "UserLanguage": "EN", **values}
        row.setdefault("RecordedDate", changed_at.replace("T", " ").rstrip("Z"))
        self.responses.append((changed_at, row))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer("GET")

            def do_POST(self) -> None:
                self._answer("POST")

            def _answer(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, content = server.reply(method, self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if not server.drip:
                    self.wfile.write(content)
                    return
                with suppress(ConnectionError):
                    for byte in content:
                        self.wfile.write(bytes([byte]))
                        time.sleep(server.drip)

            def log_message(self, *_: object) -> None:
                return

        return Handler

    def reply(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        request = f"{method} {path}"
        self.requests.append(request)
        for place, (part, given) in enumerate(self.replies):
            if part in request:
                del self.replies[place]
                return given
        if headers.get("X-API-TOKEN") != TOKEN:
            return refused(401, "Invalid API Token")
        export = f"/API/v3/surveys/{SURVEY}/export-responses"
        if request == f"GET /API/v3/survey-definitions/{SURVEY}":
            return result(self._definition())
        if request == f"POST {export}":
            self.asked.append(json.loads(body))
            self._looks = 0
            return result(
                {"progressId": f"ES_{len(self.asked)}", "percentComplete": 0.0, "status": "inProgress"}
            )
        if request.startswith(f"GET {export}/ES_"):
            found = dict(self.progress[min(self._looks, len(self.progress) - 1)])
            self._looks += 1
            if found.get("fileId") == "":
                found["fileId"] = f"file-{len(self.asked)}"
            return result(found)
        if request.startswith(f"GET {export}/file-"):
            return 200, {"Content-Type": "application/zip"}, self._file(self.asked[-1])
        return refused(404, "Not found")

    def _definition(self) -> dict[str, Any]:
        return {
            "SurveyID": SURVEY,
            "Questions": {
                f"QID{number}": {"QuestionID": f"QID{number}", "QuestionType": kind}
                | ({} if tag in self.definition.untagged else {"DataExportTag": tag})
                for number, (tag, (kind, _)) in enumerate(self.definition.questions.items(), start=1)
            },
        }

    def _file(self, asked: dict[str, Any]) -> bytes:
        assert asked["format"] == "csv"
        origins = dict(META)
        for number, (_, parts) in enumerate(self.definition.questions.values(), start=1):
            origins |= dict.fromkeys(parts, f"QID{number}")
        origins |= {name: name for name in self.definition.embedded}
        text = io.StringIO()
        writer = csv.writer(text)
        heads = [
            list(origins),
            [f"How about\n{name}, please?" for name in origins],
            [json.dumps({"ImportId": origin}) for origin in origins.values()],
        ]
        writer.writerows(heads[: self.header_rows])
        for changed_at, row in self.responses:
            if asked.get("startDate", "") <= changed_at < asked["endDate"]:
                writer.writerow([row.get(name, "") for name in origins])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("survey.csv", "\ufeff" + text.getvalue())
        return packed.getvalue()


def result(found: dict[str, Any]) -> Reply:
    body = {"result": found, "meta": {"requestId": "r", "httpStatus": "200 - OK"}}
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def refused(status: int, message: str, **headers: str) -> Reply:
    body = {"meta": {"httpStatus": str(status), "error": {"errorMessage": message, "errorCode": "X"}}}
    return status, {"Content-Type": "application/json", **headers}, json.dumps(body).encode()
