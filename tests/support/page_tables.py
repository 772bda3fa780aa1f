"""Tables of a page, as texts, and runs of which pages are made."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd

from groupinf.analysis.agreement import agreement_table
from groupinf.studies.group_effects.result import Run

EVIL = "<script>alert(1)</script>"


class Tables(HTMLParser):
    """Captions, with the texts of each table's cells by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.inside, self.caption, self.drawn = "", "", 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawn += tag == "svg"
        if tag == "caption":
            self.inside, self.caption = tag, ""
        elif tag == "tr":
            self.rows[self.caption].append([])
        elif tag in ("th", "td"):
            self.inside = tag
            self.rows[self.caption][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.drawn -= tag == "svg"
        if tag == "caption":
            self.rows[self.caption] = []
        if tag in ("caption", "th", "td"):
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.drawn:
            return
        if self.inside == "caption":
            self.caption += data
        elif self.inside:
            self.rows[self.caption][-1][-1] += data


def table(page: str, beginning: str) -> list[list[str]]:
    found = [rows for caption, rows in Tables(page).rows.items() if caption.startswith(beginning)]
    assert len(found) == 1
    return [[cell.strip() for cell in row] for row in found[0]]


def sized(run: Run, sizes: list[int]) -> Run:
    """The run with groups of these sizes, the predictions of the second half of them in random order."""
    effects = run.effects.assign(size=run.effects["group"].map(dict(enumerate(sizes))))
    predicted = (effects["method"] == "influence") & (effects["group"] >= len(sizes) // 2)
    noise = np.random.default_rng(5).normal(size=len(effects))
    effects.loc[predicted, "effect"] = noise[predicted]
    return replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)


def scaled(run: Run, factors: dict[str, float]) -> Run:
    """The run with influence these fractions of the actual effects of each evaluation (0.5: a slope of 2)."""
    predicted = run.effects["method"] == "influence"
    by = run.effects["evaluation"].map({name: factor / 0.5 for name, factor in factors.items()})
    return with_effects(run, run.effects["effect"].where(~predicted, run.effects["effect"] * by))


def with_effects(run: Run, effect: pd.Series) -> Run:
    """The run with other effects, and the agreement that they have."""
    effects = run.effects.assign(effect=effect)
    return replace(run, effects=effects, spearman=agreement_table(effects, seed=0).table)


def tiled(run: Run, times: int) -> Run:
    """The run with so many times as many groups, of the same statistics."""
    tables = (run.groups, run.attributes, run.effects)
    groups, attributes, effects = (pd.concat([table] * times, ignore_index=True) for table in tables)
    few = len(run.groups)
    groups["group"] = attributes["group"] = np.arange(few * times)
    effects["group"] += np.repeat(few * np.arange(times), len(run.effects))
    return replace(run, groups=groups, attributes=attributes, effects=effects)
