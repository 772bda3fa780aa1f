"""How far to trust the models of one fit, and where they come from, as pages end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from groupinf.experiments.folder.provenance import Provenance
from groupinf.reporting.html.parts.markup import Html, element, joined, paragraphs
from groupinf.reporting.html.parts.origin import origin
from groupinf.reporting.words.formats import one_line
from groupinf.wording import number


class OfOneFit(Protocol):
    """What a manifest says of data, seed and λ of all models, and what readers should know."""

    @property
    def sources(self) -> Mapping[str, str]:
        """The SHA-256 of each file of the data."""

    @property
    def seed(self) -> int:
        """That decides all that is drawn."""

    @property
    def lam(self) -> float:
        """λ of all models."""

    @property
    def convention(self) -> str:
        """What is minimised and what is measured."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What readers should know."""

    @property
    def provenance(self) -> Provenance:
        """What made the run."""


def fit_trust(about: OfOneFit, config: Mapping[str, Any], lines: Sequence[str], solvers: Mapping[str, str]) -> Html:
    """What is trusted, in ``lines``, the convention, the notes, and the origin with the ``solvers`` by what they do."""
    told = paragraphs([*lines, one_line(about.convention)])
    noted = [element("ul", {}, *(element("li", {}, one_line(note)) for note in about.notes))] if about.notes else []
    said = {"sha256 of the data": about.sources, "Seed": about.seed, "λ": number(about.lam, 6), **solvers}
    return joined([*told, *noted, *origin(config, said, about.provenance)])
