"""Which example pack fits a folder of files, and the connections that let the pack read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cf_operators.domain.programme import Programme
from cf_operators.domain.source import FilesSource
from cf_operators.programme import load_programme
from demo.errors import DemoError
from local.settings import files_connection


@dataclass(frozen=True)
class Pack:
    """An example programme that can be run on files."""

    name: str
    programme: Programme

    @property
    def sources(self) -> list[FilesSource]:
        """Its sources that read files."""
        return [source for source in self.programme.sources if isinstance(source, FilesSource)]

    def missing(self, folder: Path) -> list[str]:
        """The file patterns of the pack that match nothing in the folder."""
        patterns = [item.read for source in self.sources for item in source.objects.values()]
        return sorted({pattern for pattern in patterns if not any(folder.glob(pattern))})

    def connections(self, folder: Path) -> dict[str, str]:
        """Connection id -> Airflow connection: every file source of the pack reads the folder."""
        return {source.connection: files_connection(folder) for source in self.sources}


def pack_for(folder: Path, examples: Path, name: str | None = None) -> Pack:
    """The pack whose files are all in the folder; `name` chooses one of several that fit.

    Raises `DemoError` if the folder does not exist, and one that lists the packs with what each misses if none fits.
    """
    if not folder.is_dir():
        raise DemoError(
            f"The input folder {folder} does not exist. Give the path of a folder with the files."
        )
    packs = [
        Pack(path.parent.name, load_programme(path))
        for path in sorted(examples.glob("*/programme.yml"))
        if name is None or path.parent.name == name
    ]
    missing = {pack.name: pack.missing(folder) for pack in packs if pack.sources}
    fitting = [pack for pack in packs if missing.get(pack.name) == []]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(pack.name for pack in fitting)
        raise DemoError(f"Several packs can read {folder}: {names}. Choose one with --pack.")
    if not missing:
        raise DemoError(f"There is no pack {name or ''} in {examples} that reads files.".replace("  ", " "))
    reasons = [f"  {pack} misses {', '.join(patterns)}" for pack, patterns in missing.items()]
    raise DemoError("\n".join([f"No example pack reads the files in {folder}:", *reasons]))
