"""What is printed when a shard is done: what is left, and how the shards are joined."""

from __future__ import annotations

from groupinf.experiments.stages import ShardDone
from groupinf.experiments.workers.shards import ranges_text
from groupinf.wording import counted


def run_shard_text(done: ShardDone) -> str:
    """Of a shard of a run, which groupinf collect joins."""
    if not done.left:
        return f"{_done(done)}\nAll blocks are stored. Join them: groupinf collect {done.path}"
    left = (
        f"{counted(len(done.left), 'block')} of other shards "
        f"{'is' if len(done.left) == 1 else 'are'} left: {ranges_text(done.left)}."
    )
    return f"{_done(done)}\n{left}\nWhen they are there, join them: groupinf collect {done.path}"


def sweep_shard_text(done: ShardDone) -> str:
    """Of a shard of a sweep, which groupinf collect joins, too."""
    left = f"{len(done.left):,} more to compute, numbers {ranges_text(done.left)}" if done.left else "All are stored"
    when = "When they are there, join them:" if done.left else "Join them:"
    return f"{_done(done)}\n{left}.\n{when} groupinf collect {done.path}"


def _done(done: ShardDone) -> str:
    return f"Shard {done.shard} is done: {done.blocks:,} of {counted(done.of, 'block')} of {done.path}."
