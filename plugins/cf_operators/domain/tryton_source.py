"""Complaints of Tryton's module sale_complaint."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator

COMPLAINT: Final[dict[str, Any]] = {
    "map": {
        "shape": "complaint",
        "fields": {
            "received_at": "create_date",
            "category": "type\\..rec_name",
            "contact_external_id": "customer",
            "contact_email": "customer\\..email",
        },
    }
}


def model_name(value: str) -> str:
    """The name of a model, such as ``sale.complaint``."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*", value):
        raise ValueError('is not the name of a model, such as "sale.complaint"')
    return value


ModelName = Annotated[str, AfterValidator(model_name)]
