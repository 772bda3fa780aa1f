"""What the theory of a study is computed with: frozen once, before any block."""

from __future__ import annotations

from dataclasses import dataclass

from groupinf.effects.study import Study
from groupinf.theory.intervals import Place
from groupinf.theory.propositions import Constants, constants_of
from groupinf.theory.prover import Prover, factor_bytes, prover_of
from groupinf.theory.spectra import Spectra, rows_bytes, spectra_of


@dataclass(frozen=True)
class Theory:
    """How spectra are found, the constants of the paper's propositions where these apply, and what intervals need.

    ``of_removal`` says that groups are removed, which the propositions are about; ``of_fit`` is θ̂, from which effects
    are measured.
    """

    spectra: Spectra
    constants: Constants | None
    prover: Prover
    of_fit: Place
    of_removal: bool


def theory_bytes(n: int, outputs: int, size: int) -> int:
    """Bytes that it holds at most beside a fit of n rows and P = ``size`` parameters, and the most it works with."""
    return rows_bytes(n, outputs, size) + factor_bytes(size)


def theory_for(study: Study) -> Theory:
    """The theory of a study whose loss is smooth, and whose change moves no curvature by a new label."""
    fitted, change = study.fitted, study.change
    of_removal, prover = change.times == 0.0 and change.label is None, prover_of(study)
    constants = constants_of(fitted, of_removal)
    return Theory(spectra_of(fitted, change), constants, prover, prover.of_fit(fitted, change), of_removal)
