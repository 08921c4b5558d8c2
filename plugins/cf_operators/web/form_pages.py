"""Draws the pages of the form server from its templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        self, *, language: str, languages: Sequence[str], survey: dict[str, Any], status_code: int = 200
    ) -> HTMLResponse:
        """The page that asks. ``survey`` is what the script on it gets, as JSON."""
        return self._page(
            "survey.html",
            language,
            status_code,
            survey=survey,
            scripts=self._assets.scripts(language),
            survey_style=self._assets.url("survey-core.fontless.min.css"),
            languages=[(tag, self._assets.language_name(tag)) for tag in languages],
        )

    def unsubscribe(self, language: str) -> HTMLResponse:
        """The page with the one button that ends all surveys."""
        return self._page("unsubscribe.html", language, 200)

    def message(self, key: str, wanted: Iterable[str | None], status_code: int) -> HTMLResponse:
        """A page with a heading and a sentence: the texts ``<key>_title`` and ``<key>_text``."""
        language = best_language([*wanted, *self._organisation.languages], self._texts.languages)
        return self._page("message.html", language, status_code, key=key)

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
