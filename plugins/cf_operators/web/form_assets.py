"""The scripts and styles of the survey page: SurveyJS from node_modules, and our own two files.

Each is served under an address that holds a hash of its content, so browsers may keep it for good. Only these files
are served, whatever else lies in node_modules.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from functools import cached_property
from pathlib import Path

from fastapi import APIRouter, Request, Response

from cf_operators.errors import ConfigurationError

OWN_FOLDER = Path(__file__).resolve().parents[3] / "include" / "templates" / "web" / "assets"

LIBRARIES = ("survey-core", "survey-js-ui")
SCRIPTS = ("survey-core/survey.core.min.js", "survey-js-ui/survey-js-ui.min.js")
STYLE = "survey-core/survey-core.fontless.min.css"

_MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_LOCALE = re.compile(r'localeCode:"([A-Za-z-]+)"[^}]*?nativeName:"([^"]+)"')


class Asset:
    """One file as it is served."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.content = path.read_bytes()
        self.media_type = _MEDIA_TYPES[path.suffix]
        self.digest = hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def compressed(self) -> bytes:
        """The content after gzip, made once."""
        return gzip.compress(self.content, compresslevel=9, mtime=0)


class FormAssets:
    """All that the pages may load."""

    def __init__(self, node_modules: Path, base_path: str = "") -> None:
        """:raises ConfigurationError: SurveyJS is not installed, or its two halves differ in version."""
        _check_versions(node_modules)
        self._base_path = base_path
        found = [Asset(node_modules / path) for path in (*SCRIPTS, STYLE)]
        found += [Asset(path) for path in sorted(OWN_FOLDER.iterdir())]
        self._locales: dict[str, Asset] = {}
        self._language_names = {"en": "English"}
        for path in sorted((node_modules / "survey-core" / "i18n").glob("*.min.js")):
            if match := _LOCALE.search(path.read_text(encoding="utf-8")):
                asset = Asset(path)
                found.append(asset)
                self._locales[match[1].lower()] = asset
                self._language_names[match[1].lower()] = match[2][0].upper() + match[2][1:]
        self._by_name = {asset.name: asset for asset in found}

    def url(self, name: str) -> str:
        """The address of a file on this server."""
        return f"{self._base_path}/assets/{self._by_name[name].digest}/{name}"

    def scripts(self, language: str) -> list[str]:
        """Addresses of the scripts of the survey page, in order, with the one language that it is shown in."""
        names = [Path(path).name for path in SCRIPTS]
        if locale := self._locales.get(language.lower()):
            names.append(locale.name)
        return [self.url(name) for name in (*names, "form.js")]

    def language_name(self, language: str) -> str:
        """What a language is called in itself, e.g. Deutsch; its tag when that is not known."""
        return self._language_names.get(language.lower(), language)

    def get(self, digest: str, name: str) -> Asset | None:
        """The file of an address, if it is there in just this content."""
        asset = self._by_name.get(name)
        return asset if asset is not None and asset.digest == digest else None


def _check_versions(node_modules: Path) -> None:
    versions = {}
    for library in LIBRARIES:
        package = node_modules / library / "package.json"
        if not package.is_file():
            raise ConfigurationError(
                f"{package} does not exist: the survey page needs the npm package {library}; run `npm ci` in the "
                "folder of package.json, or set CF_NODE_MODULES to the node_modules that it makes"
            )
        versions[library] = json.loads(package.read_text(encoding="utf-8"))["version"]
    if len(set(versions.values())) > 1:
        raise ConfigurationError(
            f"{node_modules}: {versions}; SurveyJS needs both in the same version, run `npm ci`"
        )


router = APIRouter()


@router.api_route("/assets/{digest}/{name}", methods=["GET", "HEAD"])
async def asset(request: Request, digest: str, name: str) -> Response:
    """One script or style, compressed for whoever takes it so."""
    assets: FormAssets = request.app.state.form.assets
    found = assets.get(digest, name)
    if found is None:
        return Response("not found", status_code=404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.compressed, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
