"""The sections of the page: who matters most, whether size or labels explain it, and how well influence says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from groupinf.analysis.attributes import SIZE
from groupinf.analysis.pairs import ACTUAL
from groupinf.analysis.ranking import ENDS, extremes
from groupinf.effects.methods.influence import Influence
from groupinf.groups.attributes import label_share
from groupinf.reporting.words.formats import coefficient, ends, interval, percent, ratio
from groupinf.reporting.words.markdown import padded_table
from groupinf.reporting.words.style import evaluation_name, kind_name, method_name
from groupinf.reproduction.paper import Findings
from groupinf.reproduction.papers.natural_groups.reading import NaturalFacts
from groupinf.reproduction.papers.natural_groups.studies import STUDIES
from groupinf.reproduction.results import Results
from groupinf.wording import UNDEFINED, counted, number

Found = Results[NaturalFacts]

MOST = 5  # groups of each side that a table names
OPENING = (
    "Koh et al. (2019) had the Diabetes data, and grouped them at random, by features and by clusters. Here are groups "
    "that are there by nature: what would be other, over all test rows, had the admissions that a payer paid for, of a "
    "medical specialty, with a first diagnosis, or of a patient not been among the training rows? Effects are those of "
    "exact retraining on the test loss, summed over the test rows; positive means that the loss rises without the "
    "group. Brackets after effects and ranks hold 95 % bootstrap intervals over test rows, those after ρ over groups."
)


def _runs(results: Found) -> list[NaturalFacts]:
    return [results.runs[study.name] for study in STUDIES if study.name in results.runs]


def _ranking(results: Found) -> list[str]:
    parts = []
    for run in _runs(results):
        head = ("group", "rows", "rank", "actual effect", method_name(Influence.name))
        rows = [
            _row(row)
            for rises in (True, False)
            for row in extremes(run.ranking, ACTUAL, MOST, rises).sort_values("rank").to_dict("records")
        ]
        parts += [f"**{kind_name(run.kind)}**, {counted(run.manifest.n_groups, 'group')}:", padded_table(head, rows)]
    return parts


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    effect, rank = number(row[ACTUAL]), f"{row['rank']:,}"
    if all(pd.notna(row.get(end)) for end in ENDS):
        effect += f" {ends(row['effect_low'], row['effect_high'])}"
        rank += f" [{int(row['rank_low']):,}, {int(row['rank_high']):,}]"
    return (str(row["group_name"]), f"{row['size']:,}", rank, effect, number(row[Influence.name]))


def _attributes(results: Found) -> list[str]:
    rows, lines = [], []
    for run in _runs(results):
        table = run.attributes
        for name in dict.fromkeys(table["attribute"]):
            own = table[table["attribute"] == name]
            cells = [_correlation(own[(own["magnitude"] == m) & (own["given"] == g)]) for m, g in _COLUMNS]
            rows.append((kind_name(run.kind), str(name), *cells))
        lines.append(_strongest(run))
    if not rows:
        return []
    head = ("groups", "attribute", "effect", "effect, given size", "size of effect", "size of effect, given size")
    return [padded_table(head, rows), "\n".join(f"- {line}" for line in lines), *_labels(_runs(results))]


_COLUMNS = ((False, ""), (False, SIZE), (True, ""), (True, SIZE))


def _correlation(rows: pd.DataFrame) -> str:
    if rows.empty:
        return UNDEFINED
    row = rows.iloc[0]
    return f"{coefficient(row['spearman'])} {interval(row['spearman_low'], row['spearman_high'])}"


def _strongest(run: NaturalFacts) -> str:
    """Which attribute says most of the effect, which of its size, and what the number of rows says of effects."""
    plain = run.attributes[run.attributes["given"] == ""]
    best = [
        rows.sort_values("spearman", key=lambda rho: -rho.abs(), kind="stable").iloc[0].to_dict()
        for _, rows in plain.groupby("magnitude")
    ]
    size = plain[(plain["attribute"] == SIZE) & ~plain["magnitude"]].iloc[0].to_dict()
    words = [
        f"{row['attribute']} goes together most with {what} ({_told(row)})"
        for row, what in zip(best, _SIDES, strict=True)
    ]
    return f"{kind_name(run.kind)}: {', '.join(words)}; the number of rows with effects: {_told(size)}."


_SIDES = ("effects", "their sizes")


def _told(row: Mapping[Any, Any]) -> str:
    apart = "" if not row["spearman_low"] <= 0 <= row["spearman_high"] else ", not told from 0"
    return f"ρ {coefficient(row['spearman'])}{apart}"


def _labels(runs: Sequence[NaturalFacts]) -> list[str]:
    """Why the share of a label says so much, where it does: the test rows have less of it than the training rows."""
    found = []
    for run in runs:
        plain = run.attributes[(run.attributes["given"] == "") & ~run.attributes["magnitude"]]
        for label, (trained, tested) in run.label_shares.items():
            own = plain[plain["attribute"] == label_share(label)]
            if not own.empty and own["spearman_high"].iloc[0] < 0 and tested < trained:
                found.append((label, trained, tested))
    return [
        f"Label {label} is that of {percent(trained)} of the training rows and {percent(tested, 1)} of the test rows: "
        "rows with it raise its predicted probability everywhere, and without them the loss of the many test rows with "
        "another label falls. So effects go with the share of the label where that is told from 0."
        for label, trained, tested in dict.fromkeys(found)
    ]


def _agreement(results: Found) -> list[str]:
    rows = [
        (
            kind_name(run.kind),
            evaluation_name(str(row["evaluation"])),
            method_name(row["method"]),
            f"{row['n_groups']:,}",
            f"{coefficient(row['spearman'])} {interval(row['spearman_low'], row['spearman_high'])}",
            ratio(row["slope"]),
            percent(row["underestimated"]),
        )
        for run in _runs(results)
        for row in run.spearman.to_dict("records")
    ]
    head = ("groups", "evaluation", "prediction", "n", "ρ", "actual ÷ predicted", "too small")
    return [padded_table(head, rows)] if rows else []


# the page's headings in their order, and what stands below each; nothing where there are no results
SECTIONS: tuple[tuple[str, Callable[[Found], list[str]]], ...] = (
    ("Who matters most", _ranking),
    ("Does size explain it, or do labels?", _attributes),
    ("How well influence says it", _agreement),
)


def findings(results: Found) -> Findings:
    """What the page says of the results."""
    sections = tuple((heading, body(results)) for heading, body in SECTIONS)
    return Findings((OPENING,), sections, results.every_run, results.stages)
