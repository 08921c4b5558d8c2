"""The runs by which a person decides: what they asked for is checked first, and their name is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.operators.approve_key_accounts import ApproveKeyAccountsOperator
from cf_operators.operators.settle_unknown import SettleUnknownOperator
from tests.conftest import Warehouse
from tests.operators.asked import ask

WAVE = "post_purchase/2024-05-01"
DEFAULTS: dict[str, Any] = {"wave": None, "invitations": [], "note": None}

RunContext = Callable[..., dict[str, Any]]


def context_of(run_context: RunContext, user: str | None = "quality", **given: Any) -> Any:
    context = run_context(params=DEFAULTS, conf=given)
    context["dag_run"].triggering_user_name = user
    return context


def decided(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    rows = warehouse.rows("select * from cf_ledger.decision order by decision_id")
    return [(row["invitation_id"], row["decision"], row["actor"], row["note"]) for row in rows]


def test_a_wave_is_settled_once(warehouse: Warehouse, run_context: RunContext) -> None:
    first, _, third = ask(warehouse, ["unknown", "accepted", "unknown"])
    operator = SettleUnknownOperator(task_id="settle")
    context = context_of(run_context, decision="sent", wave=WAVE, note="log of the server")
    summary = {"decision": "sent", "found": 2, "changed": 2, "answered": 0, "too_late": 0}
    assert operator.execute(context) == summary
    assert operator.execute(context) == summary | {"found": 0, "changed": 0}
    assert decided(warehouse) == [
        (first, "sent", "quality", "log of the server"),
        (third, "sent", "quality", "log of the server"),
    ]


def test_single_mails_are_sent_again(warehouse: Warehouse, run_context: RunContext) -> None:
    first, second = ask(warehouse, ["unknown", "unknown"])
    context = context_of(run_context, decision="send_again", invitations=[str(second)])
    assert SettleUnknownOperator(task_id="settle").execute(context)["changed"] == 1
    states = {
        row["invitation_id"]: row["state"] for row in warehouse.rows("select * from cf_ledger.invitation")
    }
    assert states == {first: "unknown", second: "planned"}


def test_key_accounts_are_decided_about(warehouse: Warehouse, run_context: RunContext) -> None:
    (account,) = ask(warehouse, ["planned"])
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.invitation set approval = 'wanted', accepted_at = null")
    operator = ApproveKeyAccountsOperator(task_id="decide")
    context = context_of(run_context, user=None, decision="not_approved", wave=WAVE, note=" ")
    assert operator.execute(context)["changed"] == 1
    assert decided(warehouse) == [(account, "not_approved", "run manual__test", None)]


@pytest.mark.parametrize("operator", [SettleUnknownOperator, ApproveKeyAccountsOperator])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"wave": WAVE}, "decision: is missing"),
        ({"wave": WAVE, "decision": "maybe"}, 'decision: "maybe" is not allowed; allowed are'),
        ({"decision": "{yes}"}, "give a wave, or ids of invitations"),
        ({"decision": "{yes}", "wave": WAVE, "invitations": [str(UUID(int=1))]}, "and not both"),
        ({"decision": "{yes}", "wave": WAVE, "wav": "x"}, 'wav: is not a known key; did you mean "wave"?'),
        ({"decision": "{yes}", "invitations": ["1"]}, "invitations\\[0\\]"),
    ],
)
def test_a_request_that_says_something_else_changes_nothing(
    warehouse: Warehouse, run_context: RunContext, operator: type[Any], given: dict[str, Any], said: str
) -> None:
    ask(warehouse, ["unknown", "planned"])
    with warehouse.connect() as connection:
        connection.execute("update cf_ledger.invitation set approval = 'wanted' where state = 'planned'")
    yes = "sent" if operator is SettleUnknownOperator else "approved"
    conf = {key: yes if value == "{yes}" else value for key, value in given.items()}
    with pytest.raises(ConfigurationError, match=said):
        operator(task_id="t").execute(context_of(run_context, **conf))
    assert decided(warehouse) == []
