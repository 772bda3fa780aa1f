"""What a claim of a paper is, beside what was found."""

from __future__ import annotations

from dataclasses import dataclass

HOLDS, IN_PART, DIFFERS = "holds", "holds in part", "differs"


@dataclass(frozen=True)
class Claim:
    """What the paper says, what was found, the verdict, and the explanations that apply."""

    paper: str
    found: str
    verdict: str
    explanations: tuple[str, ...] = ()


def verdict_of(*held: bool) -> str:
    """Whether all, none or some of what a claim says holds."""
    return HOLDS if all(held) else IN_PART if any(held) else DIFFERS
