"""Coalitions of groups as sets of training rows: which differ, which are retrained, and which have no model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from groupinf.groups.groups import Groups
from groupinf.numerics.losses.loss import Array
from groupinf.numerics.objective import Objective, Rows
from groupinf.studies.group_values.semivalues.semivalue import Sets

# coalitions whose blocs are held at a time
AT_ONCE = 1024


class State(IntEnum):
    """What the model of a coalition is: it is retrained; it is θ̂; or it has no rows of some class that it needs."""

    RETRAINED = 0
    FITTED = 1
    NO_OPTIMUM = 2


@dataclass(frozen=True)
class Blocs:
    """Training rows that are in the same groups: no coalition tells them apart.

    ``owners`` (A, G) says of each bloc in which groups it is, ``rows`` are those of each; ``ungrouped`` says whether
    every coalition has those that are in none. Rows of weight 0, which count for nothing, are in no bloc.
    """

    owners: Sets
    rows: tuple[Rows, ...]
    ungrouped: bool

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each bloc: (A,)."""
        return np.array([rows.size for rows in self.rows])

    def present(self, sets: Sets) -> Sets:
        """Which blocs the coalitions (D, G) have, those of any of their groups: (D, A)."""
        inside = (sets.astype(np.float32) @ self.owners.T.astype(np.float32)) > 0
        return np.asarray(inside | (self.ungrouped & ~self.owners.any(axis=1)))

    def removed(self, chosen: NDArray[np.bool_]) -> Rows:
        """The rows that the coalition of the ``chosen`` groups (G,) lacks, rising."""
        [present] = self.present(chosen[None])
        absent = [rows for rows, there in zip(self.rows, present, strict=True) if not there]
        return np.sort(np.concatenate(absent)) if absent else np.empty(0, dtype=np.int64)


def blocs_of(groups: Groups, weight: Array, ungrouped: bool) -> Blocs:
    """The blocs of the groups among training rows that weigh so much (n,)."""
    inside = groups.removal_matrix(weight.size).astype(bool).toarray().T
    counting = np.flatnonzero(weight > 0.0)
    owners, which = np.unique(inside[counting], axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(which.ravel(), minlength=owners.shape[0]))
    return Blocs(owners, tuple(np.split(counting[order], ends[:-1])), ungrouped)


@dataclass(frozen=True)
class Coalitions:
    """The different coalitions of a study, M of them by the rows that they have, from the fullest down.

    ``sets`` (M, G) is one set of groups that has these rows, ``size`` (M,) how many rows that are, ``state`` (M,) what
    their model is. ``drawn`` (D,) says which of them each coalition of the semivalue is, ``without`` (G,) which are all
    groups but one, ``everyone`` and ``none`` which have all and no groups.
    """

    sets: Sets
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


def coalitions_of(blocs: Blocs, asked: Sets, fit: Objective) -> Coalitions:
    """The different ones of those ``asked`` for (D, G), of all groups but one, of all, and of none.

    Coalitions with the same rows are one: a group whose rows count for nothing, or are all in others, adds exactly 0.
    """
    groups = asked.shape[1]
    whole = np.ones((1, groups), dtype=bool)
    every = np.vstack([asked, ~np.eye(groups, dtype=bool), whole, ~whole])
    keys, counts = _told_apart(blocs, every, fit)
    _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    order = np.lexsort((first, -counts[first, 0]))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    named, counts = place[which.ravel()], counts[first[order]]
    return Coalitions(
        sets=every[first[order]],
        size=counts[:, 0],
        state=_states(counts, int(blocs.sizes.sum())),
        drawn=named[: len(asked)],
        without=named[len(asked) : -2],
        everyone=int(named[-2]),
        none=int(named[-1]),
    )


def _told_apart(blocs: Blocs, sets: Sets, fit: Objective) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Of each coalition the blocs that it has, as bits, and how many rows: in all, and of each class that a free
    intercept needs (D, 1 + K).
    """
    per_bloc = np.column_stack([blocs.sizes, *_classes(blocs, fit).T]).astype(np.float64)
    keys, counts = [], []
    for start in range(0, len(sets), AT_ONCE):
        present = blocs.present(sets[start : start + AT_ONCE])
        keys.append(np.packbits(present, axis=1))
        counts.append((present.astype(np.float64) @ per_bloc).astype(np.int64))
    return np.concatenate(keys), np.concatenate(counts)


def _states(counts: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """θ̂ is the model of all rows. Without a row of some class a free intercept grows for ever, and without any row the
    penalty alone says all.
    """
    state = np.where((counts == 0).any(axis=1), State.NO_OPTIMUM, State.RETRAINED)
    return np.where(counts[:, 0] == rows, State.FITTED, state).astype(np.int64)


def _classes(blocs: Blocs, fit: Objective) -> NDArray[np.int64]:
    """How many rows of each class that a free intercept needs the blocs have, or how many rows: (A, K)."""
    tells = fit.intercept.is_free and not fit.loss.is_for(0)
    y = fit.y.astype(np.int64) if tells else np.zeros(fit.n, dtype=np.int64)
    return np.stack([np.bincount(y[rows], minlength=int(y.max()) + 1) for rows in blocs.rows])
