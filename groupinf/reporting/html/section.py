"""A question of the page and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from groupinf.reporting.html.parts.against_lambda import is_series
from groupinf.reporting.html.parts.markup import Html
from groupinf.reporting.words.entries import Entry, Looks, Named
from groupinf.studies.group_effects.result import Run

PngOf = Callable[[Run, str], bytes]


@dataclass(frozen=True)
class Material:
    """What sections answer from: the runs, how kinds and methods look, and whether plotly draws the groups.

    ``entries`` are those of the ``runs`` that have actual effects. ``png`` gives the figure of a run and method where
    plotly does not.
    """

    runs: Sequence[Named]
    entries: Sequence[Entry]
    looks: Looks
    plotted: bool
    png: PngOf


@dataclass(frozen=True)
class Answer:
    """What stands below a question, and what its scripts need: ``data`` by the identifier of its element, ``scripts``
    in the order in which they run; one that several answers need runs once."""

    html: Html
    data: Mapping[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()


def any_actual(material: Material) -> bool:
    """Whether a section applies that is about actual effects."""
    return bool(material.entries)


def never(material: Material) -> bool:
    """Whether a section comes before all others that never does."""
    return False


def any_run(material: Material) -> bool:
    """Whether a section applies that applies to any runs."""
    return True


def single_run(material: Material) -> bool:
    """Whether a section applies that is about a single run, with actual effects or without."""
    return len(material.runs) == 1


def one_run(material: Material) -> bool:
    """Whether a section applies that is about the actual effects of a single run."""
    return single_run(material) and any_actual(material)


def compared_runs(material: Material) -> bool:
    """Whether a section applies that compares runs in tables: those of one study at several λ/n are drawn instead."""
    return len(material.entries) > 1 and not is_series(material.entries)


@dataclass(frozen=True)
class Question:
    """A question of a page: ``name`` is its identifier in the page, ``short`` what the links above call it."""

    name: str
    short: str
    question: str


@dataclass(frozen=True)
class Section(Question):
    """A question that is answered from runs, where it applies to them.

    ``leads`` says of which runs it comes first, whatever its place in the registry.
    """

    answer: Callable[[Material], Answer]
    applies: Callable[[Material], bool] = any_actual
    leads: Callable[[Material], bool] = never
