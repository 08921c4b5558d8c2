"""Who may see and trigger our DAGs, where Airflow's auth manager knows roles per DAG (FAB)."""

from __future__ import annotations

import os

ROLE_VARIABLE = "CF_QUALITY_ROLE"


def quality_access() -> dict[str, dict[str, set[str]]] | None:
    """``access_control`` of every DAG of ours: the role that ``CF_QUALITY_ROLE`` names may see and trigger it.

    :returns: None when the variable is not set. A DAG that names a role which does not exist fails to import, so
        nothing is named unless somebody says that the role is there.
    """
    role = os.environ.get(ROLE_VARIABLE)
    if not role:
        return None
    return {role: {"DAGs": {"can_read", "can_edit"}, "DAG Runs": {"can_read", "can_create"}}}
