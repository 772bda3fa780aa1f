"""Rows that are texts, as counts of their words."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from groupinf.datasets.row_kinds.row_kind import Array, Entries, Entry, FeatureFacts, RowKind
from groupinf.wording import number


class Texts(RowKind):
    """Texts: a feature is called by a word, and its value is the word's count, or a weight made of it."""

    name: ClassVar = "texts"
    order: ClassVar = "the words of largest count, each with its count and, in brackets, that in the test row"

    few: ClassVar = 8
    many: ClassVar = 24

    kind: Literal["texts"] = "texts"

    @property
    def in_text(self) -> str:
        """What they are."""
        return "texts"

    def drawn(self, row: Array, of: FeatureFacts, beside: Array | None, most: int) -> Entries:
        """The words of largest |count|, of ties the first; beside a word its count in the other row, where it has any.

        >>> of = FeatureFacts(("free", "hi", "you"), ("free", "hi", "you"), np.zeros(3), np.ones(3))
        >>> Texts().drawn(np.array([1.0, 0.0, 4.0]), of, np.array([2.0, 1.0, 0.0]), 1)
        Entries(shown=(Entry(name='you', value='4', beside=''),), left=1)
        """
        order = np.argsort(-np.abs(row), kind="stable")
        words = order[: int(np.count_nonzero(row))]
        shown = tuple(
            Entry(of.names[j], number(row[j]), "" if beside is None or not beside[j] else number(beside[j]))
            for j in words[:most]
        )
        return Entries(shown, max(0, words.size - most))
