"""The changes: one line for each."""

from __future__ import annotations

from groupinf.effects.changes.change import Change
from groupinf.effects.changes.remove import Remove
from groupinf.registry import Registry

CHANGES: Registry[type[Change]] = Registry(
    "change",
    {
        "remove": "groupinf.effects.changes.remove:Remove",
        "reweight": "groupinf.effects.changes.reweight:Reweight",
        "relabel": "groupinf.effects.changes.relabel:Relabel",
        "add": "groupinf.effects.changes.add:Add",
    },
)

# what is done where a configuration does not say
REMOVE = Remove()
