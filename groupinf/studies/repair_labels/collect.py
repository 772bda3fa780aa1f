"""From stored repeats to tables: what each order found, what the refitted models are worth, and means over repeats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from groupinf.analysis.repair import areas, each_model_once, summary
from groupinf.experiments.folder.files import parquet_bytes
from groupinf.experiments.study import Arrays, Collected, Stored
from groupinf.studies.repair_labels.manifest import RepairManifest
from groupinf.studies.repair_labels.repeat import Repeat, repeat_from
from groupinf.studies.repair_labels.result import FLIPS, REPAIRS, REPEATS, SUMMARY
from groupinf.wording import counted


def collect(run: Stored[RepairManifest], blocks: Iterable[Arrays]) -> Collected[RepairManifest]:
    """The tables of a run whose repeats are all there."""
    about, repeats = run.manifest, [repeat_from(arrays) for arrays in blocks]
    repairs = pd.concat([_repairs(about, i, of) for i, of in enumerate(repeats)], ignore_index=True)
    flips = pd.concat([_flips(about, i, of) for i, of in enumerate(repeats)], ignore_index=True)
    tables = {REPAIRS: repairs, REPEATS: _repeats(about, repairs), FLIPS: flips, SUMMARY: summary(repairs)}
    notes = tuple(dict.fromkeys((*about.notes, *_uncertain(about, repairs))))
    return Collected({name: parquet_bytes(table) for name, table in tables.items()}, replace(about, notes=notes))


def _repairs(about: RepairManifest, number: int, repeat: Repeat) -> pd.DataFrame:
    """A row for each order and number of inspected rows, in that order."""
    orders, inspected, of = len(about.orders), np.array(about.inspected), repeat.measured
    found = (repeat.places[:, None, :] < inspected[:, None]).sum(axis=2).ravel()
    rows = np.tile(inspected, orders)
    return pd.DataFrame(
        {
            "repeat": number,
            "order": np.repeat(np.array(about.orders, dtype=object), inspected.size),
            "inspected": rows,
            "share": rows / about.n,
            "found": found,
            "found_share": found / about.flips,
            "precision": np.divide(found, rows, out=np.full(rows.size, np.nan), where=rows > 0),
        }
    ).assign(
        test_accuracy=1.0 - of.misclassified.ravel() / about.n_test,
        test_loss=of.loss.ravel(),
        misclassified=of.misclassified.ravel(),
        uncertain=of.uncertain.ravel(),
        loss_error=of.loss_error.ravel(),
        decrement=of.decrement.ravel(),
    )


def _repeats(about: RepairManifest, repairs: pd.DataFrame) -> pd.DataFrame:
    """A row for each repeat; before any row is inspected, the model is that of the flipped labels in every order."""
    first = repairs[(repairs["inspected"] == 0) & (repairs["order"] == about.orders[0])]
    return pd.DataFrame(
        {
            "repeat": first["repeat"].to_numpy(),
            "flipped_accuracy": first.test_accuracy.to_numpy(),
            "flipped_loss": first.test_loss.to_numpy(),
            "clean_accuracy": about.test_accuracy,
            "clean_loss": about.test_loss,
            **areas(repairs),
        }
    )


def _flips(about: RepairManifest, number: int, repeat: Repeat) -> pd.DataFrame:
    """A row for each flipped row, with the place of each order, from 1."""
    classes = np.array(about.classes, dtype=object)
    ranks = {f"rank_{order}": places + 1 for order, places in zip(about.orders, repeat.places, strict=True)}
    return pd.DataFrame(
        {
            "repeat": number,
            "row": repeat.rows,
            "label": classes[repeat.truth.astype(np.int64)],
            "flipped_label": classes[repeat.labels.astype(np.int64)],
            **ranks,
        }
    )


def _uncertain(about: RepairManifest, repairs: pd.DataFrame) -> list[str]:
    """A note where errors leave the class of a test row open."""
    models = each_model_once(repairs)
    most = int(models["uncertain"].max())
    if most == 0:
        return []
    share = counted(int((models["uncertain"] > 0).sum()), "measured accuracy", "measured accuracies")
    rows = counted(most, "test row")
    return [f"{share} of {len(models):,} may be off by error estimates, by at most {rows} of {about.n_test:,}"]
