"""Can the numbers be trusted: certificates of the retrains, notes, and where everything comes from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from groupinf.reporting.html.parts.markup import Html, element, folded, joined
from groupinf.reporting.html.parts.origin import origin
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Material, Section, any_run
from groupinf.reporting.words.columns import HEADINGS, column_rows, more_columns
from groupinf.reporting.words.entries import Named
from groupinf.reporting.words.summary import certificate_line, note_lines, skipped_lines
from groupinf.reporting.words.verdict import verdict
from groupinf.studies.group_effects.manifest import GroupEffectsManifest


def _answer(material: Material) -> Answer:
    """The verdict on all runs, and one part for each."""
    entries = material.runs
    opening = element("p", {}, element("strong", {}, verdict([entry.run for entry in entries])))
    return Answer(joined([opening, *(part for entry in entries for part in _run(entry))]))


def _run(entry: Named) -> list[Html]:
    run = entry.run
    notes = [*note_lines(run), *skipped_lines(run)]
    parts = [element("p", {}, certificate_line(run))]
    if notes:
        parts.append(element("ul", {}, *(element("li", {}, note) for note in notes)))
    parts += [*_columns(run.manifest), *origin(run.config, _said(run.manifest), run.manifest.provenance)]
    heading = [element("h3", {}, entry.label)] if entry.label else []
    return [*heading, *parts]


def _columns(manifest: GroupEffectsManifest) -> list[Html]:
    """What every column of a table became."""
    rows, more = column_rows(manifest)
    if not rows:
        return []
    headings = [Column(HEADINGS[0]), Column(HEADINGS[1]), *(Column(heading, words=True) for heading in HEADINGS[2:])]
    listed = table("Columns of the data", headings, [[Cell(text) for text in row] for row in rows])
    return [folded("What the columns became", joined([listed, element("p", {}, more_columns(more))]))]


def _said(manifest: GroupEffectsManifest) -> dict[str, Any]:
    """What a manifest says of where a run comes from."""
    engine = manifest.engine
    return {
        "sha256 of the data": manifest.sources,
        "Seed": manifest.seed,
        "Test points": manifest.test_points,
        "How linear systems are solved": {
            "solves with H": engine.hessian,
            "solves with H for the influence": engine.influence,
            "solves with H − H(w)": engine.reduced,
            "preconditioner of retraining": engine.preconditioner,
            "groups side by side": manifest.block_width,
        },
        "The fit": asdict(manifest.fit),
        "sha256 of the run's files": manifest.files,
    }


TRUST = Section("trust", "Trust", "Can the numbers be trusted?", _answer, any_run)
