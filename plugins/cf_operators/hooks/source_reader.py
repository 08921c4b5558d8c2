"""The reader of a source, by its kind. What only one kind needs is imported when a source of that kind is read."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from cf_operators.domain.collecting import SourceReader
from cf_operators.domain.source import CollectedSource

READERS: Final = {
    "files": "cf_operators.hooks.files_source:FilesSourceHook",
    "sql": "cf_operators.hooks.sql_source:SqlSourceHook",
    "rest": "cf_operators.hooks.rest_source:RestSourceHook",
    "limesurvey": "cf_operators.hooks.limesurvey_source:LimeSurveySourceHook",
    "qualtrics": "cf_operators.hooks.qualtrics_source:QualtricsSourceHook",
    "salesforce": "cf_operators.hooks.salesforce_source:SalesforceSourceHook",
    "zendesk": "cf_operators.hooks.zendesk_source:ZendeskSourceHook",
    "request_tracker": "cf_operators.hooks.request_tracker_source:RequestTrackerSourceHook",
    "tryton": "cf_operators.hooks.tryton_source:TrytonSourceHook",
    "odoo": "cf_operators.hooks.odoo_source:OdooSourceHook",
}
"""Kind of source to the class that reads it; it is made with the source."""


def reader_of(source: CollectedSource) -> SourceReader:
    """A reader of this source; nothing is read yet."""
    module, _, name = READERS[source.kind].partition(":")
    reader: SourceReader = getattr(import_module(module), name)(source)
    return reader
