"""JSON-RPC of a Tryton server: a session, and what its models answer.

docs.tryton.org, "Remote Procedure Call". Errors of users and of the program come with the status 200.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cf_operators.domain.problem import shown
from cf_operators.errors import ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.json_calls import JsonCalls, RefusedLogin
from cf_operators.hooks.secret_mask import secrets_of
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.source_session import Authorization, address_of
from cf_operators.hooks.timed_session import timed_session


class TrytonRpc:
    """Calls models of one database. A session that has ended is opened again once.

    :param conn_id: of type HTTP, with the extra ``database``.
    """

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        self._connection = source_connection(conn_id)
        database = str(self._connection.extra_dejson.get("database", "")).strip("/")
        if not database:
            raise ConfigurationError(
                f'connection "{conn_id}": names no database; give it as extra, {{"database": "..."}}'
            )
        self._address = f"{address_of(self._connection)}/{database}/rpc/"
        self._calls: JsonCalls | None = None

    def where(self, what: str) -> str:
        """How messages name what was asked for."""
        return f'{what} (connection "{self._conn_id}")'

    def search_read(
        self, model: str, domain: Sequence[Any], limit: int, order: Sequence[Any], names: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The first records that a domain describes, in this order."""
        found = self._model(model, "search_read", list(domain), 0, limit, list(order), list(names))
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise DataError(f'{model} (connection "{self._conn_id}"): the answer is no list of records')
        return found

    def search(self, model: str, domain: Sequence[Any], limit: int, order: Sequence[Any]) -> list[int]:
        """The ids of the first records that a domain describes, in this order."""
        found = self._model(model, "search", list(domain), 0, limit, list(order))
        if not isinstance(found, list) or not all(isinstance(number, int) for number in found):
            raise DataError(f'{model} (connection "{self._conn_id}"): the answer is no list of ids')
        return found

    def search_count(self, model: str, domain: Sequence[Any]) -> int:
        """How many records a domain describes."""
        found = self._model(model, "search_count", list(domain))
        if not isinstance(found, int):
            raise DataError(f'{model} (connection "{self._conn_id}"): the answer is no number')
        return found

    def fields(self, model: str) -> set[str]:
        """The names of the fields that the user may see."""
        found = self._model(model, "fields_get", [])
        if not isinstance(found, dict):
            raise DataError(f'{model} (connection "{self._conn_id}"): the answer names no fields')
        return set(found)

    def _model(self, model: str, method: str, *parameters: Any) -> Any:
        body = {"id": 1, "method": f"model.{model}.{method}", "params": [*parameters, {}]}
        calls = self._calls = self._calls or self._logged_in()
        try:
            return self._result(model, calls, calls.call(model, "POST", self._address, json=body))
        except RefusedLogin:
            # Sessions end when nobody uses them, and when the password changes.
            calls = self._calls = self._logged_in()
            return self._result(model, calls, calls.call(model, "POST", self._address, json=body))

    def _logged_in(self) -> JsonCalls:
        name, password = self._connection.login or "", self._connection.password or ""
        body = {"id": 1, "method": "common.db.login", "params": [name, {"password": password}, "en"]}
        session = timed_session()
        calls = JsonCalls(session, self._conn_id, secrets_of(self._connection))
        found = self._result("login", calls, calls.call("login", "POST", self._address, json=body))
        if not isinstance(found, list) or len(found) < 2:
            raise RefusedLogin(
                f'connection "{self._conn_id}": Tryton refuses the login; check user, password and database'
            )
        key = base64.b64encode(f"{name}:{found[0]}:{found[1]}".encode()).decode()
        session.auth = Authorization(f"Session {key}")
        return replace(calls, secrets=(*calls.secrets, key, str(found[1])))

    def _result(self, what: str, calls: JsonCalls, answer: Any) -> Any:
        where = self.where(what)
        if not isinstance(answer, dict) or not ("result" in answer or "error" in answer):
            raise SourceUnavailable(f"{where}: the answer is none of JSON-RPC")
        if "error" not in answer:
            return answer["result"]
        error = answer["error"]
        kind, *more = error if isinstance(error, list) and error else [error]
        kind = calls.masked(str(kind))
        text = " ".join(str(part) for part in (more[0] if more and isinstance(more[0], list) else []) if part)
        if kind in ("ConcurrencyException", "UserWarning"):
            raise SourceUnavailable(f"{where}: Tryton could not answer now ({kind})")
        raise ConfigurationError(
            f"{where}: Tryton refuses: {shown(kind)} {calls.masked(text)[:200]}".rstrip()
            + "; correct the entry of the object, or give the user of the connection the right to read it"
        )
