"""The plugin that puts the pages of Customer Focus into the Airflow UI: one entry in the navigation.

Airflow imports each file of the plugins folder in all of its processes, tasks included. What the pages need is
imported when the API server asks for it, and nowhere else.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/cf"
"""Where the pages are served, below the address of Airflow."""


class CustomerFocusPlugin(AirflowPlugin):
    """The pages, and the way to them."""

    name = "customer_focus"
    external_views: list[Any] = [  # noqa: RUF012  # so declared by Airflow
        {
            "name": "Customer Focus",
            "href": f"{PREFIX.removeprefix('/')}/",  # relative: Airflow may be served below a path
            "destination": "nav",
            "url_route": "customer-focus",
            "nav_top_level": True,
        }
    ]

    @property
    def fastapi_apps(self) -> list[Any]:  # type: ignore[override]  # a property, so that tasks import no web code
        """The application of the pages, made when the API server mounts it."""
        from cf_operators.web.pages_app import create_app

        return [{"app": create_app(), "url_prefix": PREFIX, "name": "Customer Focus"}]
