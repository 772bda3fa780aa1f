"""The rows most likely mislabelled, for a terminal and as a file."""

from __future__ import annotations

from typing import Any

import numpy as np

from groupinf.experiments.folder.files import write_atomically
from groupinf.reporting.words.formats import shorten
from groupinf.reporting.words.plain import aligned, wrapped
from groupinf.reporting.words.style import LONGEST_NAME
from groupinf.reporting.words.summary import convention_line, data_line, note_lines
from groupinf.reporting.words.suspects import MEANING, suspects_of, suspects_sentence
from groupinf.studies.group_effects.result import Run
from groupinf.wording import number

FILE = "suspects.csv"
# column of the table -> its head, in the order of a terminal
HEADS = {
    "row": "row",
    "key": "key",
    "label": "label",
    "predicted": "predicted",
    "score": "score",
    "loss": "loss",
    "leave_one_out_loss": "left out: Newton",
    "leave_one_out_exact": "exact",
    "rise": "rise",
    "self_influence": "self-influence",
    "rank_by_self_influence": "rank by it",
    "gap": "gap",
}


def suspects_text(run: Run, width: int) -> str:
    """The suspects of a run, what they are called in words, and what the columns mean; writes nothing."""
    found = suspects_of(run)
    # of classes the score says what the prediction does
    names = [name for name in HEADS if name in found and not (name == "score" and "predicted" in found)]
    rows = [[_cell(name, value) for name, value in row.items()] for row in found[names].to_dict("records")]
    text = sum(name in ("row", "key", "label", "predicted") and name != "row" for name in names)
    heads = HEADS | ({} if run.manifest.classes else {"label": "target"})
    table = aligned([[heads[name] for name in names], *rows], left=1 + text)
    closing = [f"Note: {note}" for note in note_lines(run)]
    parts = [wrapped([data_line(run), suspects_sentence(run)], width), "\n".join(table)]
    return "\n\n".join([*parts, wrapped([MEANING, convention_line(run), *closing], width)]) + "\n"


def write_suspects(run: Run) -> None:
    """tables/suspects.csv of the run."""
    content = suspects_of(run).to_csv(index=False, lineterminator="\n").encode()
    write_atomically(run.path / "tables" / FILE, content)


def _cell(name: Any, value: Any) -> str:
    if isinstance(value, float | np.floating):
        return number(float(value), 3)
    return shorten(str(value), LONGEST_NAME)
