"""Every kind of source that a programme may name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.odoo_source import OdooSource
from cf_operators.domain.qualtrics_source import QualtricsSource
from cf_operators.domain.request_tracker_source import RequestTrackerSource
from cf_operators.domain.rest_source import RestSource
from cf_operators.domain.salesforce_source import SalesforceSource
from cf_operators.domain.source import ByHandSource, FilesSource, FormSource, SqlSource
from cf_operators.domain.tryton_source import TrytonSource
from cf_operators.domain.zendesk_source import ZendeskSource

Source = Annotated[
    FilesSource
    | SqlSource
    | FormSource
    | ByHandSource
    | RestSource
    | LimeSurveySource
    | QualtricsSource
    | SalesforceSource
    | ZendeskSource
    | RequestTrackerSource
    | TrytonSource
    | OdooSource,
    Field(discriminator="kind"),
]
"""A source, by its kind."""
