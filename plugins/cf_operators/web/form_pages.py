"""Draws the pages of the form server from its templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cf_operators.domain.organisation import Organisation
from cf_operators.web.form_assets import FormAssets
from cf_operators.web.form_texts import FormTexts, best_language, direction

TEMPLATES = Path(__file__).resolve().parents[3] / "include" / "templates" / "web"


class FormPages:
    """The pages, each in the language of its reader."""

    def __init__(self, organisation: Organisation, assets: FormAssets, texts: FormTexts) -> None:
        self._organisation = organisation
        self._assets = assets
        self._texts = texts
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True, trim_blocks=True
        )
        self._templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}

    def survey(
        self,
        *,
        language: str,
        languages: Sequence[str],
        survey: Mapping[str, Any],
        interviewer: str | None = None,
        is_preview: bool = False,
    ) -> HTMLResponse:
        """The page that asks. ``survey`` is what the script on it gets, as JSON."""
        texts = self._texts.of(language)
        sent = {key: text for key, text in texts.items() if key.startswith("send_")}
        chosen = survey["chosen"]
        return self._page(
            "survey.html",
            language,
            200,
            survey={**survey, "texts": sent, "isPreview": is_preview},
            chosen=texts["chosen"].replace("{value}", str(survey["answers"][chosen])) if chosen else None,
            interview=interviewer and texts["interview"].replace("{name}", interviewer),
            is_preview=is_preview,
            scripts=self._assets.scripts(language),
            survey_style=self._assets.url("survey-core.fontless.min.css"),
            languages=[(tag, self._assets.language_name(tag)) for tag in languages],
        )

    def unsubscribe(self, language: str, preferences: str) -> HTMLResponse:
        """The page with the one button that ends all surveys, and the way to the preferences."""
        return self._page("unsubscribe.html", language, 200, preferences=preferences)

    def preferences(
        self, language: str, *, choices: Sequence[object], summary: str, event: str, unsubscribe: str
    ) -> HTMLResponse:
        """The page with a yes and a no for each purpose.

        :param choices: rows with ``purpose``, ``title`` and ``word``.
        :param summary: what the person has said about surveys as a whole: ``yes``, ``no``, ``some`` (about some
            purposes only) or ``nothing``.
        :param event: what became of a post: ``saved``, ``missing`` (nothing was chosen), ``busy``; empty: none.
        """
        return self._page(
            "preferences.html",
            language,
            200,
            choices=choices,
            summary=summary,
            event=event,
            unsubscribe=unsubscribe,
        )

    def message(
        self, key: str, wanted: Iterable[str | None], status_code: int, onward: str | None = None
    ) -> HTMLResponse:
        """A page with a heading and a sentence: the texts ``<key>_title`` and ``<key>_text``.

        :param onward: path of a page that follows, whose words are ``<key>_onward``.
        """
        language = best_language([*wanted, *self._organisation.languages], self._texts.languages)
        return self._page("message.html", language, status_code, key=key, onward=onward)

    def _page(self, template: str, language: str, status_code: int, **values: Any) -> HTMLResponse:
        text = self._templates.get_template(template).render(
            organisation=self._organisation,
            language=language,
            direction=direction(language),
            texts=self._texts.of(language),
            style=self._assets.url("form.css"),
            **values,
        )
        return HTMLResponse(text, status_code, headers={"Cache-Control": "no-store"})
