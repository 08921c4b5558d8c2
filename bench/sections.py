"""The sections of the page of figures: what is measured, at which sizes, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.form_section import form_section
from bench.landing_section import landing_section
from bench.measuring.section import measuring_section
from bench.model_section import model_section
from bench.sending_section import sending_section
from bench.trial import Trials


@dataclass(frozen=True)
class Section:
    """One heading of the page. ``measure`` runs the trials and gives what stands below it, as Markdown."""

    title: str
    measure: Callable[[Trials], str]


SECTIONS = {
    "sending": Section("Sending", sending_section),
    "form": Section("Submissions to the public form", form_section),
    "landing": Section("Landing", landing_section),
    "model": Section("Model", model_section),
    "measuring": Section("Measuring", measuring_section),
}
"""By the word that chooses a section on the command line."""
