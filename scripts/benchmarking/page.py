"""The page of the benchmark in Markdown: a section for each part that was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarking.commands.page import around_section
from benchmarking.retraining.growth_page import growth_section
from benchmarking.retraining.page import retraining_section
from benchmarking.short import short_section
from benchmarking.single_rows.page import single_rows_section
from benchmarking.studies.page import studies_section
from benchmarking.words import machine_words

# by the part's name, in the order of the page
SECTIONS: dict[str, Callable[[Any], list[str]]] = {
    "studies": studies_section,
    "around": around_section,
    "retraining": retraining_section,
    "single-rows": single_rows_section,
    "growth": growth_section,
}


def page(machine: dict[str, Any], measured: Mapping[str, Any]) -> str:
    """The whole of it; ``measured`` holds the results of some parts, by name."""
    parts = ["# Benchmark", machine_words(machine), *short_section(measured)]
    for name, section in SECTIONS.items():
        if name in measured:
            parts += section(measured[name])
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"
