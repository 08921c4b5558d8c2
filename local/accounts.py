"""The roles and the three accounts of Airflow's FAB auth manager.

They are seeded before any component starts: our DAGs name the quality manager's role in their access control, and a
DAG that names a role which does not exist is an import error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

QUALITY_MANAGER = "Quality Manager"

# What the quality manager may do beside what single DAGs grant: find the way, read results, answer approvals.
QUALITY_MANAGER_MAY = (
    ("can_read", "Website"),
    ("can_read", "My Profile"),
    ("can_edit", "My Profile"),
    ("can_read", "My Password"),
    ("can_edit", "My Password"),
    ("menu_access", "DAGs"),
    ("menu_access", "Assets"),
    ("menu_access", "Browse"),
    ("can_read", "Assets"),
    ("can_read", "DAG Runs"),
    ("can_read", "Task Instances"),
    ("can_read", "Task Logs"),
    ("can_read", "XComs"),
    ("can_read", "DAG Versions"),
    ("can_read", "DAG Dependencies"),
    ("can_read", "HITL Detail"),
    ("can_edit", "HITL Detail"),
    ("menu_access", "HITL Detail"),
    ("can_read", "Plugins"),
)

# Without it the pages of the plugin are missing from the navigation.
VIEWER_MAY_ALSO = (("can_read", "Plugins"),)


@dataclass(frozen=True)
class Account:
    """One seeded account."""

    username: str
    first_name: str
    last_name: str
    role: str

    @property
    def email(self) -> str:
        """A unique address, as the user table wants one; nothing is ever sent to it."""
        return f"{self.username}@airflow.invalid"


ACCOUNTS = (
    Account("admin", "System", "Administrator", "Admin"),
    Account("quality", "Quality", "Manager", QUALITY_MANAGER),
    Account("viewer", "Report", "Viewer", "Viewer"),
)


def seed(security: Any, passwords: dict[str, str]) -> None:
    """Make roles and accounts true in the security manager; a second call only renews the passwords given."""
    security.sync_roles()
    _grant(
        security,
        security.add_role(QUALITY_MANAGER) or security.find_role(QUALITY_MANAGER),
        QUALITY_MANAGER_MAY,
    )
    _grant(security, security.find_role("Viewer"), VIEWER_MAY_ALSO)
    for account in ACCOUNTS:
        password = passwords[account.username]
        user = security.find_user(username=account.username)
        if user is None:
            security.add_user(
                username=account.username,
                first_name=account.first_name,
                last_name=account.last_name,
                email=account.email,
                role=[security.find_role(account.role)],
                password=password,
            )
        elif not _has_password(user, password):
            security.reset_password(user.id, password)


def _grant(security: Any, role: Any, permissions: tuple[tuple[str, str], ...]) -> None:
    granted = {(permission.action.name, permission.resource.name) for permission in role.permissions}
    for action, resource in permissions:
        if (action, resource) not in granted:
            security.add_permission_to_role(role, security.create_permission(action, resource))


def _has_password(user: Any, password: str) -> bool:
    from werkzeug.security import check_password_hash

    return check_password_hash(user.password, password)
