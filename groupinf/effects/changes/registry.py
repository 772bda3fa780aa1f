"""The changes: one line for each."""

from __future__ import annotations

from groupinf.effects.changes.add import Add
from groupinf.effects.changes.change import Change
from groupinf.effects.changes.relabel import Relabel
from groupinf.effects.changes.remove import Remove
from groupinf.effects.changes.reweight import Reweight
from groupinf.registry import Registry

CHANGES: Registry[type[Change]] = Registry("change", (Remove, Reweight, Relabel, Add))

# what is done where a configuration does not say
REMOVE = Remove()
