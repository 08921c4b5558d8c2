"""Who may open a page and who may press its buttons: the rights that Airflow gives on the DAG behind each page.

A plugin's application is reachable without a login unless it asks for one itself; so every route depends on
``get_user``, and beyond that on a right. Whoever may *read* the DAG of a page may see the page; whoever may *trigger*
it may decide, for a page does what a run of that DAG would do.
"""

from __future__ import annotations

from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from airflow.configuration import conf
from fastapi import Depends, Form, HTTPException
from itsdangerous import BadSignature, URLSafeTimedSerializer

SETTLE = "cf_settle_unknown"
"""Waves, and mails of which nobody knows."""
APPROVE = "cf_approve_key_accounts"
"""Key accounts."""
INTERVIEW = "cf_collect_responses"
"""Interviews: who may collect responses may take them by telephone."""
TRY_MAIL = "cf_test_mail"
"""Preview of mails, and test mails."""

TOKEN_SECONDS = 12 * 3600
"""How long a page may stay open before its buttons are refused."""

STALE = "stale"
"""Detail of the refusal of a form whose token is missing, wrong or old."""


def seeing(dag_id: str) -> list[Any]:
    """Dependencies of a route that shows."""
    return [Depends(requires_access_dag("GET", None, dag_id))]


def acting(dag_id: str) -> list[Any]:
    """Dependencies of a route that shows what only who decides may see."""
    return [Depends(requires_access_dag("POST", DagAccessEntity.RUN, dag_id))]


def deciding(dag_id: str) -> list[Any]:
    """Dependencies of a route that changes something."""
    return [*acting(dag_id), Depends(check_token)]


def may_see(user: Any, dag_id: str) -> bool:
    """Whether the page of a DAG is offered to the user."""
    return get_auth_manager().is_authorized_dag(method="GET", details=DagDetails(id=dag_id), user=user)


def may_decide(user: Any, dag_id: str) -> bool:
    """Whether the buttons of a page are offered to the user."""
    return get_auth_manager().is_authorized_dag(
        method="POST", access_entity=DagAccessEntity.RUN, details=DagDetails(id=dag_id), user=user
    )


def form_token(user: Any) -> str:
    """What every form of this user carries, so that no other site can make their browser press a button."""
    return _tokens().dumps(user.get_id())


def check_token(user: GetUserDep, token: Annotated[str, Form()] = "") -> None:
    """Refuse a POST that does not come from one of our own forms, filled in by this user, today."""
    try:
        if _tokens().loads(token, max_age=TOKEN_SECONDS) == user.get_id():
            return
    except BadSignature:
        pass
    raise HTTPException(403, STALE)


def _tokens() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt="customer focus pages")
