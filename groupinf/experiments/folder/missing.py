"""What to say of blocks that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from groupinf.experiments.folder.in_progress import failures, shards_used
from groupinf.experiments.folder.kinds import sweep_of
from groupinf.experiments.workers.shards import ranges_text, shards_of
from groupinf.wording import counted


def missing_text(missing: Sequence[int], n_blocks: int, run: Path) -> str:
    """Which blocks they are, why they failed where they were tried, and which command or shards compute them."""
    reasons = [f"; block {b} failed when it was last tried: {why}" for b, why in failures(run).items() if b in missing]
    found = (
        f"{len(missing)} of {counted(n_blocks, 'block')} {'is' if n_blocks == 1 else 'are'} "
        f"missing or altered: {ranges_text(missing)}{''.join(reasons)}"
    )
    of = shards_used(run)
    if of is None:
        command = "groupinf experiment" if sweep_of(run) is None else "groupinf sweep"
        return f"{found}; {command} with the same configuration computes them"
    shards = [f"{number}/{of}" for number in shards_of(missing, of)]
    return f"{found}; they belong to shards {', '.join(shards)}: run these again"
