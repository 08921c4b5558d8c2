"""What a programme declares, known before its entries are checked one by one.

An entry refers to others by id. So that a wrong reference is found in the same pass as a wrong number, the ids are
read from the raw data first and handed to pydantic as validation context. An entry that is validated alone, without
context, is checked for itself only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

_IDENTITY = {"targets": "kpi"}


def entries(data: object, section: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Index and raw mapping of each entry of a list of the programme; whatever is no mapping is left out."""
    section_data = data.get(section) if isinstance(data, Mapping) else None
    for index, entry in enumerate(section_data if isinstance(section_data, list) else ()):
        if isinstance(entry, Mapping):
            yield index, entry


@dataclass(frozen=True)
class Declared:
    """The ids of each section with how often each is used, the raw KPI entries, and how a path becomes absolute."""

    ids: Mapping[str, Counter[str]] = field(default_factory=dict)
    kpis: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    absolute: Callable[[str], Path] = Path

    @classmethod
    def of(cls, data: object, absolute: Callable[[str], Path] = Path) -> Declared:
        """Read the ids from the raw data of a programme, however broken the rest of it is."""
        ids = {
            section: Counter(
                entry_id
                for _, entry in entries(data, section)
                if isinstance(entry_id := entry.get(_IDENTITY.get(section, "id")), str)
            )
            for section in ("owners", "purposes", "sources", "surveys", "campaigns", "kpis", "targets")
        }
        kpis = {str(entry.get("id")): entry for _, entry in entries(data, "kpis")}
        return cls(ids, kpis, absolute)


def _declared(info: ValidationInfo) -> Declared | None:
    return info.context if isinstance(info.context, Declared) else None


def once_in(section: str, advice: str = "give each its own") -> AfterValidator:
    """Check for an entry's own id: no other entry of the section has it."""

    def check(value: str, info: ValidationInfo) -> str:
        declared = _declared(info)
        if declared and (count := declared.ids[section][value]) > 1:
            raise ValueError(f"is used by {count} entries of {section}; {advice}")
        return value

    return AfterValidator(check)


def one_of(section: str, singular: str) -> AfterValidator:
    """Check for a reference: the section has an entry with this id."""

    def check(value: str, info: ValidationInfo) -> str:
        declared = _declared(info)
        if declared and value not in declared.ids[section]:
            known = ", ".join(sorted(declared.ids[section])) or "none yet"
            raise ValueError(f"is not {singular}; {section} are: {known}")
        return value

    return AfterValidator(check)


def raw_kpi(info: ValidationInfo, kpi_id: object) -> Mapping[str, Any]:
    """The raw entry of a KPI; empty when it is not known."""
    declared = _declared(info)
    return declared.kpis.get(str(kpi_id), {}) if declared else {}


def absolute(path: str, info: ValidationInfo) -> Path:
    """A path of the programme, made absolute by whoever read the programme; as it is when nobody did."""
    declared = _declared(info)
    return declared.absolute(path) if declared else Path(path)


def _absolute_path(path: Path, info: ValidationInfo) -> Path:
    if not path.name:
        raise ValueError("is not the path of a file; write it relative to the programme file")
    return absolute(str(path), info)


ProgrammePath = Annotated[Path, AfterValidator(_absolute_path)]
"""Path of a file, in the programme relative to the programme file; absolute once it is loaded."""
