"""The survey page as a browser's script sees it: the questionnaire, and where to post the answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin


@dataclass(frozen=True)
class SurveyPage:
    """What a survey page carries."""

    definition: Mapping[str, Any]
    language: str
    post_url: str

    @classmethod
    def read(cls, html: str, url: str) -> SurveyPage | None:
        """The data in a page opened at `url`; None for a page without a questionnaire, such as "answered already"."""
        reader = _JsonScripts()
        reader.feed(html)
        for text in reader.found:
            data = json.loads(text)
            if isinstance(data, dict) and {"definition", "post"} <= data.keys():
                return cls(data["definition"], data["language"], urljoin(url, data["post"]))
        return None


class _JsonScripts(HTMLParser):
    """Collects the texts of `<script type="application/json">`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and dict(attrs).get("type") == "application/json":
            self._is_inside = True
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.found[-1] += data
