"""What has to be true before the containers of docker-compose.yml start: databases, roles, schema and accounts.

`python -m local.container_init`, with the Airflow environment and these variables:
CF_SUPERUSER_DATABASE (a postgresql:// address; the database name in it is replaced), CF_ROLE_PASSWORDS and
CF_ACCOUNT_PASSWORDS (JSON objects, name -> password).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

from local.settings import ROOT
from local.warehouse_roles import prepare_databases


def main() -> None:
    """Make everything ready; running it again changes nothing but passwords that are new."""
    superuser = urlsplit(os.environ["CF_SUPERUSER_DATABASE"])
    prepare_databases(
        lambda database: urlunsplit(superuser._replace(path=f"/{database}")),
        json.loads(os.environ["CF_ROLE_PASSWORDS"]),
        ROOT / "include/sql/schema/roles.sql",
    )
    command = [sys.executable, "-m", "local.metadata"]
    subprocess.run(command, input=os.environ["CF_ACCOUNT_PASSWORDS"], text=True, check=True)


if __name__ == "__main__":
    main()
