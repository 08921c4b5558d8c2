"""The programme: who is asked what, how often, and which targets hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, Self, TypeVar

from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, model_validator

from cf_operators.domain.any_source import Source
from cf_operators.domain.campaign import Campaign, Survey
from cf_operators.domain.declared import Declared, entries
from cf_operators.domain.entry import Entry
from cf_operators.domain.kpi import Kpi, Target
from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.domain.measuring import Measuring
from cf_operators.domain.organisation import Asking, Organisation, Owner, Purpose
from cf_operators.domain.problem import Problem
from cf_operators.domain.sending import Sending
from cf_operators.domain.source import CollectedSource, Stream


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Found = TypeVar("Found", bound=_HasId)


def _find(entries: Iterable[Found], entry_id: str, section: str) -> Found:
    known = {entry.id: entry for entry in entries}
    if entry_id not in known:
        raise KeyError(
            f"{entry_id!r} is not in {section} of the programme; there are: {', '.join(known) or 'none'}"
        )
    return known[entry_id]


class Programme(Entry):
    """The whole configuration. Its references are checked: each names an entry that exists."""

    organisation: Organisation = Field(description="Who asks.")
    owners: tuple[Owner, ...] = Field(default=(), description="Who answers for targets.")
    asking: Asking = Field(description="Rules of asking over all campaigns.")
    purposes: tuple[Purpose, ...] = Field(
        default=(), description="What people may say yes or no to, one by one."
    )
    sending: Sending = Field(default=Sending(), description="How fast and when mails go out.")
    sources: tuple[Source, ...] = Field(description="Where orders, complaints and responses come from.")
    surveys: tuple[Survey, ...] = Field(default=(), description="The questionnaires.")
    campaigns: tuple[Campaign, ...] = Field(default=(), description="The standing reasons to ask.")
    measuring: Measuring = Field(default=Measuring(), description="How everything is measured.")
    kpis: tuple[Kpi, ...] = Field(description="What is measured.")
    targets: tuple[Target, ...] = Field(
        default=(), description="What the numbers shall be; at most one for each KPI."
    )

    @model_validator(mode="wrap")
    @classmethod
    def _know_references(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """Whoever validates a programme without context still gets its references checked."""
        if info.context is None and isinstance(data, dict):
            return cls.model_validate(data, context=Declared.of(data))
        return handler(data)

    @model_validator(mode="after")
    def _answers_come_home(self) -> Self:
        for survey in self.surveys:
            if survey.platform is None:
                continue
            source, number = self.source(survey.platform.source), survey.platform.survey
            where = f'survey "{survey.id}": platform'
            if not isinstance(source, LimeSurveySource):
                raise ValueError(
                    f'{where}: source "{source.id}" is of kind {source.kind}, and has to be limesurvey'
                )
            maps = [each.map for each in source.objects.values() if each.read == number]
            if not any(each and each.shape == "response" and "token" in each.fields for each in maps):
                raise ValueError(
                    f'{where}: no object of source "{source.id}" reads survey {number} with a token among the fields '
                    "of its map, so no answer could come home; add token: token"
                )
        return self

    @property
    def platform_surveys(self) -> tuple[str, ...]:
        """Ids of the surveys that are answered on another platform."""
        return tuple(survey.id for survey in self.surveys if survey.platform)

    def owner(self, owner_id: str) -> Owner:
        """The owner of this id; ``KeyError`` names those there are. So do the other look-ups."""
        return _find(self.owners, owner_id, "owners")

    def source(self, source_id: str) -> Source:
        """The source of this id."""
        return _find(self.sources, source_id, "sources")

    def sources_of(self, stream: Stream) -> tuple[CollectedSource, ...]:
        """The sources that are collected for a stream. Those that are built in are not among them."""
        return tuple(
            source
            for source in self.sources
            if isinstance(source, CollectedSource) and source.objects_of(stream)
        )

    def survey(self, survey_id: str) -> Survey:
        """The survey of this id."""
        return _find(self.surveys, survey_id, "surveys")

    def campaign(self, campaign_id: str) -> Campaign:
        """The campaign of this id."""
        return _find(self.campaigns, campaign_id, "campaigns")

    def kpi(self, kpi_id: str) -> Kpi:
        """The KPI of this id."""
        return _find(self.kpis, kpi_id, "kpis")

    def target_of(self, kpi_id: str) -> Target | None:
        """The target of a KPI; None when it has none."""
        return next((target for target in self.targets if target.kpi == kpi_id), None)


def missing_parts(data: object) -> Iterator[Problem]:
    """What no single entry of a raw programme can know: a campaign asks, but nothing takes in the answers."""
    has_form = any(entry.get("kind") == "form" for _, entry in entries(data, "sources"))
    if not has_form and any(True for _ in entries(data, "campaigns")):
        advice = "add {id: form, kind: form, staging: ../sql/staging/form.sql}"
        yield Problem(("sources",), f"has no source of kind form, so no campaign could get answers; {advice}")
