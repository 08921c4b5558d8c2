"""JSON-RPC of an Odoo server: a user, and what the models answer.

odoo.com/documentation, "External RPC API" (/jsonrpc). Errors come with the status 200, and with a traceback that is
not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cf_operators.errors import CfError, ConfigurationError, DataError, SourceUnavailable
from cf_operators.hooks.json_calls import JsonCalls
from cf_operators.hooks.secret_mask import secrets_of
from cf_operators.hooks.source_connection import source_connection
from cf_operators.hooks.source_session import address_of
from cf_operators.hooks.timed_session import timed_session

_TRY_AGAIN = (
    "SerializationFailure",
    "OperationalError",
    "LockNotAvailable",
    "ConcurrencyError",
    "InterfaceError",
)


class OdooRpc:
    """Calls models of one database.

    :param conn_id: of type HTTP, with the extra ``database``.
    """

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        connection = source_connection(conn_id)
        self._database = str(connection.extra_dejson.get("database", ""))
        if not self._database:
            raise ConfigurationError(
                f'connection "{conn_id}": names no database; give it as extra, {{"database": "..."}}'
            )
        self._login, self._password = connection.login or "", connection.password or ""
        self._address = f"{address_of(connection)}/jsonrpc"
        self._calls = JsonCalls(timed_session(), conn_id, secrets_of(connection))
        self._user: int | None = None

    def field_types(self, model: str) -> dict[str, str]:
        """The type of each field that the user may see."""
        found = self._model(model, "fields_get", [], {"attributes": ["type"]})
        if not isinstance(found, Mapping):
            raise DataError(f'{model} (connection "{self._conn_id}"): the answer names no fields')
        return {
            str(name): str(field.get("type")) for name, field in found.items() if isinstance(field, Mapping)
        }

    def search_read(
        self, model: str, domain: Sequence[Any], limit: int, order: str, names: Sequence[str]
    ) -> list[dict[str, Any]]:
        """The first records that a domain describes, in this order; archived ones too."""
        settings = {
            "fields": list(names), "limit": limit, "order": order, "context": {"active_test": False},
        }  # fmt: skip
        found = self._model(model, "search_read", [list(domain)], settings)
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise DataError(f'{model} (connection "{self._conn_id}"): the answer is no list of records')
        return found

    def _model(self, model: str, method: str, arguments: list[Any], settings: dict[str, Any]) -> Any:
        if self._user is None:
            self._user = self._logged_in()
        login = [self._database, self._user, self._password]
        return self._call(model, "object", "execute_kw", [*login, model, method, arguments, settings])

    def _logged_in(self) -> int:
        found = self._call("login", "common", "login", [self._database, self._login, self._password])
        if not isinstance(found, int) or isinstance(found, bool):
            raise ConfigurationError(
                f'connection "{self._conn_id}": Odoo refuses the login; check user, password or API key, and database'
            )
        return found

    def _call(self, what: str, service: str, method: str, arguments: list[Any]) -> Any:
        parameters = {"service": service, "method": method, "args": arguments}
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters, "id": 1}
        where = f'{what} (connection "{self._conn_id}")'
        answer = self._calls.call(what, "POST", self._address, json=body)
        if not isinstance(answer, Mapping) or not ("result" in answer or "error" in answer):
            raise SourceUnavailable(f"{where}: the answer is none of JSON-RPC")
        if "error" in answer:
            raise self._meaning(answer["error"], where)
        return answer["result"]

    def _meaning(self, error: Any, where: str) -> CfError:
        data = error.get("data") if isinstance(error, Mapping) else None
        said = data if isinstance(data, Mapping) else {}
        # The password is an argument of every call, and errors repeat arguments.
        name, message = (self._calls.masked(str(said.get(part, ""))).strip() for part in ("name", "message"))
        name, message = name[:100], message.partition("\n")[0][:200]
        if name.rpartition(".")[2] in _TRY_AGAIN:
            return SourceUnavailable(f"{where}: Odoo could not answer now ({name})")
        return ConfigurationError(
            f"{where}: Odoo refuses ({name}): {message}; correct the entry of the object or the database of the "
            "connection, or give its user the right to read the records"
        )
