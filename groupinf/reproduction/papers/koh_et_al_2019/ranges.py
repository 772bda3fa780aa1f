"""The claim that every correlation lies in a range."""

from __future__ import annotations

from collections.abc import Mapping

from groupinf.reporting.words.formats import coefficient
from groupinf.reproduction.claim import DIFFERS, HOLDS, IN_PART, Claim
from groupinf.reproduction.papers.koh_et_al_2019.explanations import RHO_ABOVE, RHO_BELOW


def range_claim(paper: str, values: Mapping[str, float], wanted: tuple[float, float]) -> Claim:
    """That each ρ, by the name of its panel, lies in a range, to two decimals as the paper states them."""
    low, high = wanted
    below = {name: rho for name, rho in values.items() if not round(rho, 2) >= low}
    above = {name: rho for name, rho in values.items() if round(rho, 2) > high}
    found = f"{coefficient(min(values.values()))} to {coefficient(max(values.values()))} in {len(values)} panels"
    if below:
        listed = "; ".join(f"{name}: {coefficient(rho)}" for name, rho in below.items())
        found += f"; {len(below)} below {low} ({listed})"
    if above:
        found += f"; {len(above)} above {high}"
    verdict = HOLDS if not below and not above else DIFFERS if len(below) == len(values) else IN_PART
    if above and not below:
        verdict = f"{HOLDS}, with higher ρ"
    return Claim(paper, found, verdict, (*([RHO_BELOW] if below else []), *([RHO_ABOVE] if above else [])))
