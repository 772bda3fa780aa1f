"""The page of a paper: its numbers beside those of a reproduction, in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from groupinf.experiments.folder.files import write_atomically
from groupinf.experiments.folder.provenance import provenance
from groupinf.reporting.words.markdown import padded_table
from groupinf.reproduction.paper import Findings, Paper
from groupinf.reproduction.record import Record, read_record
from groupinf.studies.group_effects.convention import joint_convention
from groupinf.wording import UNDEFINED


def write_page(paper: Paper, out: Path, page: Path) -> None:
    """Write the page of the reproduction in ``out``; raises DataError where there is none or a run was altered."""
    record = read_record(out)
    page.parent.mkdir(parents=True, exist_ok=True)
    figures = [file for name in paper.figures if (page.parent / (file := f"{name}.png")).is_file()]
    write_atomically(page, markdown_page(paper, paper.find(out, record, figures), record).encode())


def markdown_page(paper: Paper, found: Findings, record: Record) -> str:
    """The whole page."""
    parts = [f"# {paper.title}", *found.opening, *_opening(found, record)]
    for heading, body in (*found.sections, ("Time and machine", _time(paper, found, record))):
        if body:
            parts += [f"## {heading}", *body]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _opening(found: Findings, record: Record) -> Iterator[str]:
    yield f"Convention: {joint_convention(run.manifest.convention for run in found.runs)}"
    if record.shrunk:
        yield f"**A trial, no reproduction**: the studies were changed by {', '.join(f'`{o}`' for o in record.shrunk)}."
    if record.absent:
        lacking = "; ".join(f"{name} ({', '.join(files)})" for name, files in record.absent.items())
        yield f"Left out because their data are not at hand: {lacking}."
    if record.failed:
        yield "Failed: " + "; ".join(f"{name} ({why})" for name, why in record.failed.items()) + "."


def _time(paper: Paper, found: Findings, record: Record) -> Sequence[str]:
    rows = []
    # a run that was there already took what its stages did, and not what finding it took
    seconds = {
        name: max(entry.seconds, sum(found.stages.get(name, {}).values())) for name, entry in record.done().items()
    }
    for study in paper.studies:
        if study.name in record.done():
            stages = found.stages.get(study.name, {})
            named = [f"{stages[stage]:,.0f}" if stage in stages else UNDEFINED for stage in ("prepare", "compute")]
            rows.append((study.name, *named, f"{seconds[study.name]:,.0f}"))
    total = sum(seconds.values())
    about, commits = provenance(), sorted({str(run.manifest.provenance.git_commit) for run in found.runs})
    versions = ", ".join(f"{name} {version}" for name, version in about.versions.items())
    return [
        padded_table(("study", "prepare, s", "predict and retrain, s", "in all, s"), rows),
        f"Together {total / 60:,.0f} minutes on the clock, from the start of each command to its report. "
        "Of a study that was interrupted, the stages are those of the last go.",
        f"Machine: {about.processor}, {os.cpu_count()} cores, {about.platform}. Versions: {versions}. "
        f"Commit of the runs: {', '.join(commits)}.",
    ]
