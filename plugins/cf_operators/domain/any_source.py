"""Every kind of source that a programme may name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.qualtrics_source import QualtricsSource
from cf_operators.domain.source import ByHandSource, FilesSource, FormSource, SqlSource

Source = Annotated[
    FilesSource | SqlSource | FormSource | ByHandSource | LimeSurveySource | QualtricsSource,
    Field(discriminator="kind"),
]
"""A source, by its kind."""
