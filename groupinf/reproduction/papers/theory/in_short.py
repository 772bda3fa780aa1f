"""Every claim for which there are results, in the order of the page."""

from __future__ import annotations

from groupinf.reproduction.claim import Claim
from groupinf.reproduction.papers.theory.claims import (
    alike_claim,
    cone_claim,
    copies_claim,
    intervals_claim,
    lemma_claim,
    over_lambda_claim,
    printed_claim,
    repaired_claim,
    rest_claim,
    rest_printed_claim,
    reversal_claim,
    rotation_claim,
    scaling_claim,
    scaling_in_12_claim,
    small_claim,
)
from groupinf.reproduction.papers.theory.explained import explained_by
from groupinf.reproduction.papers.theory.found import Found
from groupinf.reproduction.papers.theory.studies import LINEAR, REVERSED, ROTATED, SCALED, SCALED_12


def all_claims(found: Found) -> list[Claim]:
    """Of Figure 3, of the propositions, and of what goes with ρ."""
    return [*_figure_3(found), *_propositions(found), *_rho(found)]


def _figure_3(found: Found) -> list[Claim]:
    compared, claims = found.compared, []
    if ROTATED in compared:
        claims.append(rotation_claim(compared[ROTATED]))
    turned = {name: compared[name] for name in (REVERSED, LINEAR) if name in compared}
    if turned:
        claims.append(reversal_claim(turned))
    if SCALED in compared:
        claims.append(scaling_claim(compared[SCALED]))
    if SCALED_12 in compared:
        claims.append(scaling_in_12_claim(compared[SCALED_12]))
    return claims


def _propositions(found: Found) -> list[Claim]:
    runs, every = found.real, [*found.counterexamples.values(), *found.real]
    example = found.example
    claims = [printed_claim(example, every), repaired_claim(example, every)]
    claims += [rest_printed_claim(example, every), rest_claim(example, every)]
    if runs:
        claims += [cone_claim(runs, own=False), cone_claim(runs, own=True), lemma_claim(runs)]
    if any(run.copies.groups for run in found.counterexamples.values()):
        claims.append(copies_claim(list(found.counterexamples.values())))
    return [*claims, intervals_claim(example, every)]


def _rho(found: Found) -> list[Claim]:
    claims = []
    explained = explained_by(found.explaining) if found.explaining else ()
    if explained:
        claims += [alike_claim(explained), small_claim(explained)]
    if found.series:
        claims.append(over_lambda_claim(found.series))
    return claims
