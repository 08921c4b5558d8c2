"""A request with a mistake is refused before anything is planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cf_operators.errors import ConfigurationError
from cf_operators.operators.check_ad_hoc_request import CheckAdHocRequestOperator
from tests.conftest import Warehouse
from tests.people import NOW, People

RunContext = Callable[..., dict[str, Any]]
DEFAULTS: dict[str, Any] = {"title": "Packaging", "segments": [], "max_recipients": None, "dry_run": False}


@pytest.fixture
def check(run_context: RunContext, warehouse: Warehouse) -> Callable[..., dict[str, Any]]:
    with People(warehouse) as people:
        people.order(people.contact(segment="home", region="north", language="de"), product="Kitchen")

    def execute(params: dict[str, Any], conf: dict[str, Any] | None = None) -> dict[str, Any]:
        context = run_context(now=NOW, params=DEFAULTS | params, conf=conf)
        return CheckAdHocRequestOperator(task_id="check").execute(context)  # type: ignore[arg-type]

    return execute


Check = Callable[..., dict[str, Any]]


def test_a_good_request_is_given_on_with_its_wave(check: Check) -> None:
    given = check({"segments": ["home"], "products": ["Kitchen"], "languages": ["de"], "survey": "annual"})
    assert given["wave_id"] == "ad_hoc/packaging-20260316T080000Z"
    assert (given["segments"], given["regions"], given["survey"]) == (["home"], [], "annual")


def test_a_parameter_that_the_dag_does_not_have_is_refused(check: Check) -> None:
    with pytest.raises(ConfigurationError, match=r'segment: is not a known key; did you mean "segments"'):
        check({}, conf={"segment": ["home"]})


def test_all_that_does_not_exist_is_named_at_once(check: Check) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check({"segments": ["hme"], "regions": ["south"], "products": ["kitchen"], "survey": "anual"})
    message = str(caught.value)
    assert 'segments: "hme" does not occur; did you mean "home"?' in message
    assert 'regions: "south" does not occur; there are: north' in message
    assert 'products: "kitchen" does not occur; did you mean "Kitchen"?' in message
    assert (
        'survey: "anual" is not a survey; there are: post_purchase, annual, ad_hoc, complaint_follow_up, '
        in message
    )
