"""Coalitions of groups as sets of training rows: which differ, which are retrained, and which have no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.studies.group_values.semivalues.semivalue import Sets


class State(IntEnum):
    """What the model of a coalition is: it is retrained; it is θ̂; or it has no rows of some class that it needs."""

    RETRAINED = 0
    FITTED = 1
    NO_OPTIMUM = 2


@dataclass(frozen=True)
class Blocs:
    """Training rows that are in the same groups: no coalition tells them apart.

    ``owners`` (A, G) says of each bloc in which groups it is, ``rows`` are those of each. Rows of weight 0, which count
    for nothing, are in no bloc; rows in no group are the bloc ``others``, if there are any.
    """

    owners: Sets
    rows: tuple[Rows, ...]

    def present(self, sets: Sets, ungrouped: bool) -> Sets:
        """Which blocs the coalitions (D, G) have: those of any of their groups, and if so the ``ungrouped``: (D, A)."""
        inside = (sets.astype(np.float32) @ self.owners.T.astype(np.float32)) > 0
        return np.asarray(inside | (ungrouped & ~self.owners.any(axis=1)))

    def removed(self, present: NDArray[np.bool_]) -> Rows:
        """The rows of the blocs that are not ``present`` (A,), rising."""
        absent = [rows for rows, there in zip(self.rows, present, strict=True) if not there]
        return np.sort(np.concatenate(absent)) if absent else np.empty(0, dtype=np.int64)


def blocs_of(groups: Groups, weight: Array) -> Blocs:
    """The blocs of the groups among training rows that weigh so much (n,)."""
    inside = groups.removal_matrix(weight.size).astype(bool).toarray().T
    counting = np.flatnonzero(weight > 0.0)
    owners, which = np.unique(inside[counting], axis=0, return_inverse=True)
    which = which.ravel()
    return Blocs(owners, tuple(counting[which == a] for a in range(owners.shape[0])))


@dataclass(frozen=True)
class Coalitions:
    """The different coalitions of a study, M of them by the rows that they have, from the fullest down.

    ``sets`` (M, G) is one set of groups that has these rows, ``present`` (M, A) their blocs, ``size`` (M,) how many
    rows that are, ``state`` (M,) what their model is. ``drawn`` (D,) says which of them each coalition of the semivalue
    is, ``without`` (G,) which are all groups but one, ``everyone`` and ``none`` which have all and no groups.
    """

    sets: Sets
    present: Sets
    size: NDArray[np.int64]
    state: NDArray[np.int64]
    drawn: NDArray[np.int64]
    without: NDArray[np.int64]
    everyone: int
    none: int

    @property
    def retrained(self) -> NDArray[np.int64]:
        """The numbers of those that are retrained: the units of a run."""
        return np.flatnonzero(self.state == State.RETRAINED)


def coalitions_of(blocs: Blocs, asked: Sets, ungrouped: bool, fit: Objective) -> Coalitions:
    """The different ones of those ``asked`` for (D, G), of all groups but one, of all, and of none.

    Coalitions with the same rows are one: a group whose rows count for nothing, or are all in others, adds exactly 0.
    """
    groups = asked.shape[1]
    whole = np.ones((1, groups), dtype=bool)
    every = np.vstack([asked, ~np.eye(groups, dtype=bool), whole, ~whole])
    found, first, which = np.unique(blocs.present(every, ungrouped), axis=0, return_index=True, return_inverse=True)
    size = found.astype(np.int64) @ np.array([rows.size for rows in blocs.rows])
    order = np.lexsort((first, -size))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    named = place[which.ravel()]
    present = found[order]
    return Coalitions(
        sets=every[first[order]],
        present=present,
        size=size[order],
        state=_states(blocs, present, fit),
        drawn=named[: len(asked)],
        without=named[len(asked) : -2],
        everyone=int(named[-2]),
        none=int(named[-1]),
    )


def _states(blocs: Blocs, present: Sets, fit: Objective) -> NDArray[np.int64]:
    """θ̂ is the model of all rows. Without a row of some class a free intercept grows for ever, and without any row the
    penalty alone says all.
    """
    classes = _classes(blocs.rows, fit)
    left = present.astype(np.int64) @ classes
    state = np.where((left == 0).any(axis=1), State.NO_OPTIMUM, State.RETRAINED)
    return np.where(present.all(axis=1), State.FITTED, state).astype(np.int64)


def _classes(rows: Sequence[Rows], fit: Objective) -> NDArray[np.int64]:
    """How many rows of each class that a free intercept needs the blocs have, or how many rows: (A, K)."""
    tells = fit.intercept.is_free and not fit.loss.is_for(0)
    y = fit.y.astype(np.int64) if tells else np.zeros(fit.n, dtype=np.int64)
    return np.stack([np.bincount(y[of], minlength=int(y.max()) + 1) for of in rows])
