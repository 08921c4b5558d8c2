"""What the routes of the form server share: its settings, store, pages, and how a signed link is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request

from cf_operators.domain.link import LinkExpired, LinkInvalid, Purpose, read_link
from cf_operators.domain.submission import SubmissionRules
from cf_operators.domain.survey import languages
from cf_operators.web.form_assets import FormAssets
from cf_operators.web.form_pages import FormPages
from cf_operators.web.form_rate import RateLimit
from cf_operators.web.form_settings import FormSettings
from cf_operators.web.form_store import FormStore, InvitedForm, Status
from cf_operators.web.form_texts import FALLBACK, FormTexts

MAX_TOKEN = 200
_MOST_RULES = 100


class NoSuchLink(Exception):
    """The link is not one of ours, or its invitation is gone."""


@dataclass(frozen=True)
class Visit:
    """The form that a link opens, and how it stands now, the time of the link included."""

    form: InvitedForm
    status: Status

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the questionnaire is given in."""
        return languages(self.form.definition) or (FALLBACK,)


@dataclass(frozen=True)
class FormServer:
    """One running form server."""

    settings: FormSettings
    store: FormStore
    assets: FormAssets
    texts: FormTexts
    pages: FormPages
    link_limit: RateLimit
    _rules: dict[tuple[str, str], SubmissionRules] = field(default_factory=dict)

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
            link_limit=RateLimit(settings.posts_per_minute),
        )

    async def visit(self, purpose: Purpose, token: str) -> Visit:
        """What a link of this purpose opens.

        :raises NoSuchLink: it is not a link of this server and purpose.
        """
        invitation_id, is_expired = self._read(purpose, token)
        form = await self.store.open(invitation_id)
        if form is None:
            raise NoSuchLink
        return Visit(form, "expired" if is_expired and form.status == "open" else form.status)

    def _read(self, purpose: Purpose, token: str) -> tuple[UUID, bool]:
        if len(token) > MAX_TOKEN:
            raise NoSuchLink
        try:
            return read_link(self.settings.signing_key, purpose, token, datetime.now(UTC)), False
        except LinkExpired as expired:
            return expired.invitation_id, True
        except LinkInvalid as error:
            raise NoSuchLink from error

    def rules(self, form: InvitedForm) -> SubmissionRules:
        """The rules of a form's questionnaire, made once per version."""
        key = (form.survey_id, form.survey_version)
        if key not in self._rules:
            if len(self._rules) >= _MOST_RULES:
                self._rules.clear()
            self._rules[key] = SubmissionRules(form.definition)
        return self._rules[key]


def _server(request: Request) -> FormServer:
    return cast("FormServer", request.app.state.form)


Server = Annotated[FormServer, Depends(_server)]
"""Dependency of a route: the server it belongs to."""
