"""Salesforce as its documentation describes it: a login, and queries that a real database answers.

SOAP login: developer.salesforce.com, SOAP API, login(); queries: REST API, Query and QueryAll. Of SOQL the server
knows what SQL knows too; the records lie in SQLite, which says what a condition and an order mean.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from tests.desks.desk_server import Answer, Asked

INSTANCE = "acme.my.salesforce.com"
LOGIN_HOST = "login.salesforce.com"
FIELDS = (
    "Id", "SystemModstamp", "IsDeleted", "CreatedDate", "ClosedDate", "Type", "Priority", "Origin", "ContactId",
    "ContactEmail", "Contact.Loyalty__c",
)  # fmt: skip
STAMP = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")


class Salesforce:
    """An organisation with cases, for ``DeskServer.answer``. An answer holds at most ``batch`` records."""

    def __init__(self, batch: int = 2000) -> None:
        self.batch = batch
        self.session = "00D-session-1"
        self.logins = 0
        self.queries: list[str] = []
        self._rest: list[dict[str, Any]] = []
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.execute(f"create table [Case] ({', '.join(f'[{name}]' for name in FIELDS)})")

    def put(self, record_id: str, modified: str, **fields: Any) -> None:
        """Create or change a case; ``modified`` is its SystemModstamp, e.g. 2024-05-01T10:00:00.000Z."""
        values = {"CreatedDate": "2024-05-01T08:00:00.000Z", "IsDeleted": 0, **fields}
        values |= {"Id": record_id, "SystemModstamp": modified}
        self._database.execute("delete from [Case] where Id = ?", [record_id])
        names = ", ".join(f"[{name}]" for name in values)
        marks = ", ".join("?" for _ in values)
        self._database.execute(f"insert into [Case] ({names}) values ({marks})", list(values.values()))

    def __call__(self, asked: Asked) -> Answer:
        if asked.host.startswith(LOGIN_HOST):
            return self._login(asked)
        if asked.headers.get("authorization") != f"Bearer {self.session}":
            return _error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if asked.path.endswith("/queryAll/"):
            self.queries.append(asked.query["q"])
            try:
                self._rest = self._records(asked.query["q"])
            except sqlite3.OperationalError as error:
                return _error(400, "INVALID_FIELD", f"No such column on entity 'Case': {error}")
        return self._batch()

    def _login(self, asked: Asked) -> Answer:
        self.logins += 1
        if "<n1:password>secret-pw" not in asked.body and "secret-pw" not in asked.body:
            fault = (
                '<?xml version="1.0"?><e xmlns:sf="urn:fault.partner.soap.sforce.com">'
                "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>"
                "<sf:exceptionMessage>INVALID_LOGIN: Invalid username, password, security token; or user locked out."
                "</sf:exceptionMessage></e>"
            )
            return Answer(fault, 500)
        self.session = f"00D-session-{self.logins}"
        return Answer(
            f'<?xml version="1.0"?><r><sessionId>{self.session}</sessionId>'
            f"<serverUrl>https://{INSTANCE}/services/Soap/u/59.0/00D</serverUrl></r>"
        )

    def _records(self, soql: str) -> list[dict[str, Any]]:
        fields = re.match(r"SELECT (.+?) FROM Case", soql)
        assert fields
        query = STAMP.sub(lambda found: f"'{found[0]}'", soql).replace("FROM Case", "FROM [Case]")
        query = query.replace(fields[1], ", ".join(f"[{name}]" for name in fields[1].split(", ")), 1)
        return [
            _record(dict(zip(fields[1].split(", "), row, strict=True)))
            for row in self._database.execute(query)
        ]

    def _batch(self) -> Answer:
        records, self._rest = self._rest[: self.batch], self._rest[self.batch :]
        answer: dict[str, Any] = {"totalSize": len(records), "done": not self._rest, "records": records}
        if self._rest:
            answer["nextRecordsUrl"] = f"/services/data/v59.0/queryAll/01g-{len(self._rest)}"
        return Answer(answer)


def _record(flat: dict[str, Any]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "attributes": {"type": "Case", "url": f"/services/data/v59.0/sobjects/Case/{flat['Id']}"}
    }
    for name, value in flat.items():
        first, _, last = name.partition(".")
        if last:
            record[first] = {"attributes": {"type": first}, last: value} if value else None
        else:
            # In answers times carry the offset +0000, in queries Z.
            is_time = isinstance(value, str) and STAMP.fullmatch(value)
            record[name] = bool(value) if name == "IsDeleted" else f"{value[:-1]}+0000" if is_time else value
    return record


def _error(status: int, code: str, message: str) -> Answer:
    return Answer([{"errorCode": code, "message": message}], status)
