"""What the routes of the form server share: its settings, store and pages, and what a signed link opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, cast

from fastapi import Depends, Request

from cf_operators.domain.link import Purpose, sign_link
from cf_operators.web.form_assets import FormAssets
from cf_operators.web.form_hits import FormHits
from cf_operators.web.form_link import NoSuchLink, OpenedLink, open_link
from cf_operators.web.form_pages import FormPages
from cf_operators.web.form_questionnaire import Questionnaire, Questionnaires
from cf_operators.web.form_rate import RateLimit
from cf_operators.web.form_settings import FormSettings
from cf_operators.web.form_store import FormStore, InvitedForm, Status
from cf_operators.web.form_texts import FormTexts

_SIBLING_TIME = timedelta(days=1)
_SIBLINGS: dict[Purpose, str] = {"unsubscribe": "u", "preferences": "p"}


@dataclass(frozen=True)
class Visit:
    """The form that a link opens, and how it stands now, the time of the link included."""

    form: InvitedForm
    status: Status
    questionnaire: Questionnaire


@dataclass(frozen=True)
class FormServer:
    """One running form server."""

    settings: FormSettings
    store: FormStore
    assets: FormAssets
    texts: FormTexts
    pages: FormPages
    hits: FormHits
    link_limit: RateLimit
    questionnaires: Questionnaires = field(default_factory=Questionnaires)

    @classmethod
    def of(cls, settings: FormSettings) -> FormServer:
        """Read all files and prepare all parts; nothing is connected yet."""
        assets = FormAssets(settings.node_modules, settings.base_path)
        texts = FormTexts()
        return cls(
            settings=settings,
            store=FormStore(settings.database),
            assets=assets,
            texts=texts,
            pages=FormPages(settings.organisation, assets, texts),
            hits=FormHits(settings.hit_log),
            link_limit=RateLimit(settings.posts_per_minute),
        )

    def open(self, request: Request, purpose: Purpose, token: str) -> OpenedLink:
        """What a customer's link of this purpose says.

        :raises NoSuchLink: it is not a link of this server and purpose.
        """
        return open_link(request, self.settings.signing_key, purpose, token)

    async def visit(self, link: OpenedLink) -> Visit:
        """How the form of a link stands now.

        :raises NoSuchLink: its invitation is gone.
        """
        form = await self.store.open(link.invitation_id)
        if form is None:
            raise NoSuchLink
        status: Status = "expired" if link.is_expired and form.status == "open" else form.status
        return Visit(form, status, self.questionnaires.of(form.survey_version, form.definition))

    def sibling(self, purpose: Purpose, link: OpenedLink) -> str:
        """The path of the other page of consent for the same person, good for a day: people go there now or never."""
        until = datetime.now(UTC) + _SIBLING_TIME
        token = sign_link(self.settings.signing_key, purpose, link.invitation_id, until)
        return f"{self.settings.base_path}/{_SIBLINGS[purpose]}/{token}"


async def _server(request: Request) -> FormServer:
    # Not a plain function: FastAPI would run that in a thread.
    return cast("FormServer", request.app.state.form)


Server = Annotated[FormServer, Depends(_server)]
"""Dependency of a route: the server it belongs to."""
