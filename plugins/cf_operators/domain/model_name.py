"""Names of models and fields, as Tryton and Odoo write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z0-9_]+)*")


def _model(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError('is not the name of a model, such as "sale.complaint"')
    return value


ModelName = Annotated[str, AfterValidator(_model)]
