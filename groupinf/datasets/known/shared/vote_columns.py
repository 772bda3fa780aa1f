"""Columns of datasets of votes: who has voted for a row, and what it is by the gold labels."""

from __future__ import annotations

VOTER, GOLD_LABEL = "labelling_function", "gold_label"
