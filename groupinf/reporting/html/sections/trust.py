"""Can the numbers be trusted: certificates of the retrains, notes, and where everything comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import yaml

from groupinf.reporting.html.parts.markup import Content, Html, element, folded, joined
from groupinf.reporting.html.parts.table import Cell, Column, table
from groupinf.reporting.html.section import Answer, Material, Section
from groupinf.reporting.words.columns import HEADINGS, column_rows, more_columns
from groupinf.reporting.words.entries import Entry
from groupinf.reporting.words.formats import one_line
from groupinf.reporting.words.summary import certificate_line, note_lines, skipped_lines
from groupinf.reporting.words.verdict import verdict
from groupinf.studies.group_effects.manifest import GroupEffectsManifest
from groupinf.wording import number

_MOST_LISTED = 12


def _answer(material: Material) -> Answer:
    """The verdict on all runs, and one part for each."""
    entries = material.entries
    opening = element("p", {}, element("strong", {}, verdict([entry.run for entry in entries])))
    return Answer(joined([opening, *(part for entry in entries for part in _run(entry))]))


def _run(entry: Entry) -> list[Html]:
    run = entry.run
    notes = [*note_lines(run), *skipped_lines(run)]
    parts = [element("p", {}, certificate_line(run))]
    if notes:
        parts.append(element("ul", {}, *(element("li", {}, note) for note in notes)))
    config = yaml.safe_dump(dict(run.config), sort_keys=False, allow_unicode=True)
    lines = [joined([line, Html("\n")]) for line in config.splitlines()]  # plain text would lose its line breaks
    parts += [
        *_columns(run.manifest),
        folded("Where it comes from", _provenance(run.manifest)),
        folded("Config", element("pre", {"tabindex": "0"}, *lines)),
    ]
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


def _provenance(manifest: GroupEffectsManifest) -> Html:
    """What a manifest says of where a run comes from."""
    engine, made = manifest.engine, manifest.provenance
    said = {
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
        "Versions": made.versions,
        "Commit": made.git_commit,
        "Changes beside the commit": made.git_dirty,
        "Processor": made.processor,
        "Platform": made.platform,
        "BLAS threads": made.threads,
        "sha256 of the run's files": manifest.files,
    }
    known = ((words, value) for words, value in said.items() if value is not None)
    pairs = ((element("dt", {}, words), element("dd", {}, _written(value))) for words, value in known)
    return element("dl", {}, *(part for pair in pairs for part in pair))


def _written(value: Any) -> Content:
    if isinstance(value, Mapping):
        items = [element("li", {}, f"{one_line(str(k))}: ", _written(v)) for k, v in value.items()]
        return element("ul", {"class": "bare"}, *items)
    if isinstance(value, tuple):
        listed = ", ".join(str(v) for v in value[:_MOST_LISTED])
        return listed + (f" and {len(value) - _MOST_LISTED:,} more" if len(value) > _MOST_LISTED else "")
    if isinstance(value, float):
        return number(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


TRUST = Section("trust", "Trust", "Can the numbers be trusted?", _answer)
